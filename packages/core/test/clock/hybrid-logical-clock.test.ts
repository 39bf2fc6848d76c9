import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTimes,
  type HlcTime,
  HybridLogicalClock,
} from '../../src/clock/hybrid-logical-clock.js';
import { holds } from '../support/property.js';

const AHEAD_MAX_MS = 50;
const COUNTERS = 0x1_0000;

const wall = fc.integer({ min: 1_000, max: 1_200 });
const remote = fc.record({
  ms: fc.integer({ min: 900, max: 1_400 }),
  counter: fc.integer({ min: 0, max: 0xffff }),
});
/** A wall clock that also jumps back, and times that come with messages. */
const steps = fc.array(fc.record({ wall, remote: fc.option(remote, { nil: undefined }) }), {
  maxLength: 40,
});

describe('a hybrid clock', () => {
  it('gives later times always, even when the wall clock jumps back', () => {
    holds(steps, (taken) => {
      const clock = new HybridLogicalClock(AHEAD_MAX_MS);
      let latest: HlcTime = { ms: 0, counter: 0 };
      for (const step of taken) {
        if (step.remote !== undefined) clock.witness(step.remote, step.wall);
        const time = clock.tick(step.wall);
        expect(compareTimes(time, latest)).toBeGreaterThan(0);
        latest = time;
      }
    });
  });

  it('gives times later than every accepted remote time, and never behind the wall clock', () => {
    holds(fc.tuple(remote, wall), ([time, wallMs]) => {
      const clock = new HybridLogicalClock(AHEAD_MAX_MS);
      const accepted = clock.witness(time, wallMs);
      expect(accepted).toBe(time.ms <= wallMs + AHEAD_MAX_MS);
      const next = clock.tick(wallMs);
      expect(next.ms).toBeGreaterThanOrEqual(wallMs);
      if (accepted) expect(compareTimes(next, time)).toBeGreaterThan(0);
    });
  });

  it('is not dragged further ahead than the bound', () => {
    holds(steps, (taken) => {
      const clock = new HybridLogicalClock(AHEAD_MAX_MS);
      let wallMax = 0;
      for (const step of taken) {
        wallMax = Math.max(wallMax, step.wall);
        if (step.remote !== undefined) clock.witness(step.remote, step.wall);
        // One more: a full counter borrows the next millisecond.
        expect(clock.tick(step.wall).ms).toBeLessThanOrEqual(wallMax + AHEAD_MAX_MS + 1);
      }
    });
  });

  it('is not moved by a time too far ahead', () => {
    const clock = new HybridLogicalClock(AHEAD_MAX_MS);
    expect(clock.witness({ ms: 1_051, counter: 0 }, 1_000)).toBe(false);
    expect(clock.tick(1_000)).toEqual({ ms: 1_000, counter: 0 });
    expect(clock.witness({ ms: 1_050, counter: 3 }, 1_000)).toBe(true);
    expect(clock.tick(1_000)).toEqual({ ms: 1_050, counter: 4 });
  });

  it('does not go back for a remote time of the past', () => {
    const clock = new HybridLogicalClock(AHEAD_MAX_MS);
    clock.tick(1_000);
    expect(clock.witness({ ms: 999, counter: 9 }, 1_000)).toBe(true);
    expect(clock.tick(1_000)).toEqual({ ms: 1_000, counter: 1 });
  });

  it('borrows the next millisecond when the counter is full', () => {
    const clock = new HybridLogicalClock(AHEAD_MAX_MS);
    let last: HlcTime = { ms: 0, counter: 0 };
    for (let count = 0; count < COUNTERS; count++) last = clock.tick(1_000);
    expect(last).toEqual({ ms: 1_000, counter: 0xffff });
    expect(clock.tick(1_000)).toEqual({ ms: 1_001, counter: 0 });
  });

  it('takes a remote counter beyond its own range for a full one', () => {
    const clock = new HybridLogicalClock(AHEAD_MAX_MS);
    clock.witness({ ms: 1_000, counter: Number.MAX_SAFE_INTEGER }, 1_000);
    expect(clock.tick(1_000)).toEqual({ ms: 1_001, counter: 0 });
  });
});

describe('comparing times', () => {
  it('looks at the counter only within one millisecond', () => {
    expect(compareTimes({ ms: 2, counter: 0 }, { ms: 1, counter: 9 })).toBeGreaterThan(0);
    expect(compareTimes({ ms: 1, counter: 0 }, { ms: 1, counter: 1 })).toBeLessThan(0);
    expect(compareTimes({ ms: 1, counter: 1 }, { ms: 1, counter: 1 })).toBe(0);
  });
});
