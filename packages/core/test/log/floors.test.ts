import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { writeLogDeltaItem } from '../../src/log/log-delta.js';
import { ZERO_HASH } from '../../src/log/state-hash.js';
import { zeroCounters } from '../../src/view.js';
import type { ClockEntry } from '../../src/wire/clock-entries.js';
import { Writer } from '../../src/wire/writer.js';
import { batchBytes, recordOf } from '../support/bench.js';
import { peer, stream } from '../support/identities.js';
import { takeProgress } from '../support/log-progress.js';
import { isBatchBy } from '../support/signer.js';

function logOf(limits: Partial<Limits> = {}): CausalLog {
  const counters = zeroCounters();
  return new CausalLog({ limits: { ...DEFAULT_LIMITS, ...limits }, counters, isBatchBy });
}

/** Two streams that answer each other: c1 after b1, c2 after b2, then c3 to c6 alone. */
function conversation(): { after: (log: CausalLog) => void } {
  const batches = [
    batchBytes(0x0b, 1),
    batchBytes(0x0c, 1, { causes: [[stream(0x0b), 1]] }),
    batchBytes(0x0b, 2),
    batchBytes(0x0c, 2, { causes: [[stream(0x0b), 2]] }),
    ...[3, 4, 5, 6].map((sequence) => batchBytes(0x0c, sequence)),
  ];
  return { after: (log) => receiveAll(log, batches) };
}

function receiveAll(log: CausalLog, batches: readonly Uint8Array[]): void {
  for (const bytes of batches) log.receive(bytes);
}

/** Brings a log up to date by another's summary and deltas. */
function pull(to: CausalLog, from: CausalLog): void {
  for (const delta of from.missing(to.summary())) to.merge(delta);
}

describe('a log that keeps only the newest messages', () => {
  it('drops the oldest batches first and stays in sync', () => {
    const whole = logOf();
    const small = logOf({ logMessagesMax: 2 });
    conversation().after(whole);
    conversation().after(small);
    expect([whole.size, small.size]).toEqual([8, 2]);
    expect(small.hash).toEqual(whole.hash);
    expect(small.history(undefined, 9).map(({ id }) => id.sequence)).toEqual([5, 6]);
  });

  it('is bounded in bytes too', () => {
    const each = batchBytes(0x0c, 3).length;
    const small = logOf({ logBytesMax: 3 * each });
    for (let sequence = 1; sequence <= 9; sequence++) small.receive(batchBytes(0x0c, sequence));
    expect(small.history(undefined, 9).map(({ id }) => id.sequence)).toEqual([7, 8, 9]);
  });

  it('keeps the newest batch, however large', () => {
    const small = logOf({ logBytesMax: 1 });
    conversation().after(small);
    expect(small.size).toBe(1);
  });
});

describe('a late joiner', () => {
  it('skips what nobody keeps, says what, and holds the same from there on', () => {
    const small = logOf({ logMessagesMax: 2 });
    conversation().after(small);
    const late = logOf();
    pull(late, small);
    expect(takeProgress(late).gaps).toEqual([
      { stream: stream(0x0c), from: 1, to: 4 },
      { stream: stream(0x0b), from: 1, to: 2 },
    ]);
    expect(late.hash).toEqual(small.hash);
    expect(late.summary()).toEqual(small.summary());
    late.receive(batchBytes(0x0c, 7));
    small.receive(batchBytes(0x0c, 7));
    expect(late.hash).toEqual(small.hash);
  });

  it('keeps the clocks of messages above the floor', () => {
    const small = logOf({ logMessagesMax: 2 });
    conversation().after(small);
    const late = logOf();
    pull(late, small);
    const clocks = late.history(undefined, 9).map(({ clock }) => clock);
    expect(clocks).toEqual([
      [
        [stream(0x0b), 2],
        [stream(0x0c), 4],
      ],
      [
        [stream(0x0b), 2],
        [stream(0x0c), 5],
      ],
    ]);
    expect(clocks).toEqual(small.history(undefined, 9).map(({ clock }) => clock));
  });

  it('gets no message before the causes of what it skipped', () => {
    // The pull was cut after the floor of one stream, and a broadcast came between.
    const late = logOf();
    tellFloor(late, 3, 2);
    late.receive(batchBytes(0x0c, 4));
    late.receive(batchBytes(0x0c, 5));
    late.receive(batchBytes(0x0b, 1));
    late.receive(batchBytes(0x0b, 2));
    const delivered = takeProgress(late).messages.map(({ id }) => id.sequence);
    expect(delivered).toEqual([1, 2, 4, 5]);
  });

  it('takes the higher of two floors told of one stream', () => {
    const late = logOf();
    tellFloor(late, 3, 2);
    tellFloor(late, 5, 1);
    tellFloor(late, 4, 2);
    late.receive(batchBytes(0x0b, 1));
    expect(takeProgress(late).gaps).toEqual([{ stream: stream(0x0c), from: 1, to: 5 }]);
  });
});

