import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockOrder, VectorClock } from '../../src/clock/vector-clock.js';
import { InvariantError } from '../../src/errors.js';
import type { StreamId } from '../../src/ids.js';
import { stream } from '../support/identities.js';
import { holds } from '../support/property.js';

/** The reference: a plain object, one entry a stream, 0 when absent. */
type Plain = Readonly<Record<StreamId, number>>;

const STREAMS = [stream(1), stream(1, 2), stream(2), stream(3), stream(4)];
const plain: fc.Arbitrary<Plain> = fc.dictionary(
  fc.constantFrom(...STREAMS),
  fc.integer({ min: 0, max: 4 }),
);

function clockOf(entries: Plain): VectorClock {
  return VectorClock.from(Object.entries(entries) as [StreamId, number][]);
}

/** Without zeros, so that an absent entry and a zero are one. */
function shown(clock: VectorClock): Plain {
  return Object.fromEntries(clock.sorted());
}

function merged(left: Plain, right: Plain): VectorClock {
  const clock = clockOf(left);
  clock.merge(clockOf(right));
  return clock;
}

function at(entries: Plain, id: StreamId): number {
  return entries[id] ?? 0;
}

function plainOrder(left: Plain, right: Plain): ClockOrder {
  const above = STREAMS.some((id) => at(left, id) > at(right, id));
  const below = STREAMS.some((id) => at(left, id) < at(right, id));
  if (above && below) return 'concurrent';
  if (above) return 'after';
  return below ? 'before' : 'equal';
}

describe('merging clocks', () => {
  it('takes the entry-wise maximum', () => {
    holds(fc.tuple(plain, plain), ([left, right]) => {
      const clock = merged(left, right);
      for (const id of STREAMS) {
        expect(clock.get(id)).toBe(Math.max(at(left, id), at(right, id)));
      }
    });
  });

  it('is commutative, associative and idempotent', () => {
    holds(fc.tuple(plain, plain, plain), ([a, b, c]) => {
      expect(shown(merged(a, b))).toEqual(shown(merged(b, a)));
      expect(shown(merged(shown(merged(a, b)), c))).toEqual(shown(merged(a, shown(merged(b, c)))));
      expect(shown(merged(a, a))).toEqual(shown(clockOf(a)));
    });
  });

  it('leaves the other clock and earlier copies alone', () => {
    holds(fc.tuple(plain, plain), ([left, right]) => {
      const clock = clockOf(left);
      const copy = clock.copy();
      const other = clockOf(right);
      clock.merge(other);
      expect(shown(copy)).toEqual(shown(clockOf(left)));
      expect(shown(other)).toEqual(shown(clockOf(right)));
    });
  });
});

describe('comparing clocks', () => {
  it('agrees with the comparison of every entry', () => {
    holds(fc.tuple(plain, plain), ([left, right]) => {
      expect(clockOf(left).compare(clockOf(right))).toBe(plainOrder(left, right));
      expect(clockOf(left).dominates(clockOf(right))).toBe(
        ['equal', 'after'].includes(plainOrder(left, right)),
      );
    });
  });

  it('is a partial order: mirrored, and a merge is never before its parts', () => {
    const mirror = { equal: 'equal', before: 'after', after: 'before', concurrent: 'concurrent' };
    holds(fc.tuple(plain, plain), ([left, right]) => {
      expect(clockOf(right).compare(clockOf(left))).toBe(
        mirror[clockOf(left).compare(clockOf(right))],
      );
      expect(merged(left, right).dominates(clockOf(left))).toBe(true);
    });
  });

  it('counts the events that the other lacks', () => {
    holds(fc.tuple(plain, plain), ([left, right]) => {
      const lacking = STREAMS.map((id) => Math.max(0, at(left, id) - at(right, id)));
      const excess = clockOf(left).excessOver(clockOf(right));
      expect(excess).toBe(lacking.reduce((sum, count) => sum + count, 0));
      expect(excess === 0).toBe(clockOf(right).dominates(clockOf(left)));
    });
  });
});

describe('one entry', () => {
  it('only rises, and says whether it did', () => {
    const clock = new VectorClock();
    expect([
      clock.raise(stream(1), 2),
      clock.raise(stream(1), 2),
      clock.raise(stream(1), 1),
    ]).toEqual([true, false, false]);
    expect(clock.get(stream(1))).toBe(2);
  });

  it('includes every event up to itself and none above', () => {
    const clock = VectorClock.from([[stream(1), 2]]);
    const included = [1, 2, 3].map((sequence) => clock.includes({ stream: stream(1), sequence }));
    expect(included).toEqual([true, true, false]);
    expect(clock.includes({ stream: stream(2), sequence: 1 })).toBe(false);
  });

  it('is a whole number, or the program is wrong', () => {
    for (const sequence of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1]) {
      expect(() => new VectorClock().raise(stream(1), sequence)).toThrow(InvariantError);
    }
  });
});

describe('the sorted list', () => {
  it('is the same whatever the order of insertion', () => {
    const entries = fc.shuffledSubarray(
      STREAMS.map((id, index) => [id, index + 1] as const),
      { minLength: STREAMS.length },
    );
    holds(entries, (shuffled) => {
      expect(
        VectorClock.from(shuffled)
          .sorted()
          .map(([id]) => id),
      ).toEqual(STREAMS);
    });
  });
});
