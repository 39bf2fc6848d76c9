import { parseStreamId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

const LIMITS = { forgetAfterMs: 20_000, forgetGraceMs: 1_000, digestIntervalMs: 3_000 };

function three(seed: string): [CacheMesh, CacheNode, CacheNode, CacheNode] {
  const world = new CacheMesh(seed, LIMITS);
  const nodes = [1, 2, 3].map((number) => world.start(number)) as [CacheNode, CacheNode, CacheNode];
  world.linkAll();
  world.run(50);
  return [world, ...nodes];
}

function cutOff(world: CacheMesh, node: CacheNode): void {
  for (const other of world.nodes.values()) world.cut(node, other);
  world.tellMembers();
}

function expectAgreement(world: CacheMesh): void {
  const [first, ...others] = [...world.nodes.values()] as [CacheNode, ...CacheNode[]];
  for (const node of others) {
    expect(node.replication.vector.sorted()).toEqual(first.replication.vector.sorted());
    expect(node.box.digests(0)).toEqual(first.box.digests(0));
  }
}

describe('who was away', () => {
  it('does not bring back what was deleted, however long it was gone', () => {
    const [world, first, , third] = three('long absence');
    world.set(first, 'old', 'one');
    world.set(first, 'kept', 'one');
    world.run(2_000);
    cutOff(world, third);
    world.set(third, 'old too', 'written away, long ago');
    world.run(1_000);
    world.delete(first, 'old');
    world.run(40_000);
    expect(first.box.survivor('old')).toBeUndefined();
    world.set(third, 'mine', 'written away, just now');
    world.linkAll();
    world.run(20_000);
    for (const node of world.nodes.values()) {
      expect(node.read('old', world.nowMs)).toBeUndefined();
      expect(node.read('kept', world.nowMs)).toBe('one');
      expect(node.read('mine', world.nowMs)).toBe('written away, just now');
    }
    const told = third.events.filter(({ kind }) => kind === 'reseeded');
    expect(told).toMatchObject([{ kind: 'reseeded', republished: 1, discarded: 1 }]);
    expectAgreement(world);
  });

  it('holds deletions up until it is back, when it was not gone long', () => {
    const [world, first, , third] = three('short absence');
    world.set(first, 'old', 'one');
    world.run(2_000);
    cutOff(world, third);
    world.delete(first, 'old');
    world.run(10_000);
    expect(first.box.survivor('old')).toBeDefined();
    world.linkAll();
    world.run(20_000);
    expect(third.read('old', world.nowMs)).toBeUndefined();
    expect(third.events.filter(({ kind }) => kind === 'reseeded')).toEqual([]);
    expect(first.box.survivor('old')).toBeUndefined();
    expectAgreement(world);
  });

  it('brings back nothing from an old backup', () => {
    const [world, first, , third] = three('backup');
    world.set(first, 'old', 'one');
    world.run(2_000);
    const backup = world.backup(third);
    world.crash(third);
    world.delete(first, 'old');
    world.set(first, 'new', 'two');
    world.run(40_000);
    expect(first.box.survivor('old')).toBeUndefined();
    const restored = world.start(3, backup, 1_000);
    expect(restored.read('old', world.nowMs)).toBe('one');
    world.linkAll();
    world.run(20_000);
    for (const node of world.nodes.values()) {
      expect(node.read('old', world.nowMs)).toBeUndefined();
      expect(node.read('new', world.nowMs)).toBe('two');
    }
    expectAgreement(world);
  });

  it('writes on in a new stream when it forgot what it wrote', () => {
    const [world, first, second, third] = three('amnesia');
    for (let index = 0; index < 5; index++) world.set(third, `key ${index}`, 'before');
    world.run(2_000);
    world.crash(third);
    const again = world.start(3, undefined, third.generation);
    world.set(again, 'key 0', 'after');
    world.linkAll();
    world.run(20_000);
    expect(again.events).toContainEqual(expect.objectContaining({ kind: 'new-stream' }));
    world.set(again, 'key 1', 'after');
    world.run(20_000);
    for (const node of [first, second, again]) {
      expect(node.read('key 0', world.nowMs)).toBe('after');
      expect(node.read('key 1', world.nowMs)).toBe('after');
      expect(node.read('key 2', world.nowMs)).toBe('before');
    }
    expectAgreement(world);
  });

  it('cannot win for ever with a clock that is far ahead: its link is refused, and no write dropped', () => {
    const [world, first, second, third] = three('skew');
    third.skewMs = 120_000;
    expect(() => world.set(third, 'a', 'from the future')).not.toThrow();
    expect(() => world.run(20)).toThrow(/dated 1\d\d s ahead/);
    expect(first.read('a', world.nowMs)).toBeUndefined();
    expect(second.read('a', world.nowMs)).toBeUndefined();
  });

  it('does not let vectors grow with restarts', () => {
    const [world, first, second] = three('restarts');
    let third = [...world.nodes.values()][2] as CacheNode;
    for (let run = 1; run <= 10; run++) {
      world.set(third, 'mine', `run ${run}`);
      world.run(5_000);
      const disk = world.crash(third);
      third = world.start(3, disk, run + 1);
      world.linkAll();
      world.run(5_000);
    }
    world.set(third, 'mine', 'last');
    world.run(10_000);
    expect(first.replication.vector.size).toBeLessThanOrEqual(3);
    expectAgreement(world);
    expect(second.read('mine', world.nowMs)).toBe('last');
  });

  it('writes on in a later stream after one that it began anew in, wherever its clock stands', () => {
    const [world, first, , third] = three('renewed');
    world.set(third, 'mine', 'one');
    world.run(2_000);
    world.crash(third);
    const again = world.start(3, undefined, third.generation);
    world.set(again, 'mine', 'two');
    world.linkAll();
    world.run(5_000);
    const { generation } = parseStreamId(again.replication.stream);
    const restarted = world.start(3, world.crash(again), again.generation + 1);
    expect(parseStreamId(restarted.replication.stream).generation).toBeGreaterThan(generation);
    world.linkAll();
    world.set(restarted, 'mine', 'three');
    world.run(20_000);
    expect(first.read('mine', world.nowMs)).toBe('three');
    expectAgreement(world);
  });

  it('counts on nobody for writes in a stream that the others know as ended', () => {
    const [world, first, second, third] = three('ended');
    let last = third;
    for (const generation of [100, 200]) {
      world.set(last, 'mine', `before ${generation}`);
      world.run(5_000);
      last = world.start(3, world.crash(last), generation);
      world.linkAll();
    }
    world.set(last, 'mine', 'at last');
    world.run(10_000);
    expect(first.replication.retired).toHaveLength(1);
    world.crash(last);
    const wiped = world.start(3, undefined, 50);
    world.linkAll();
    world.set(wiped, 'mine', 'with a clock of long ago');
    const { sequence } = wiped.replication;
    const wait = { id: 1, sequence, copies: 3, untilMs: world.nowMs + 60_000 };
    world.handle(wiped, { kind: 'await', ...wait });
    world.run(20_000);
    expect(wiped.settled.get(1)?.outcome).toMatchObject({ kind: 'late' });
    for (const node of [first, second, wiped]) {
      expect(node.read('mine', world.nowMs)).toBe('with a clock of long ago');
    }
    expectAgreement(world);
  });

  it('tells what it took over as ended, or it would be taken for one that lacks deletions', () => {
    const [world, first, second, third] = three('told');
    world.set(third, 'mine', 'one');
    world.run(5_000);
    const again = world.start(3, world.crash(third), 100);
    world.linkAll();
    world.set(again, 'mine', 'two');
    world.run(5_000);
    expect(second.replication.retired).toHaveLength(1);
    world.cut(first, second);
    const fourth = world.start(4);
    world.link(second, fourth);
    world.run(10_000);
    expect(fourth.replication.retired).toEqual(second.replication.retired);
    world.cut(second, again);
    expect(second.replication.standings.holderOf(second.replication.vector.sorted())).toBe(
      fourth.peer,
    );
  });

  it('does not take a stream for over of which a peer out of reach holds more', () => {
    const [world, first, second, third] = three('held elsewhere');
    world.set(third, 'a', 'one');
    world.run(2_000);
    cutOff(world, second);
    world.set(third, 'b', 'only the first has it');
    world.run(2_000);
    cutOff(world, first);
    world.crash(third);
    const wiped = world.start(3, undefined, 100);
    world.link(second, wiped);
    world.run(2_000);
    world.set(wiped, 'a', 'two');
    world.run(10_000);
    expect(second.replication.retired).toEqual([]);
    world.linkAll();
    world.run(10_000);
    for (const node of world.nodes.values()) {
      expect(node.read('a', world.nowMs)).toBe('two');
      expect(node.read('b', world.nowMs)).toBe('only the first has it');
    }
    expectAgreement(world);
  });
});
