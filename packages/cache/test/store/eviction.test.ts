import { VectorClock } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { CacheError, type Change, type StoreEvent } from '../../src/index.js';
import { createStore, remove, set, stream } from '../support/store.js';

const [a, b] = [stream(1), stream(2)];
const VALUE = 'x'.repeat(1_000);

function code(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof CacheError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a store at its memory limit', () => {
  it('refuses local writes when nothing may be evicted, and goes on to delete, read and replicate', () => {
    const store = createStore({ memoryBytesMax: 5_000 });
    for (let at = 1; at <= 4; at++) store.apply(a, at, set(`k${at}`, VALUE, at), at);
    expect(code(() => store.prepareSet('k5', VALUE, undefined, 5))).toBe('out-of-memory');
    expect(store.prepareDelete('k1', 5)).toEqual({ kind: 'delete' });
    expect(store.apply(b, 1, set('k5', VALUE, 5), 5)).toBe('applied');
    expect(store.memory().overFull).toBe(true);
    expect(store.read('k1', 6)).toBe(VALUE);
  });

  it('evicts what was not used for long, tells, and never deletes', () => {
    const events: StoreEvent[] = [];
    const store = createStore({
      memoryBytesMax: 5_000,
      eviction: 'lru',
      changed: (event) => events.push(event),
    });
    for (let at = 1; at <= 4; at++) store.apply(a, at, set(`k${at}`, VALUE, at), at * 1_000);
    for (const key of ['k1', 'k3', 'k4']) store.read(key, 10_000);
    store.apply(a, 5, set('k5', VALUE, 5), 11_000);
    const evicted = events.filter(({ kind }) => kind === 'evict').map(({ key }) => key);
    expect(evicted).toEqual(['k2']);
    expect(store.isEvicted('k2')).toBe(true);
    expect(store.survivor('k2')).toMatchObject({ content: { kind: 'lost' } });
    expect(store.memory().partialPartitions).toBe(1);
    expect(store.digests(11_000)).toHaveLength(1_023);
  });

  it('does not let an older write bring back what it evicted', () => {
    const store = createStore({ memoryBytesMax: 1_300, eviction: 'lru' });
    store.apply(a, 1, set('k1', VALUE, 10), 10);
    store.apply(a, 2, set('k2', VALUE, 11), 11);
    const [evicted = ''] = ['k1', 'k2'].filter((key) => store.isEvicted(key));
    expect(store.apply(b, 1, set(evicted, 'old', 9), 12)).toBe('superseded');
    expect(store.read(evicted, 12)).toBeUndefined();
  });

  it('deletes and extends what it evicted, also after forgetting it', () => {
    const store = createStore({ memoryBytesMax: 1_300, eviction: 'lru' });
    store.apply(a, 1, set('k1', VALUE, 10), 10);
    store.apply(a, 2, set('k2', VALUE, 11), 300);
    for (const forget of [false, true]) {
      if (forget) store.forget(store.clock);
      expect(store.prepareDelete('k1', 400)).toEqual({ kind: 'delete' });
      expect(store.prepareDeadline('k1', 500, 400)).toEqual({ kind: 'deadline', deadlineMs: 500 });
    }
  });

  it('takes an evicted value back from a peer that holds it, also after forgetting the key', () => {
    const full = createStore();
    const small = createStore({ memoryBytesMax: 1_300, eviction: 'lru' });
    for (const store of [full, small]) {
      store.apply(a, 1, set('k1', VALUE, 10), 10);
      store.apply(a, 2, set('k2', VALUE, 11), 300);
    }
    const answer = full.survivor('k1');
    if (answer === undefined) throw new Error('it is held there');
    expect(small.isEvicted('k1')).toBe(true);
    expect(small.forget(small.clock)).toBe(1);
    expect(small.adopt(answer, 12)).toBe(false);
    expect(small.refill(answer, VectorClock.from([[a, 1]]), 12)).toBe(false);
    expect(small.refill(answer, full.clock, 12)).toBe(true);
  });

  it('evicts the earliest deadline with the policy `ttl`, and nothing without one', () => {
    const store = createStore({ memoryBytesMax: 2_600, eviction: 'ttl' });
    store.apply(a, 1, set('k1', VALUE, 1, 9_000), 1);
    store.apply(a, 2, set('k2', VALUE, 2, 8_000), 2);
    store.apply(a, 3, set('k3', VALUE, 3), 3);
    expect(store.isEvicted('k2')).toBe(true);
    store.apply(a, 4, set('k4', VALUE, 4), 4);
    expect(store.isEvicted('k1')).toBe(true);
    store.apply(a, 5, set('k5', VALUE, 5), 5);
    expect(code(() => store.prepareSet('k6', VALUE, undefined, 6))).toBe('out-of-memory');
  });

  it.each(['lru', 'lfu', 'ttl'] as const)(
    'never evicts what merges, with the policy %s',
    (eviction) => {
      const store = createStore({ memoryBytesMax: 6_000, eviction });
      let sequence = 0;
      const write = (key: string, changes: readonly Change[], ms: number): void => {
        for (const change of changes) {
          store.apply(a, ++sequence, { key, time: { ms, counter: 0 }, change }, ms);
        }
      };
      write('hits', store.prepareCount(a, 'hits', 5, 1), 1);
      write('tags', store.prepareAdd('tags', ['x'], 2), 2);
      for (const key of ['hits', 'tags']) {
        write(key, [{ kind: 'deadline', deadlineMs: 5_000 }], 3);
      }
      for (let at = 4; at < 12; at++) {
        store.apply(a, ++sequence, set(`k${at}`, VALUE, at, 9_000), at);
      }
      expect(store.memory().bytes).toBeLessThanOrEqual(6_000);
      expect(store.get('tags', 30)?.value).toEqual({ kind: 'set', elements: ['x'] });
      write('hits', store.prepareCount(a, 'hits', 1, 30), 30);
      expect(store.get('hits', 30)?.value).toEqual({ kind: 'counter', value: 6 });
      expect(store.expire(5_000)).toBe(2);
    },
  );

  it('refuses local writes when only what merges is left', () => {
    const store = createStore({ memoryBytesMax: 3_000, eviction: 'lru' });
    store.apply(a, 1, set('k1', 'one', 1), 1);
    const elements = Array.from({ length: 9 }, (_, at) => `${at}`);
    for (const [at, change] of store.prepareAdd('tags', elements, 2).entries()) {
      const operation = { key: 'tags', time: { ms: 2, counter: at }, change };
      store.apply(a, 2 + at, operation, 2);
    }
    expect(code(() => store.prepareSet('k2', VALUE, undefined, 5))).toBe('out-of-memory');
    expect(store.get('tags', 6)?.value).toMatchObject({ kind: 'set' });
  });

  it('accounts for nothing when everything is deleted and forgotten', () => {
    const store = createStore();
    let sequence = 0;
    for (let at = 0; at < 100; at++) store.apply(a, ++sequence, set(`k${at}`, VALUE, at), at);
    for (let at = 0; at < 100; at++) store.apply(a, ++sequence, remove(`k${at}`, 100 + at), 200);
    expect(store.memory().deadBytes).toBe(store.memory().bytes);
    store.forget(store.clock);
    expect(store.memory()).toMatchObject({ bytes: 0, deadBytes: 0, live: 0 });
  });
});
