import { describe, expect, it } from 'vitest';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

function mesh(seed: string, count = 3): { mesh: CacheMesh; nodes: CacheNode[] } {
  const world = new CacheMesh(seed);
  const nodes = Array.from({ length: count }, (_, index) => world.start(index + 1));
  world.linkAll();
  return { mesh: world, nodes };
}

describe('a replicated cache', () => {
  it('shows a write on every peer, without any repair', () => {
    const { mesh: world, nodes } = mesh('write');
    world.run(10);
    world.set(nodes[0] as CacheNode, 'a', 'one');
    world.run(20);
    expect(nodes.map((node) => node.read('a', world.nowMs))).toEqual(['one', 'one', 'one']);
  });

  it('agrees on one of two writes at the same time', () => {
    const { mesh: world, nodes } = mesh('conflict');
    world.run(10);
    world.set(nodes[0] as CacheNode, 'a', 'one');
    world.set(nodes[1] as CacheNode, 'a', 'two');
    world.run(20);
    expect(new Set(nodes.map((node) => node.read('a', world.nowMs))).size).toBe(1);
  });

  it('repairs a peer that was cut off, and one that starts with nothing', () => {
    const { mesh: world, nodes } = mesh('repair');
    const [first, second, third] = nodes as [CacheNode, CacheNode, CacheNode];
    world.cut(first, third);
    world.cut(second, third);
    for (let index = 0; index < 2_000; index++) world.set(first, `key ${index}`, 'x'.repeat(1_000));
    world.run(20);
    world.delete(second, 'key 7');
    world.run(20);
    const late = world.start(4);
    world.linkAll();
    world.run(20_000);
    for (const node of [first, second, third, late]) {
      expect(node.read('key 7', world.nowMs)).toBeUndefined();
      expect(node.read('key 1999', world.nowMs)).toBe('x'.repeat(1_000));
      expect(node.replication.replica.summary()).toEqual(first.replication.replica.summary());
      expect(node.box.digests(0)).toEqual(first.box.digests(0));
    }
  });
});
