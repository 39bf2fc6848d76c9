import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from '../src/discovery/announcer.js';
import { DEFAULT_TIMERS } from '../src/timers.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function makeAnnouncer() {
  const startedMs = performance.now();
  const times: number[] = [];
  const announcer = new Announcer({
    timers: DEFAULT_TIMERS,
    readMonotonicMs: () => performance.now(),
    random: () => 0.5,
    announce: () => times.push(Math.round(performance.now() - startedMs)),
  });
  return { announcer, times };
}

describe('announcements', () => {
  it('come often at first, then seldom', () => {
    const { announcer, times } = makeAnnouncer();
    announcer.start();
    vi.advanceTimersByTime(12_000);
    announcer.close();
    expect(times).toEqual([0, 100, 300, 1_000, 6_000, 11_000]);
  });

  it('answer any number of newcomers at once, and later ones again after a while', () => {
    const { announcer, times } = makeAnnouncer();
    for (let count = 0; count < 20; count++) announcer.answerSoon();
    vi.advanceTimersByTime(15);
    announcer.answerSoon();
    announcer.answerSoon();
    vi.advanceTimersByTime(1_000);
    expect(times).toEqual([10, 120]);
    announcer.answerSoon();
    vi.advanceTimersByTime(20);
    expect(times).toEqual([10, 120, 1_025]);
  });

  it('end', () => {
    const { announcer, times } = makeAnnouncer();
    announcer.start();
    announcer.answerSoon();
    announcer.close();
    vi.advanceTimersByTime(60_000);
    expect(times).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
