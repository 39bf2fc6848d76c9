import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incomingStays } from '../../src/overlay/tie-break.js';
import { peer } from '../support/identities.js';
import { holds } from '../support/property.js';

const LOWER = peer(0x0a);
const HIGHER = peer(0x0b);

describe('of two links to one peer', () => {
  it.each([
    // existing by, its generation, incoming by, its generation, incoming stays
    [LOWER, 1, HIGHER, 1, false],
    [HIGHER, 1, LOWER, 1, true],
    [LOWER, 1, LOWER, 1, true],
    [HIGHER, 1, HIGHER, 1, true],
    [LOWER, 1, HIGHER, 2, true],
    [LOWER, 2, HIGHER, 1, false],
    [HIGHER, 2, LOWER, 1, false],
    [HIGHER, 1, HIGHER, 2, true],
    [HIGHER, 2, HIGHER, 1, false],
  ])(
    'existing %s.%i, incoming %s.%i: incoming stays is %s',
    (by, generation, by2, generation2, stays) => {
      const incoming = { by: by2, generation: generation2 };
      expect(incomingStays({ by, generation }, incoming)).toBe(stays);
    },
  );

  it('both ends keep the same one, in whichever order they see them', () => {
    const link = fc.record({
      by: fc.constantFrom(LOWER, HIGHER),
      generation: fc.integer({ min: 1, max: 3 }),
    });
    holds(fc.tuple(link, link), ([first, second]) => {
      // Two dials of one side reach both ends in one order, or the ends would have no way to tell.
      if (first.by === second.by && first.generation === second.generation) return;
      const oneEnd = incomingStays(first, second) ? second : first;
      const otherEnd = incomingStays(second, first) ? first : second;
      expect(otherEnd).toBe(oneEnd);
    });
  });
});
