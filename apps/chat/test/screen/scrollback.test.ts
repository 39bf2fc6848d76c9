import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Scrollback } from '../../src/screen/model/scrollback.js';

/** Entries go in whole chunks of so many. */
const CHUNK = 256;

it('behaves as a list whose numbers never change', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 600 }) }),
    fc.record({ kind: fc.constant('prepend' as const), count: fc.nat(600) }),
    fc.record({ kind: fc.constant('trim' as const), count: fc.nat(800) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const model = new Map<number, string>();
      let list = Scrollback.of<string>([]);
      for (const [index, { kind, count }] of steps.entries()) {
        const added = Array.from({ length: count }, (_none, at) => `entry ${index}.${at}`);
        list = DO[kind](list, model, added);
      }
      check(list, model);
    }),
    { numRuns: 60 },
  );
});

type Change = (
  list: Scrollback<string>,
  model: Map<number, string>,
  added: readonly string[],
) => Scrollback<string>;

const DO: Readonly<Record<'append' | 'prepend' | 'trim', Change>> = {
  append: (list, model, added) => {
    for (const [at, entry] of added.entries()) model.set(list.end + at, entry);
    return added.reduce((grown, entry) => grown.append(entry), list);
  },
  prepend: (list, model, added) => {
    for (const [at, entry] of added.entries()) model.set(list.start - added.length + at, entry);
    return list.prepend(added);
  },
  trim: (list, model, { length }) => {
    const trimmed = list.trimmed(length);
    for (const number of model.keys()) if (number < trimmed.start) model.delete(number);
    expect(trimmed.length).toBeLessThan(length + 2 * CHUNK);
    return trimmed;
  },
};

function check(list: Scrollback<string>, model: ReadonlyMap<number, string>): void {
  expect(list.length).toBe(model.size);
  for (const [number, entry] of model) expect(list.at(number)).toBe(entry);
  expect(list.at(list.end)).toBeUndefined();
  expect(list.at(list.start - 1)).toBeUndefined();
  expect([...list.entries()]).toHaveLength(list.length);
}
