import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Flight, Flights } from '../src/calls/flights.js';
import { NumberMap } from '../src/calls/number-map.js';
import { Roll } from '../src/calls/roll.js';

const STEPS = 200;

describe('entries by number', () => {
  // Few numbers, near and far apart, so that they meet; over 32 bits as callers may choose them.
  const key = fc.oneof(fc.nat(40), fc.constantFrom(2 ** 32, 2 ** 32 + 16, 2 ** 40, 2 ** 53 - 1));
  const step = fc.record({ isSet: fc.boolean(), key });

  it('are those of a map, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(step, { maxLength: STEPS }), (seed, steps) => {
        const map = new NumberMap<string>(seed);
        const model = new Map<number, string>();
        for (const [turn, { isSet, key }] of steps.entries()) {
          if (isSet) map.set(key, `${turn}`);
          else map.delete(key);
          if (isSet) model.set(key, `${turn}`);
          else model.delete(key);
          expect(map.size).toBe(model.size);
          for (const [known, value] of model) expect(map.get(known)).toBe(value);
          expect(map.get(key)).toBe(model.get(key));
        }
        const rising = [...model].sort(([left], [right]) => left - right);
        expect(map.list()).toEqual(rising.map(([, value]) => value));
      }),
    );
  });
});

describe('all that are under way', () => {
  it('are those that came and did not go', () => {
    const step = fc.record({ isAdded: fc.boolean(), pick: fc.nat(STEPS) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: STEPS }), (steps) => {
        const roll = new Roll<{ place: number }>();
        const gone = { place: 0 };
        const model: { place: number }[] = [];
        for (const { isAdded, pick } of steps) {
          const entry = isAdded
            ? { place: 0 }
            : (model.splice(pick % (model.length || 1), 1)[0] ?? gone);
          if (isAdded) model.push(entry);
          if (isAdded) roll.add(entry);
          else roll.delete(entry);
          roll.delete(gone);
          expect(roll.size).toBe(model.length);
          expect(new Set(roll.list())).toEqual(new Set(model));
        }
      }),
    );
  });
});

describe('what is on its way', () => {
  it('is counted, and the oldest of it is known', () => {
    const step = fc.record({ isAdded: fc.boolean(), pick: fc.nat(STEPS) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: STEPS }), (steps) => {
        const flights = new Flights();
        const model: Flight[] = [];
        for (const [sentMs, { isAdded, pick }] of steps.entries()) {
          if (isAdded) {
            const flight = { sentMs, earlier: undefined, later: undefined, isFlying: false };
            model.push(flight);
            flights.add(flight);
          } else {
            const [flight] = model.splice(pick % (model.length || 1), 1);
            if (flight === undefined) continue;
            flights.delete(flight);
            flights.delete(flight);
          }
          expect(flights.size).toBe(model.length);
          expect(flights.oldestMs).toBe(model[0]?.sentMs);
        }
      }),
    );
  });
});
