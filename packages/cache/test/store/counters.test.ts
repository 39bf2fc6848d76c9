import { describe, expect, it } from 'vitest';
import { DEFAULT_CACHE_LIMITS } from '../../src/limits.js';
import { createStore, stream } from '../support/store.js';

describe('a counter', () => {
  it('takes no further run of a peer when as many as may have added to it, and others go on', () => {
    const store = createStore({ limits: { ...DEFAULT_CACHE_LIMITS, originsPerCounterMax: 3 } });
    const add = (generation: number, sequence: number) => {
      const origin = stream(1, generation);
      for (const change of store.prepareCount(origin, 'hits', 1, sequence)) {
        const time = { ms: 10 * sequence + generation, counter: 0 };
        store.apply(origin, sequence, { key: 'hits', time, change }, 1_000);
      }
    };
    for (let generation = 1; generation <= 3; generation++) add(generation, 1);
    expect(() => add(4, 1)).toThrow(/"hits" was added to by 3 runs of peers/);
    add(2, 2);
    expect(store.get('hits', 1_000)?.value).toEqual({ kind: 'counter', value: 4 });
  });
});
