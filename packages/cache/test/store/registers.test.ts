import { VectorClock } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { createStore, deadline, remove, set, stream } from '../support/store.js';

const [a, b] = [stream(1), stream(2)];
const NOW = 1_000;

describe('a register', () => {
  it('keeps the later of two writes, whichever comes first', () => {
    const [left, right] = [createStore(), createStore()];
    left.apply(a, 1, set('k', 'old', 10), NOW);
    left.apply(b, 1, set('k', 'new', 11), NOW);
    right.apply(b, 1, set('k', 'new', 11), NOW);
    expect(right.apply(a, 1, set('k', 'old', 10), NOW)).toBe('superseded');
    expect(left.read('k', NOW)).toBe('new');
    expect(right.read('k', NOW)).toBe('new');
    expect(left.digests(NOW)).toEqual(right.digests(NOW));
  });

  it('gives two writes of one time to the higher origin', () => {
    const store = createStore();
    store.apply(b, 1, set('k', 'from b', 10), NOW);
    store.apply(a, 1, set('k', 'from a', 10), NOW);
    expect(store.read('k', NOW)).toBe('from b');
  });

  it('ignores what is known', () => {
    const store = createStore();
    store.apply(a, 1, set('k', 'v', 10), NOW);
    expect(store.apply(a, 1, set('k', 'other', 20), NOW)).toBe('known');
    expect(store.read('k', NOW)).toBe('v');
  });

  it('is deleted by a later delete only, and forgotten once that is stable', () => {
    const store = createStore();
    store.apply(a, 1, set('k', 'v', 10), NOW);
    store.apply(b, 1, remove('k', 9), NOW);
    expect(store.read('k', NOW)).toBe('v');
    store.apply(b, 2, remove('k', 11), NOW);
    expect(store.read('k', NOW)).toBeUndefined();
    expect(store.forget(VectorClock.from([[b, 1]]))).toBe(0);
    expect(store.forget(store.clock)).toBe(1);
    expect(store.memory().bytes).toBe(0);
  });

  it('hides its value at the deadline and drops it when told to expire', () => {
    const events: string[] = [];
    const store = createStore({ changed: ({ kind, key }) => events.push(`${kind} ${key}`) });
    store.apply(a, 1, set('k', 'v', 10, 2_000), NOW);
    expect(store.read('k', 1_999)).toBe('v');
    expect(store.read('k', 2_000)).toBeUndefined();
    expect(store.nextDeadlineMs).toBe(2_000);
    expect(store.expire(1_999)).toBe(0);
    expect(store.expire(2_000)).toBe(1);
    expect(store.expire(2_001)).toBe(0);
    expect(events).toEqual(['set k', 'expire k']);
  });

  it('takes the later of two deadlines, in either order', () => {
    const operations = [
      () => deadline('k', 20, 5_000),
      () => deadline('k', 30, undefined),
    ] as const;
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const store = createStore();
      store.apply(a, 1, set('k', 'v', 10), NOW);
      const streams = [b, stream(3)] as const;
      for (const which of order) store.apply(streams[which], 1, operations[which](), NOW);
      expect(store.get('k', NOW)?.deadlineMs).toBeUndefined();
    }
  });

  it('loses its deadline with a later write', () => {
    const store = createStore();
    store.apply(a, 1, set('k', 'v', 10, 2_000), NOW);
    store.apply(a, 2, set('k', 'w', 11), NOW);
    expect(store.read('k', 3_000)).toBe('w');
    expect(store.expire(3_000)).toBe(0);
  });

  it('leaves its deadline to a later type, and none to one after that', () => {
    const store = createStore();
    store.apply(a, 1, set('k', 'v', 10), NOW);
    store.apply(a, 2, deadline('k', 11, 2_000), NOW);
    const add = { kind: 'set-add', elements: [{ element: 'e', dots: [] }] } as const;
    store.apply(b, 1, { key: 'k', time: { ms: 12, counter: 0 }, change: add }, NOW);
    expect(store.get('k', NOW)?.deadlineMs).toBe(2_000);
    const count = { kind: 'count', birth: 0, plus: 1n, minus: 0n } as const;
    store.apply(b, 2, { key: 'k', time: { ms: 13, counter: 0 }, change: count }, NOW);
    expect(store.get('k', NOW)).toMatchObject({ value: { value: 1 }, deadlineMs: undefined });
  });
});
