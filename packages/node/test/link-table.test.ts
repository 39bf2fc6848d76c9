import { CLOSE_CODES, type Input, type PeerId, peerId } from '@hearsay/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomBytes } from '../src/crypto/random.js';
import { DEFAULT_RUNTIME_LIMITS, type RuntimeLimits } from '../src/limits.js';
import { LinkTable } from '../src/links/link-table.js';
import { chunk, FakeWire } from './support/fake-wire.js';

const SMALL: RuntimeLimits = {
  ...DEFAULT_RUNTIME_LIMITS,
  controlQueueBytesMax: 100,
  bulkQueueBytesMax: 60,
  socketHighWaterBytes: 20,
  bulkMessageBytes: 10,
  copyBytesMax: 10,
  congestedBytes: 30,
  drainedBytes: 10,
};

const ANA = peerId('aa'.repeat(32));
const BOB = peerId('bb'.repeat(32));
const KEY = new Uint8Array(32);

function makeTable() {
  const inputs: Input[] = [];
  const requestFlush = vi.fn();
  const table = new LinkTable({
    limits: { ...SMALL, transportBytesMax: 1_000 },
    timers: { closeTimeoutMs: 1_000, laggardMs: 500, rekeySpreadMs: 2_000 },
    readMonotonicMs: () => performance.now(),
    readFrames: () => inputs.filter(({ kind }) => kind === 'frames').length,
    readGains: () => 0,
    step: (input) => inputs.push(input),
    requestFlush,
    requestTurnEnd: () => undefined,
  });
  const open = (who: PeerId = ANA) => {
    const wire = new FakeWire();
    const events = table.open(wire, { peer: who, networkKey: KEY });
    const opened = inputs.findLast((input) => input.kind === 'link-opened');
    return { wire, events, id: opened?.kind === 'link-opened' ? opened.link : -1 };
  };
  const endTurn = () => {
    table.reportDropped();
    table.flush();
  };
  return { table, inputs, open, endTurn, requestFlush };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('links', () => {
  it('send nothing before the end of a turn, then everything at once', () => {
    const { table, open, endTurn, requestFlush } = makeTable();
    const { wire, id } = open();
    table.send(id, chunk('b'), 'bulk');
    table.send(id, chunk('c'), 'control');
    expect(wire.sent).toEqual([]);
    expect(requestFlush).toHaveBeenCalled();
    endTurn();
    expect(wire.text).toEqual(['cb']);
  });

  it('give the same bytes to all without joining them again', () => {
    const { table, open, endTurn } = makeTable();
    const links = [open(), open(), open()];
    const chunks = [chunk('one'), chunk('two')];
    for (const each of chunks) for (const { id } of links) table.send(id, each, 'bulk');
    endTurn();
    const [first, second, third] = links.map(({ wire }) => wire.sent[0]);
    expect(String(first)).toBe('onetwo');
    expect(second).toBe(first);
    expect(third).toBe(first);
  });

  it('keep bulk back while the socket is full, and let control pass', () => {
    const { table, open, endTurn } = makeTable();
    const { wire, id } = open();
    table.send(id, chunk('x'.repeat(25)), 'bulk');
    endTurn();
    table.send(id, chunk('late'), 'bulk');
    table.send(id, chunk('now'), 'control');
    endTurn();
    expect(wire.text).toEqual(['x'.repeat(25), 'now']);
    wire.drain();
    endTurn();
    expect(wire.text).toEqual(['x'.repeat(25), 'now', 'late']);
  });

  it('drop bulk over the bound and tell the engine once a turn', () => {
    const { table, inputs, open, endTurn } = makeTable();
    const { id } = open();
    for (let count = 0; count < 5; count++) table.send(id, chunk('y'.repeat(20)), 'bulk');
    endTurn();
    expect(inputs.filter(({ kind }) => kind === 'lagged')).toEqual([
      { kind: 'lagged', link: id, frames: 2, bytes: 40 },
    ]);
    endTurn();
    expect(inputs.filter(({ kind }) => kind === 'lagged')).toHaveLength(1);
  });

  it('close a link that has no room for control, and tell the engine at once', () => {
    const { table, inputs, open, endTurn } = makeTable();
    const { wire, id, events } = open();
    table.send(id, chunk('z'.repeat(90)), 'control');
    endTurn();
    table.send(id, chunk('z'.repeat(20)), 'control');
    expect(wire.closedWith?.code).toBe(CLOSE_CODES.overloaded);
    const closed = { kind: 'link-closed', link: id };
    expect(inputs.at(-1)).toMatchObject({ ...closed, closure: { code: CLOSE_CODES.overloaded } });
    events.closed({ code: 1006, reason: '' });
    expect(inputs.filter(({ kind }) => kind === 'link-closed')).toHaveLength(1);
  });

  it('send what is queued before they close', () => {
    const { table, open } = makeTable();
    const { wire, id } = open();
    table.send(id, chunk('goodbye'), 'control');
    table.send(id, chunk('last'), 'bulk');
    table.close(id, CLOSE_CODES.goodbye, 'goodbye');
    expect(wire.text).toEqual(['goodbye', 'last']);
    expect(wire.closedWith).toEqual({ code: CLOSE_CODES.goodbye, reason: 'goodbye' });
  });

  it('are cut when the closing handshake takes too long', () => {
    const { table, open } = makeTable();
    const { wire, id } = open();
    table.close(id, CLOSE_CODES.goodbye, 'goodbye');
    vi.advanceTimersByTime(999);
    expect(wire.terminated).toBe(false);
    vi.advanceTimersByTime(1);
    expect(wire.terminated).toBe(true);
  });

  it('shorten a reason to what a close frame holds', () => {
    const { table, open } = makeTable();
    const { wire, id } = open();
    table.close(id, CLOSE_CODES.malformed, 'ä'.repeat(100));
    expect(wire.closedWith?.reason).toBe('ä'.repeat(61));
  });

  it('read nothing more once they are closing', () => {
    const { table, inputs, open } = makeTable();
    const { events, id } = open();
    table.close(id, CLOSE_CODES.goodbye, '');
    events.received(chunk('late'));
    expect(inputs.some(({ kind }) => kind === 'frames')).toBe(false);
  });

  it('close on what is not a frame, once', () => {
    const { inputs, open } = makeTable();
    const { wire, events } = open();
    const closure = { code: CLOSE_CODES.malformed, reason: 'text' };
    events.offended(closure);
    events.offended(closure);
    expect(wire.closedWith).toEqual({ code: CLOSE_CODES.malformed, reason: 'text' });
    expect(inputs.filter(({ kind }) => kind === 'link-closed')).toHaveLength(1);
  });

  it('close on a message that does not open, and count that once', () => {
    const { table, inputs, open } = makeTable();
    const { wire, events, id } = open();
    events.unopened();
    events.unopened();
    expect(wire.closedWith).toMatchObject({
      code: CLOSE_CODES.sealed,
      reason: 'a message does not open: it was changed on the way',
    });
    expect(inputs.at(-1)).toMatchObject({ kind: 'link-closed', link: id });
    expect(table.counters.messagesUnopened).toBe(1);
  });

  it('made by a key that is gone end within some time', () => {
    const { table, open } = makeTable();
    const links = [open(), open()];
    table.closeOutdated([randomBytes(32), KEY]);
    vi.advanceTimersByTime(2_000);
    expect(links.map(({ wire }) => wire.closedWith)).toEqual([undefined, undefined]);
    table.closeOutdated([randomBytes(32)]);
    vi.advanceTimersByTime(2_000);
    for (const { wire } of links) expect(wire.closedWith?.code).toBe(CLOSE_CODES.rekeyed);
  });

  it('of one peer are few, so that it takes nobody else its place', () => {
    const { table, open } = makeTable();
    const links = Array.from({ length: SMALL.linksPerPeerMax }, () => open(ANA));
    expect(table.hasRoomFor(ANA)).toBe(false);
    expect(table.hasRoomFor(BOB)).toBe(true);
    links[0]?.events.closed({ code: 1006, reason: '' });
    expect(table.hasRoomFor(ANA)).toBe(true);
  });

  it('that never came to be are told', () => {
    const { table, inputs } = makeTable();
    const closure = { code: CLOSE_CODES.key, reason: 'another network key' };
    table.refused({ remote: '127.0.0.1:9' }, closure, 'us');
    table.refused({ dialled: '127.0.0.1:8' }, closure, 'them');
    expect(inputs).toMatchObject([
      { kind: 'link-refused', remote: '127.0.0.1:9', closure, by: 'us' },
      { kind: 'link-refused', dialled: '127.0.0.1:8', closure, by: 'them' },
    ]);
    expect(table.counters.handshakesRefused).toBe(1);
  });

  it('say when all are gone', async () => {
    const { table, open } = makeTable();
    const { events } = open();
    const empty = vi.fn();
    const waiting = table.whenEmpty().then(empty);
    await Promise.resolve();
    expect(empty).not.toHaveBeenCalled();
    events.closed({ code: 1006, reason: '' });
    await waiting;
    expect(empty).toHaveBeenCalled();
  });

  it('ignore what was meant for a link that is gone', () => {
    const { table, open } = makeTable();
    const { events, id, wire } = open();
    events.closed({ code: 1006, reason: '' });
    table.send(id, chunk('x'), 'control');
    table.close(id, CLOSE_CODES.goodbye, '');
    expect(wire.sent).toEqual([]);
    expect(wire.closedWith).toBeUndefined();
  });
});

describe('congestion', () => {
  it('begins over the high mark and ends under the low one', () => {
    const { table, open, endTurn } = makeTable();
    const { wire, id } = open();
    table.send(id, chunk('x'.repeat(25)), 'bulk');
    endTurn();
    expect(table.congested).toBe(false);
    table.send(id, chunk('x'.repeat(25)), 'bulk');
    endTurn();
    expect(table.congested).toBe(true);
    wire.drain();
    endTurn();
    expect(table.congested).toBe(true); // The second chunk is in the socket now.
    wire.drain();
    expect(table.congested).toBe(false);
  });

  it('does not come of repairs, however slowly they are read', () => {
    const { table, open, endTurn } = makeTable();
    const { id } = open();
    table.send(id, chunk('x'.repeat(25)), 'bulk');
    endTurn();
    table.send(id, chunk('r'.repeat(25)), 'repair');
    endTurn();
    expect(table.congested).toBe(false);
  });

  it('does not wait for a link that moves nothing', () => {
    const { table, open, endTurn } = makeTable();
    const { wire, id } = open();
    table.send(id, chunk('x'.repeat(50)), 'bulk');
    endTurn();
    expect(table.congested).toBe(true);
    vi.advanceTimersByTime(500);
    expect(table.congested).toBe(false);
    table.send(id, chunk('x'.repeat(5)), 'bulk');
    endTurn();
    expect(table.congested).toBe(false);
    wire.drain();
    endTurn();
    expect(wire.text.at(-1)).toBe('xxxxx');
  });

  it('ends with its link', () => {
    const { table, open, endTurn } = makeTable();
    const { events, id } = open();
    table.send(id, chunk('x'.repeat(50)), 'bulk');
    endTurn();
    expect(table.congested).toBe(true);
    events.closed({ code: 1006, reason: '' });
    expect(table.congested).toBe(false);
  });
});
