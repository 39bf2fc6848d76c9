import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/config.js';
import { backoffMs } from '../../src/overlay/redial.js';
import { seededRandom } from '../../src/random.js';
import { holds } from '../support/property.js';

const { redialMinMs, redialMaxMs, redialFastForMs, redialSlowMs } = DEFAULT_CONFIG;

describe('the wait before another dial', () => {
  it('is anything from nothing to a bound that doubles up to its maximum', () => {
    holds(fc.tuple(fc.nat({ max: 80 }), fc.string()), ([attempt, seed]) => {
      const waitMs = backoffMs(attempt, 0, DEFAULT_CONFIG, seededRandom(seed));
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(Math.min(redialMaxMs, redialMinMs * 2 ** attempt));
    });
  });

  it('uses the whole range, so that many never dial in step', () => {
    const random = seededRandom('range');
    const waits = Array.from({ length: 2_000 }, () => backoffMs(9, 0, DEFAULT_CONFIG, random));
    expect(Math.min(...waits)).toBeLessThan(redialMaxMs / 50);
    expect(Math.max(...waits)).toBeGreaterThan((redialMaxMs * 49) / 50);
  });

  it('is long, and still spread, once the target stays away', () => {
    holds(fc.tuple(fc.nat({ max: 80 }), fc.string()), ([attempt, seed]) => {
      const random = seededRandom(seed);
      const waitMs = backoffMs(attempt, redialFastForMs + 1, DEFAULT_CONFIG, random);
      expect(waitMs).toBeGreaterThanOrEqual(redialSlowMs / 2);
      expect(waitMs).toBeLessThan(1.5 * redialSlowMs);
    });
  });
});
