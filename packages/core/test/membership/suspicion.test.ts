import { describe, expect, it } from 'vitest';
import { confirmationsWanted, suspicionMs } from '../../src/membership/suspicion.js';

const CONFIG = { suspicionMinMs: 1_000, suspicionMaxFactor: 5 };

describe('a suspicion', () => {
  it.each([
    // wanted, in hand, lasts: 5000 - 4000 * ln(n + 1) / ln(k + 1)
    [0, 0, 1_000],
    [1, 0, 5_000],
    [1, 1, 1_000],
    [2, 0, 5_000],
    [2, 1, 2_476],
    [2, 2, 1_000],
    [3, 0, 5_000],
    [3, 1, 3_000],
    [3, 2, 1_832],
    [3, 3, 1_000],
    [2, 9, 1_000],
  ])('that wants %i confirmations and has %i lasts %i ms', (wanted, confirmations, lastsMs) => {
    expect(suspicionMs(5, confirmations, wanted, CONFIG)).toBe(lastsMs);
    const shrink = Math.log(Math.min(confirmations, wanted) + 1) / Math.log(wanted + 1);
    const exact = wanted === 0 ? 1_000 : 5_000 - 4_000 * shrink;
    expect(Math.abs(lastsMs - exact)).toBeLessThanOrEqual(2);
  });

  it.each([
    [1, 1_000],
    [10, 1_000],
    [11, 1_302],
    [20, 1_302],
    [40, 1_603],
    [80, 1_904],
    [160, 2_205],
    [320, 2_506],
    [640, 2_807],
    [1_280, 3_108],
    [1_281, 4_000],
  ])('among %i live members lasts at least %i ms', (live, minMs) => {
    expect(suspicionMs(live, 2, 2, CONFIG)).toBe(minMs);
    expect(suspicionMs(live, 0, 2, CONFIG)).toBe(5 * minMs);
  });

  it('never lasts longer with one confirmation more, or shorter among more members', () => {
    for (const wanted of [0, 1, 2, 3]) {
      for (let confirmations = 0; confirmations < 4; confirmations++) {
        for (const live of [2, 10, 30, 100, 1_000]) {
          const lastsMs = suspicionMs(live, confirmations, wanted, CONFIG);
          expect(suspicionMs(live, confirmations + 1, wanted, CONFIG)).toBeLessThanOrEqual(lastsMs);
          expect(suspicionMs(live * 2, confirmations, wanted, CONFIG)).toBeGreaterThanOrEqual(
            lastsMs,
          );
        }
      }
    }
  });
});

describe('the confirmations wanted', () => {
  it.each([
    [0, 2, 0],
    [1, 2, 1],
    [2, 2, 2],
    [9, 2, 2],
    [9, 0, 0],
    [9, 3, 3],
    [9, 8, 3],
    [-1, 2, 0],
  ])('among %i live others, %i asked for: %i', (liveOthers, configured, wanted) => {
    expect(confirmationsWanted(liveOthers, configured)).toBe(wanted);
  });
});
