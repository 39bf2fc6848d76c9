import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HandshakePace } from '../src/links/secure/handshake-pace.js';

const limits = { handshakesAtOnceMax: 2, handshakesPerSecondMax: 100 };
let taken: string[] = [];

function paceOf(): HandshakePace {
  return new HandshakePace(limits, () => Date.now());
}

beforeEach(() => {
  vi.useFakeTimers();
  taken = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe('handshakes that are taken up', () => {
  it('do not wait while there are few', () => {
    const pace = paceOf();
    for (const name of ['a', 'b']) pace.enter(() => taken.push(name));
    expect(taken).toEqual(['a']);
    vi.advanceTimersByTime(0); // Each in a turn of its own.
    expect(taken).toEqual(['a', 'b']);
  });

  it('wait for each other when they are many, first come, first served', () => {
    const pace = paceOf();
    for (const name of ['a', 'b', 'c', 'd']) pace.enter(() => taken.push(name));
    vi.advanceTimersByTime(11);
    expect(taken).toEqual(['a', 'b', 'c']);
    vi.advanceTimersByTime(11);
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are skipped when they gave up meanwhile', () => {
    const pace = paceOf();
    const back = ['a', 'b', 'c', 'd'].map((name) => pace.enter(() => taken.push(name)));
    back[2]?.();
    vi.advanceTimersByTime(11);
    expect(taken).toEqual(['a', 'b', 'd']);
  });

  it('are not taken up any more once it is closed', () => {
    const pace = paceOf();
    for (const name of ['a', 'b', 'c']) pace.enter(() => taken.push(name));
    pace.close();
    vi.advanceTimersByTime(1_000);
    expect(taken).toEqual(['a']);
  });

  it('earn no more than a full burst in a quiet time', () => {
    const pace = paceOf();
    vi.advanceTimersByTime(60_000);
    for (const name of ['a', 'b', 'c']) pace.enter(() => taken.push(name));
    vi.advanceTimersByTime(5);
    expect(taken).toEqual(['a', 'b']);
  });
});
