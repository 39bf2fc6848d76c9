import { describe, expect, it, vi } from 'vitest';
import { sliceEnd } from '../src/links/frame-slices.js';
import { Intake } from '../src/links/intake.js';
import { Turns } from '../src/links/turns.js';
import { FakeWire } from './support/fake-wire.js';

const SLICE_MS = 4;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** One `table-want`: a tag and no body. */
const FRAME = Uint8Array.of(8, 0);
const frames = (count: number): Uint8Array =>
  new Uint8Array(
    Array(count)
      .fill([...FRAME])
      .flat(),
  );

/** Two links that share the turns; each read costs a millisecond a frame. */
function links(count: number) {
  const clock = { nowMs: 0 };
  const turns = new Turns();
  const log: string[] = [];
  const made = Array.from({ length: count }, (_, index) => {
    const wire = new FakeWire();
    const read = (bytes: Uint8Array): void => {
      clock.nowMs += bytes.length / FRAME.length;
      log.push(`${index}:${bytes.length / FRAME.length}`);
    };
    const readMonotonicMs = (): number => clock.nowMs;
    return {
      wire,
      intake: new Intake({ wire, turns, sliceMs: () => SLICE_MS, readMonotonicMs, read }),
    };
  });
  return { log, made };
}

describe('what comes in on a link', () => {
  it('is read at once while there is time', () => {
    const { log, made } = links(1);
    for (let count = 0; count < SLICE_MS; count++) made[0]?.intake.take(FRAME);
    expect(log).toHaveLength(SLICE_MS);
    expect(made[0]?.wire.paused).toBe(false);
  });

  it('waits for the next turn after its time, and is not read from the socket meanwhile', async () => {
    const { log, made } = links(2);
    for (let count = 0; count < 10; count++) made[0]?.intake.take(FRAME);
    made[1]?.intake.take(FRAME);
    expect(log.at(-1)).toBe('1:1');
    expect(made[0]?.wire.paused).toBe(true);
    await vi.waitFor(() => expect(log).toHaveLength(11), 30_000);
    expect(made[0]?.wire.paused).toBe(false);
  });

  it('is cut between frames, so that one long message is not one long turn', async () => {
    const { log, made } = links(2);
    made[0]?.intake.take(frames(100));
    made[1]?.intake.take(FRAME);
    expect(log).toEqual(['0:16', '1:1']);
    await vi.waitFor(() => expect(log).toHaveLength(8), 30_000);
    expect(log.at(-1)).toBe('0:4');
  });

  it('is all read before its end is told', async () => {
    const { log, made } = links(1);
    const ended = vi.fn();
    made[0]?.intake.take(frames(40));
    made[0]?.intake.whenEmpty(ended);
    expect(ended).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), 30_000);
    expect(log).toEqual(['0:16', '0:16', '0:8']);
  });

  it('waits as long as it is held', async () => {
    const { log, made } = links(1);
    made[0]?.intake.pause();
    made[0]?.intake.take(FRAME);
    await turn();
    await turn();
    expect(log).toEqual([]);
    made[0]?.intake.resume();
    await vi.waitFor(() => expect(log).toEqual(['0:1']), 30_000);
    expect(made[0]?.wire.paused).toBe(false);
  });

  it('is forgotten when nobody wants it any more', async () => {
    const { log, made } = links(1);
    const ended = vi.fn();
    made[0]?.intake.take(frames(40));
    made[0]?.intake.whenEmpty(ended);
    made[0]?.intake.drop();
    expect(ended).toHaveBeenCalledOnce();
    await turn();
    await turn();
    expect(log).toEqual(['0:16']);
  });
});

describe('a slice of a message', () => {
  it('ends after some bytes too', () => {
    const body = new Uint8Array(10_000);
    const frame = Uint8Array.of(9, 0x90, 0x4e, ...body);
    const message = Uint8Array.of(...frame, ...frame, ...frame);
    expect(sliceEnd(message, 0)).toBe(2 * frame.length);
    expect(sliceEnd(message, 2 * frame.length)).toBe(message.length);
  });

  it.each([
    ['nothing', []],
    ['half a header', [9]],
    ['a length without an end', [9, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['more than there is', [9, 0x40, 1, 2]],
  ])('is everything where it holds %s', (_what, bytes) => {
    expect(sliceEnd(Uint8Array.from(bytes), 0)).toBe(bytes.length);
  });
});
