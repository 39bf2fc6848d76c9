import { describe, expect, it } from 'vitest';
import type { Change, Store } from '../../src/index.js';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';
import { plain } from '../support/replicas.js';

const TTL_MS = 5_000;
const KEY = 'k';

type Write = (store: Store, nowMs: number) => readonly Change[];

const TYPES: readonly (readonly [string, Write, unknown])[] = [
  ['register', (store, nowMs) => [store.prepareSet(KEY, 'v', undefined, nowMs)], 'v'],
  ['set', (store, nowMs) => store.prepareAdd(KEY, ['a', 'b'], nowMs), ['a', 'b']],
  [
    'hash',
    (store, nowMs) => store.prepareFields(KEY, new Map([['name', 'ana']]), nowMs),
    [['name', 'ana']],
  ],
];
const COUNTED = ['counter', 7] as const;
const COUNTED_AFTER = 3;

function shown(mesh: CacheMesh, node: CacheNode): unknown {
  return plain(node.box.store.get(KEY, mesh.now(node).wallMs));
}

function extend(mesh: CacheMesh, node: CacheNode, ttlMs: number | undefined): void {
  mesh.write(node, KEY, (store, nowMs) => {
    const deadlineMs = ttlMs === undefined ? undefined : nowMs + ttlMs;
    const change = store.prepareDeadline(KEY, deadlineMs, nowMs);
    return change === undefined ? [] : [change];
  });
}

/** Lets time pass, with every store dropping what is due, as its host has it do. */
function pass(mesh: CacheMesh, forMs: number): void {
  mesh.run(forMs, () => {
    for (const node of mesh.nodes.values()) node.box.store.expire(mesh.now(node).wallMs);
  });
}

/** A key that lives for a while at three peers, of which the last one is then cut off. */
function cutOff(write: Write, counted = false) {
  const mesh = new CacheMesh('lapsed');
  const [first, second, third] = [1, 2, 3].map((each) => mesh.start(each)) as [
    CacheNode,
    CacheNode,
    CacheNode,
  ];
  mesh.linkAll();
  mesh.run(1_000);
  if (counted) {
    mesh.write(first, KEY, (store, nowMs) =>
      store.prepareCount(first.replication.stream, KEY, COUNTED[1], nowMs),
    );
  } else mesh.write(first, KEY, write);
  extend(mesh, first, TTL_MS);
  mesh.run(1_000);
  mesh.cut(third, first);
  mesh.cut(third, second);
  return { mesh, first, second, third };
}

describe('a key that expired before its longer life was known', () => {
  it.each(TYPES)('gets its content back: a %s', (_type, write, expected) => {
    const { mesh, first, third } = cutOff(write);
    extend(mesh, first, 10 * TTL_MS);
    pass(mesh, 2 * TTL_MS);
    expect(shown(mesh, third)).toBeUndefined();
    expect(shown(mesh, first)).toEqual(expected);
    mesh.linkAll();
    pass(mesh, 3_000);
    expect(shown(mesh, third)).toEqual(expected);
    expect(third.box.lapsedKeys(mesh.now(third).wallMs)).toEqual([]);
    pass(mesh, 10 * TTL_MS);
    for (const node of mesh.nodes.values()) expect(shown(mesh, node)).toBeUndefined();
  });

  it('gets its content back: a counter, which had kept it', () => {
    const { mesh, first, third } = cutOff(() => [], true);
    extend(mesh, first, undefined);
    pass(mesh, 2 * TTL_MS);
    expect(shown(mesh, third)).toBeUndefined();
    mesh.linkAll();
    pass(mesh, 3_000);
    expect(shown(mesh, third)).toBe(COUNTED[1]);
  });

  it.each(TYPES)('even when it was forgotten meanwhile: a %s', (_type, write, expected) => {
    const { mesh, first, third } = cutOff(write);
    extend(mesh, first, undefined);
    pass(mesh, 60_000);
    expect(third.box.survivor(KEY)).toBeUndefined();
    mesh.linkAll();
    pass(mesh, 3_000);
    expect(shown(mesh, third)).toEqual(expected);
  });

  it.each(TYPES)('from whoever has it, when that one comes: a %s', (_type, write, expected) => {
    const { mesh, first, second, third } = cutOff(write);
    mesh.cut(first, second);
    extend(mesh, first, undefined);
    pass(mesh, 2 * TTL_MS);
    // Two that have dropped it learn of the longer life from a restored disk, with nobody who has it.
    const disk = mesh.backup(first);
    mesh.crash(first);
    mesh.link(second, third);
    pass(mesh, 5_000);
    for (const node of [second, third]) expect(shown(mesh, node)).toBeUndefined();
    mesh.start(1, disk);
    mesh.linkAll();
    pass(mesh, 5_000);
    for (const node of mesh.nodes.values()) expect(shown(mesh, node)).toEqual(expected);
  });

  it('stays away when it was deleted meanwhile', () => {
    const [, write] = TYPES[1] as (typeof TYPES)[number];
    const { mesh, first, second, third } = cutOff(write);
    extend(mesh, first, 10 * TTL_MS);
    mesh.run(500);
    mesh.write(second, KEY, (store, nowMs) => {
      const change = store.prepareDelete(KEY, nowMs);
      return change === undefined ? [] : [change];
    });
    pass(mesh, 2 * TTL_MS);
    mesh.linkAll();
    pass(mesh, 5_000);
    for (const node of mesh.nodes.values()) expect(shown(mesh, node)).toBeUndefined();
    expect(third.box.lapsedKeys(mesh.now(third).wallMs)).toEqual([]);
  });
});

const ADDED: readonly (readonly [string, (node: CacheNode) => Write, unknown])[] = [
  ['set', () => (store, nowMs) => store.prepareAdd(KEY, ['c'], nowMs), ['c']],
  [
    'hash',
    () => (store, nowMs) => store.prepareFields(KEY, new Map([['nick', 'c']]), nowMs),
    [['nick', 'c']],
  ],
  [
    'counter',
    ({ replication }) =>
      (store, nowMs) =>
        store.prepareCount(replication.stream, KEY, COUNTED_AFTER, nowMs),
    2 * COUNTED_AFTER,
  ],
];

describe('a key that expired before its shorter life was known', () => {
  it.each(ADDED)('keeps what was counted after that, and agrees: a %s', (type, add, expected) => {
    const mesh = new CacheMesh('shorter');
    const [first, second, third] = [1, 2, 3].map((each) => mesh.start(each)) as [
      CacheNode,
      CacheNode,
      CacheNode,
    ];
    mesh.linkAll();
    mesh.run(1_000);
    mesh.write(third, KEY, add(third));
    mesh.run(500);
    extend(mesh, first, TTL_MS);
    mesh.run(1_000);
    mesh.cut(third, first);
    mesh.cut(third, second);
    extend(mesh, second, 500);
    pass(mesh, 1_000);
    mesh.write(third, KEY, add(third));
    const before = shown(mesh, third);
    pass(mesh, TTL_MS);
    expect([before, shown(mesh, third)]).toEqual([expected, undefined]);
    mesh.linkAll();
    pass(mesh, 3_000);
    const left = type === 'counter' ? expected : undefined;
    for (const node of mesh.nodes.values()) expect(shown(mesh, node)).toEqual(left);
    for (const node of mesh.nodes.values()) expect(node.replication.divergedPartitions).toEqual([]);
  });
});
