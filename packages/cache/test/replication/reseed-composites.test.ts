import { describe, expect, it } from 'vitest';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

const LIMITS = { forgetAfterMs: 20_000, forgetGraceMs: 1_000, digestIntervalMs: 3_000 };

/** Three peers, of which the third is cut off and comes back after it was forgotten. */
class Absence {
  readonly mesh: CacheMesh;
  readonly nodes: [CacheNode, CacheNode, CacheNode];

  constructor(seed: string) {
    this.mesh = new CacheMesh(seed, LIMITS);
    this.nodes = [1, 2, 3].map((number) => this.mesh.start(number)) as Absence['nodes'];
    this.mesh.linkAll();
    // Something to forget, or nobody would have to begin anew.
    this.mesh.set(this.nodes[0], 'old', 'one');
  }

  count(node: CacheNode, amount: number): void {
    const { stream } = node.replication;
    this.mesh.write(node, 'hits', (store, nowMs) =>
      store.prepareCount(stream, 'hits', amount, nowMs),
    );
  }

  add(node: CacheNode, ...elements: readonly string[]): void {
    this.mesh.write(node, 'tags', (store, nowMs) => store.prepareAdd('tags', elements, nowMs));
  }

  remove(node: CacheNode, ...elements: readonly string[]): void {
    this.mesh.write(node, 'tags', (store, nowMs) =>
      store.prepareRemove('set', 'tags', elements, nowMs),
    );
  }

  field(node: CacheNode, field: string, value: string): void {
    this.mesh.write(node, 'user', (store, nowMs) =>
      store.prepareFields('user', new Map([[field, value]]), nowMs),
    );
  }

  leave(): void {
    this.mesh.run(2_000);
    for (const node of this.nodes) this.mesh.cut(node, this.nodes[2]);
    this.mesh.tellMembers();
  }

  comeBack(): void {
    this.mesh.delete(this.nodes[0], 'old');
    this.mesh.run(40_000);
    expect(this.nodes[0].box.survivor('old')).toBeUndefined();
    this.mesh.linkAll();
    this.mesh.run(20_000);
    expect(this.nodes[2].replication.counters.reseeds).toBe(1);
    const [first, ...others] = this.nodes;
    for (const node of others) {
      expect(node.replication.vector.sorted()).toEqual(first.replication.vector.sorted());
      expect(node.box.digests(0)).toEqual(first.box.digests(0));
    }
  }

  /** What all three show of a key. */
  shown(key: string): unknown {
    const views = this.nodes.map(({ box }) =>
      box.store.get(key, this.mesh.now(this.nodes[0]).wallMs),
    );
    const [value, ...others] = views.map((view) => view?.value);
    for (const other of others) expect(other).toEqual(value);
    switch (value?.kind) {
      case 'counter':
        return value.value;
      case 'set':
        return [...value.elements].sort();
      case 'hash':
        return Object.fromEntries([...value.fields].sort());
      default:
        return value;
    }
  }

  get told(): unknown {
    return this.nodes[2].events.find(({ kind }) => kind === 'reseeded');
  }
}

describe('who was away too long', () => {
  it('adds again what it had counted, and nothing twice', () => {
    const absence = new Absence('count');
    const [first, , third] = absence.nodes;
    absence.count(first, 5);
    absence.count(third, 10);
    absence.leave();
    absence.count(third, 3);
    absence.count(third, -1);
    absence.count(first, 100);
    absence.comeBack();
    expect(absence.shown('hits')).toBe(117);
    expect(absence.told).toMatchObject({ republished: 1, discarded: 0 });
  });

  it('counts anew what nobody had, also where nobody has the counter', () => {
    const absence = new Absence('count alone');
    const [, , third] = absence.nodes;
    absence.leave();
    absence.count(third, 7);
    absence.comeBack();
    expect(absence.shown('hits')).toBe(7);
  });

  it('does not bring back a count that was deleted and forgotten', () => {
    const absence = new Absence('deleted count');
    const [first, , third] = absence.nodes;
    absence.count(third, 10);
    absence.leave();
    absence.count(third, 1);
    absence.mesh.write(first, 'hits', (store, nowMs) => {
      const change = store.prepareDelete('hits', nowMs);
      return change === undefined ? [] : [change];
    });
    absence.comeBack();
    expect(absence.shown('hits')).toBeUndefined();
    expect(absence.told).toMatchObject({ republished: 0, discarded: 1 });
  });

  it('adds and removes again what the others had not heard of, and brings back nothing', () => {
    const absence = new Absence('set');
    const [first, , third] = absence.nodes;
    absence.add(first, 'a', 'b', 'c');
    absence.add(third, 'mine');
    absence.leave();
    absence.add(third, 'new', 'a');
    absence.remove(third, 'b');
    absence.remove(first, 'c', 'mine');
    absence.add(first, 'd');
    absence.comeBack();
    expect(absence.shown('tags')).toEqual(['a', 'd', 'new']);
  });

  it('sets fields again that are later than those of the others', () => {
    const absence = new Absence('hash');
    const [first, , third] = absence.nodes;
    absence.field(first, 'name', 'before');
    absence.field(first, 'city', 'before');
    absence.leave();
    absence.field(third, 'name', 'from away');
    absence.field(third, 'city', 'from away');
    absence.field(third, 'zip', 'from away');
    absence.mesh.run(1_000);
    absence.field(first, 'city', 'later');
    absence.comeBack();
    expect(absence.shown('user')).toEqual({ city: 'later', name: 'from away', zip: 'from away' });
  });

  it('lets a key alone that has another type since', () => {
    const absence = new Absence('type');
    const [first, , third] = absence.nodes;
    absence.add(first, 'a');
    absence.leave();
    absence.add(third, 'b');
    absence.mesh.run(1_000);
    absence.mesh.set(first, 'tags', 'a text now');
    absence.comeBack();
    expect(absence.nodes.map((node) => node.read('tags', absence.mesh.nowMs))).toEqual([
      'a text now',
      'a text now',
      'a text now',
    ]);
  });
});

describe('who forgot what it wrote last, and writes under the same numbers', () => {
  it('writes registers anew under others, and tells how much else is lost', () => {
    const absence = new Absence('set back');
    const { mesh } = absence;
    const [, , third] = absence.nodes;
    mesh.set(third, 'key 0', 'before');
    mesh.run(1_000);
    const { sequence } = third.replication;
    const disk = { ...mesh.backup(third), sequence };
    for (let index = 0; index < 20; index++) mesh.set(third, `key ${index}`, 'forgotten here');
    mesh.run(1_000);
    mesh.crash(third);
    const again = mesh.start(3, disk, third.generation);
    absence.nodes[2] = again;
    expect(again.replication.sequence).toBe(sequence);
    mesh.set(again, 'key 0', 'after');
    absence.add(again, 'lost');
    mesh.linkAll();
    mesh.run(20_000);
    const shown = absence.nodes.map((node) => node.read('key 0', mesh.nowMs));
    expect(shown).toEqual(['after', 'after', 'after']);
    expect(again.events).toContainEqual({ kind: 'rewritten', writes: 1, lost: 1 });
    for (const node of absence.nodes) expect(node.box.digests(0)).toEqual(again.box.digests(0));
  });
});
