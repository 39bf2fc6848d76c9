import { describe, expect, it } from 'vitest';
import type { Held } from '../../src/index.js';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

function three(seed: string): [CacheMesh, CacheNode, CacheNode, CacheNode] {
  const world = new CacheMesh(seed);
  const nodes = [1, 2, 3].map((number) => world.start(number)) as [CacheNode, CacheNode, CacheNode];
  world.linkAll();
  world.run(500);
  return [world, ...nodes];
}

function elements(world: CacheMesh, node: CacheNode): Held['value'] | undefined {
  return node.box.store.get('set', world.now(node).wallMs)?.value;
}

function expectRemovedEverywhere(world: CacheMesh): void {
  world.linkAll();
  world.run(5_000);
  const [first, ...others] = [...world.nodes.values()] as [CacheNode, ...CacheNode[]];
  expect(elements(world, first)).toBeUndefined();
  for (const node of others) {
    expect(elements(world, node)).toBeUndefined();
    expect(node.replication.vector.sorted()).toEqual(first.replication.vector.sorted());
    expect(node.box.digests(0)).toEqual(first.box.digests(0));
  }
}

/** The second knows of an addition only from an answer: what comes before it in its stream it lacks. */
function withAnswer(world: CacheMesh, first: CacheNode, second: CacheNode): void {
  world.lossPercent = 100;
  world.write(first, 'set', (store, nowMs) => store.prepareAdd('set', ['x'], nowMs));
  world.run(20);
  const ask = { id: 1, key: 'set', entries: [], to: [first.peer], answers: 1 };
  world.handle(second, { kind: 'ask', ask: { ...ask, untilMs: world.nowMs + 100 } });
  world.run(20);
  world.lossPercent = 0;
  expect(elements(world, second)).toEqual({ kind: 'set', elements: ['x'] });
  expect(second.replication.vector.get(first.replication.stream)).toBe(0);
}

describe('what a write depends on', () => {
  it('is also what an answer showed: a removal waits for the addition wherever it comes', () => {
    const [world, first, second, third] = three('answer');
    withAnswer(world, first, second);
    world.cut(first, second);
    world.write(second, 'set', (store, nowMs) => store.prepareRemove('set', 'set', ['x'], nowMs));
    world.run(20);
    expect(third.replication.heldBack).toBe(1);
    world.cut(second, third);
    world.run(3_000);
    expectRemovedEverywhere(world);
  });

  it('outlives a restart of who was shown it', () => {
    const [world, first, second, third] = three('restart');
    withAnswer(world, first, second);
    const again = world.start(2, world.crash(second));
    expect(elements(world, again)).toEqual({ kind: 'set', elements: ['x'] });
    world.link(again, third);
    world.write(again, 'set', (store, nowMs) => store.prepareRemove('set', 'set', ['x'], nowMs));
    world.run(20);
    world.cut(again, third);
    world.run(3_000);
    expectRemovedEverywhere(world);
  });

  it('is also what came between two writes of one turn', () => {
    const [world, first, second, third] = three('turn');
    world.cut(first, third);
    const change = { kind: 'set', value: 'one', deadlineMs: undefined } as const;
    second.replication.write([{ key: 'other', change }], world.now(second));
    world.write(first, 'set', (store, nowMs) => store.prepareAdd('set', ['x'], nowMs));
    world.run(5);
    expect(second.replication.hasUnsent).toBe(true);
    world.write(second, 'set', (store, nowMs) => store.prepareRemove('set', 'set', ['x'], nowMs));
    world.cut(first, second);
    world.run(20);
    expect(third.replication.heldBack).toBe(1);
    world.cut(second, third);
    world.link(first, third);
    world.run(3_000);
    expectRemovedEverywhere(world);
  });
});
