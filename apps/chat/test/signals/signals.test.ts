import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signalsPerSecondMax, typingMs } from '../../src/signals/limits.js';
import { encodeSignal, type Signal } from '../../src/signals/signal.js';
import { Signals, type Verdict } from '../../src/signals/signals.js';
import type { Typist } from '../../src/signals/typists.js';
import { FakePeer, idOf, member, memberEvent, peerMessage } from '../support/fake-peer.js';

const BOB = idOf('b');
const CY = member({ id: idOf('c'), nick: 'cy' });
const LOBBY = { kind: 'room', room: 'lobby' } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function open(typing = true) {
  const peer = new FakePeer();
  const signals = new Signals({ peer, typing });
  const typists: (readonly Typist[])[] = [];
  const verdicts: Verdict[] = [];
  signals.onTyping((all) => typists.push(all));
  signals.onVerdict((verdict) => verdicts.push(verdict));
  const hear = (signal: Signal): void => peer.received(BOB, encodeSignal(signal));
  return { peer, signals, typists, verdicts, hear };
}

describe('who is typing', () => {
  it('is told to all of a room, and of a direct conversation only to its other end', () => {
    const { peer, signals } = open();
    signals.typing(LOBBY);
    signals.typing({ kind: 'direct', peer: BOB });
    signals.typing(undefined);
    expect(peer.posted.map(({ to }) => to)).toEqual([undefined, BOB, undefined]);
    expect(peer.posted[1]?.text).not.toContain(BOB);
  });

  it('is shown until it says something, stops, or is silent for too long', () => {
    const { peer, typists, hear } = open();
    hear({ kind: 'typing', where: LOBBY });
    expect(typists.at(-1)).toEqual([{ peer: BOB, place: '#lobby' }]);
    peer.emit('message', peerMessage({ from: BOB }));
    expect(typists.at(-1)).toEqual([]);
    hear({ kind: 'typing', where: { kind: 'direct' } });
    expect(typists.at(-1)).toEqual([{ peer: BOB, place: `@${BOB}` }]);
    hear({ kind: 'typing', where: { kind: 'nowhere' } });
    expect(typists.at(-1)).toEqual([]);
    hear({ kind: 'typing', where: LOBBY });
    vi.advanceTimersByTime(typingMs - 1);
    expect(typists.at(-1)).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(typists.at(-1)).toEqual([]);
  });

  it('is not told again and again while nothing changes', () => {
    const { typists, hear } = open();
    for (let count = 0; count < 10; count += 1) hear({ kind: 'typing', where: LOBBY });
    expect(typists).toHaveLength(1);
  });

  it('is neither told nor shown when that is turned off', () => {
    const { peer, signals, typists, hear } = open(false);
    signals.typing(LOBBY);
    hear({ kind: 'typing', where: LOBBY });
    expect([peer.posted, typists]).toEqual([[], []]);
  });
});

describe('a verdict', () => {
  it('of ours is told when somebody known to us changes, and not at a first meeting', () => {
    const { peer } = open();
    peer.emit('member', memberEvent(CY, { was: 'joining' }));
    expect(peer.posted).toEqual([]);
    const dead = { ...CY, state: 'dead' } as const;
    peer.emit('member', memberEvent(dead, { was: 'suspect', reason: 'refused' }));
    expect(peer.posted.map(({ text }) => JSON.parse(text))).toEqual([
      { kind: 'verdict', peer: CY.id, generation: CY.generation, state: 'dead' },
    ]);
  });

  it('of a neighbour is handed on, at most so many in a second', () => {
    const { verdicts, hear } = open();
    const verdict = { kind: 'verdict', peer: CY.id, generation: 1, state: 'dead' } as const;
    for (let count = 0; count < 2 * signalsPerSecondMax; count += 1) hear(verdict);
    expect(verdicts).toHaveLength(signalsPerSecondMax);
    expect(verdicts[0]).toEqual({ by: BOB, peer: CY.id, generation: 1, state: 'dead' });
    vi.advanceTimersByTime(1_001);
    hear(verdict);
    expect(verdicts).toHaveLength(signalsPerSecondMax + 1);
  });
});

it('what is no signal closes the link it came on', () => {
  const { peer } = open();
  expect(() => peer.received(BOB, Buffer.from('{'))).toThrow(/not JSON/);
});
