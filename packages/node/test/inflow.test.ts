import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inflow } from '../src/links/inflow.js';
import { FakeWire } from './support/fake-wire.js';

function inflowOf(linkFramesPerSecondMax: number, linkBytesPerSecondMax: number) {
  const wire = new FakeWire();
  const onPause = vi.fn();
  const limits = { linkFramesPerSecondMax, linkBytesPerSecondMax, linkFutileMsPerSecondMax: 200 };
  const readMonotonicMs = (): number => performance.now();
  return { wire, onPause, inflow: new Inflow({ wire, limits, readMonotonicMs, onPause }) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what comes in on a link', () => {
  it('is read as long as it keeps to its rate', () => {
    const { wire, inflow } = inflowOf(10, 1_000);
    for (let second = 0; second < 5; second++) {
      inflow.took(10, 1_000);
      vi.advanceTimersByTime(1_000);
    }
    expect(wire.paused).toBe(false);
  });

  it.each([
    ['frames', 15, 1],
    ['bytes', 1, 1_500],
  ])('waits when there are too many %s, until they are paid for', (_what, frames, bytes) => {
    const { wire, inflow, onPause } = inflowOf(10, 1_000);
    inflow.took(frames, bytes);
    expect(wire.paused).toBe(true);
    inflow.took(0, 0);
    expect(onPause).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(499);
    expect(wire.paused).toBe(true);
    vi.advanceTimersByTime(1);
    expect(wire.paused).toBe(false);
  });

  it('saves up no more than a second', () => {
    const { wire, inflow } = inflowOf(10, 1_000);
    inflow.took(11, 0);
    vi.advanceTimersByTime(60_000);
    inflow.took(10, 0);
    expect(wire.paused).toBe(false);
    inflow.took(1, 0);
    expect(wire.paused).toBe(true);
  });

  it('is read to its end when it closes', () => {
    const { wire, inflow } = inflowOf(10, 1_000);
    inflow.took(99, 0);
    inflow.close();
    expect(wire.paused).toBe(false);
    inflow.close();
    vi.runAllTimers();
    expect(wire.paused).toBe(false);
  });

  it('waits when it makes us work for nothing, until that is paid for', () => {
    const { wire, inflow, onPause } = inflowOf(10, 1_000);
    for (let look = 0; look < 20; look++) inflow.wasted(2, performance.now());
    expect(wire.paused).toBe(false);
    inflow.wasted(2, performance.now());
    expect(wire.paused).toBe(true);
    vi.advanceTimersByTime(9);
    expect(wire.paused).toBe(true);
    vi.advanceTimersByTime(2);
    expect(wire.paused).toBe(false);
    expect(onPause).toHaveBeenCalledTimes(1);
  });

  it('is suspicious while much of it brought nothing', () => {
    const { inflow } = inflowOf(10, 1_000);
    for (let look = 0; look < 5; look++) inflow.wasted(2, performance.now());
    expect(inflow.isSuspicious).toBe(false);
    inflow.wasted(2, performance.now());
    expect(inflow.isSuspicious).toBe(true);
    vi.advanceTimersByTime(1_000);
    inflow.wasted(0, performance.now());
    expect(inflow.isSuspicious).toBe(false);
  });

  it('is not blamed for a machine that stood still', () => {
    const { wire, inflow } = inflowOf(10, 1_000);
    inflow.wasted(60_000, performance.now());
    expect(wire.paused).toBe(false);
  });
});