describe('answers that are cut short', () => {
  const STREAMS = 12;
  const ROUNDS = 6;
  const LARGE_BYTES = 30_000;

  /** All talk in turn, each after the one before, so that every floor leans on all others. */
  function roundTable(limits: Partial<Limits>): CausalLog {
    const log = logOf(limits);
    for (let index = 0; index < STREAMS * ROUNDS; index++) {
      const [byte, before] = [index, index - 1].map((place) => 0x10 + (place % STREAMS));
      const sequence = Math.floor(index / STREAMS) + 1;
      const causes: ClockEntry[] =
        index === 0 ? [] : [[stream(before ?? 0), Math.floor((index - 1) / STREAMS) + 1]];
      const record = { ...recordOf('large'), payload: new Uint8Array(LARGE_BYTES) };
      log.receive(batchBytes(byte ?? 0, sequence, { causes, records: [record] }));
    }
    return log;
  }

  it.each([
    ['with batches above the floors', STREAMS + 3],
    ['with nothing kept of most streams', 2],
  ])('bring a newcomer up to date in the end, %s', (_, logMessagesMax) => {
    const small = roundTable({ logMessagesMax });
    const late = logOf({ holdBackBatchesMax: 2 });
    // Two ask in turn, and each answer is cut after its first delta.
    const other = logOf();
    for (let pulls = 0; pulls < 10 * STREAMS; pulls++) {
      for (const asker of [late, other]) {
        for (const delta of small.missing(asker.summary())) {
          asker.merge(delta, peer(0x99));
          break;
        }
      }
    }
    expect(late.hash).toEqual(small.hash);
    expect(other.hash).toEqual(small.hash);
  });
});

/** A neighbour keeps nothing of one stream up to a floor, which depends on the other stream. */
function tellFloor(log: CausalLog, floor: number, cause: number): void {
  const writer = new Writer();
  writeLogDeltaItem(writer, {
    kind: 'floor',
    stream: stream(0x0c),
    floor,
    chain: ZERO_HASH,
    causes: [[stream(0x0b), cause]],
  });
  log.merge(writer.finish());
}

describe('a floor told by another than the author', () => {
  const LIAR = peer(0x99);
  const AUTHOR = peer(0x0c);

  function floorDelta(
    floor: number,
    causes: readonly ClockEntry[] = [],
    proof?: Uint8Array,
  ): Uint8Array {
    const writer = new Writer();
    const told = { stream: stream(0x0c), floor, chain: ZERO_HASH, causes, proof };
    writeLogDeltaItem(writer, { kind: 'floor', ...told });
    return writer.finish();
  }

  it('is not skipped to, and what the author says next arrives', () => {
    const log = logOf();
    log.receive(batchBytes(0x0c, 1));
    log.merge(floorDelta(1_000_000), LIAR);
    log.receive(batchBytes(0x0c, 2));
    expect(takeProgress(log)).toMatchObject({ gaps: [] });
    expect(log.clock.get(stream(0x0c))).toBe(2);
  });

  it('is skipped to under a batch of the author', () => {
    const log = logOf();
    log.merge(floorDelta(4), LIAR);
    expect(log.receive(batchBytes(0x0c, 5))).toBe('delivered');
    expect(takeProgress(log).gaps).toEqual([{ stream: stream(0x0c), from: 1, to: 4 }]);
  });

  it('is skipped to when the author says it', () => {
    const log = logOf();
    log.merge(floorDelta(1_000_000), LIAR);
    log.merge(floorDelta(4), AUTHOR);
    expect(log.clock.get(stream(0x0c))).toBe(4);
  });

  it('is skipped to under a batch for which there is no room', () => {
    const log = logOf({ holdBackBatchesMax: 0 });
    log.merge(floorDelta(4, [[stream(0x0b), 1]]), LIAR);
    expect(log.receive(batchBytes(0x0c, 5))).toBe('no-room');
    log.receive(batchBytes(0x0b, 1));
    expect(log.clock.get(stream(0x0c))).toBe(4);
    expect(log.receive(batchBytes(0x0c, 5))).toBe('delivered');
  });

  it('is skipped to with a batch of the author that shows how far it came, and no other', () => {
    const small = logOf({ logMessagesMax: 1 });
    for (const sequence of [1, 2, 3]) small.receive(batchBytes(0x0c, sequence));
    small.receive(batchBytes(0x0b, 1));
    const log = logOf();
    for (const delta of small.missing(log.summary())) log.merge(delta, LIAR);
    expect(takeProgress(log)).toMatchObject({
      gaps: [{ stream: stream(0x0c), from: 1, to: 3 }],
      messages: [{ id: { peer: peer(0x0b) } }],
    });
    expect(log.hash).toEqual(small.hash);
    // Who skipped can show it to the next.
    const third = logOf();
    for (const delta of log.missing(third.summary())) third.merge(delta, LIAR);
    expect(third.hash).toEqual(small.hash);
    const forgery = batchBytes(0x0c, 9);
    forgery[forgery.length - 1] = (forgery.at(-1) ?? 0) ^ 1;
    for (const proof of [batchBytes(0x0c, 8), batchBytes(0x0b, 9), forgery]) {
      expect(() => log.merge(floorDelta(9, [], proof), LIAR)).toThrow();
    }
    expect(log.clock.get(stream(0x0c))).toBe(3);
    log.receive(batchBytes(0x0c, 4));
    expect(log.clock.get(stream(0x0c))).toBe(4);
  });

  it('pushes out no honest one, however many lie', () => {
    const log = logOf();
    for (let liar = 1; liar <= 9; liar++) log.merge(floorDelta(100 + liar), peer(0x40 + liar));
    log.merge(floorDelta(4), peer(0x30));
    log.receive(batchBytes(0x0c, 5));
    expect(log.clock.get(stream(0x0c))).toBe(5);
  });
});
