import type { PeerId } from '@hearsay/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Works } from '../src/calls/works.js';

const CALLERS = ['ada', 'bob', 'eve'] as PeerId[]; // Names do: nothing reads them here.

describe('the calls that are here', () => {
  it('are found by caller and number, as in a map with both as its key', () => {
    const step = fc.record({
      isAdded: fc.boolean(),
      caller: fc.constantFrom(...CALLERS),
      attempt: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const works = new Works<{ readonly caller: PeerId; readonly attempt: number }>(7);
        const model = new Map<string, { readonly caller: PeerId; readonly attempt: number }>();
        for (const { isAdded, caller, attempt } of steps) {
          const key = `${caller}/${attempt}`;
          const work = isAdded ? { caller, attempt } : works.get(caller, attempt);
          expect(works.get(caller, attempt)).toBe(model.get(key));
          if (work === undefined) continue;
          if (isAdded) works.add(work);
          else works.delete(work);
          if (isAdded) model.set(key, work);
          else model.delete(key);
          expect(works.size).toBe(model.size);
          expect(new Set(works.list())).toEqual(new Set(model.values()));
        }
      }),
    );
  });

  it('do not go with another of their name', () => {
    const [caller] = CALLERS;
    if (caller === undefined) throw new Error('no caller');
    const [was, now] = [
      { caller, attempt: 1 },
      { caller, attempt: 1 },
    ];
    const works = new Works<typeof was>(7);
    works.add(was);
    works.add(now);
    works.delete(was);
    expect(works.get(caller, 1)).toBe(now);
    expect(works.size).toBe(1);
  });
});
