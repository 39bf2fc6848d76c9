import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopHealth } from '../src/host/loop-health.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the health of the event loop', () => {
  it('is reported with the longest delay since the last report', () => {
    let lateMs = 0;
    const reports: number[] = [];
    const health = new LoopHealth({
      intervalMs: 500,
      readMonotonicMs: () => performance.now() + lateMs,
      onReport: (delayMs) => reports.push(Math.round(delayMs)),
    });
    vi.advanceTimersByTime(500);
    lateMs = 250;
    vi.advanceTimersByTime(500);
    health.observe(40);
    health.observe(90);
    health.observe(60);
    vi.advanceTimersByTime(500);
    vi.advanceTimersByTime(500);
    health.close();
    vi.advanceTimersByTime(5_000);
    expect(reports).toEqual([0, 250, 90, 0]);
  });
});
