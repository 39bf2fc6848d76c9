import { describe, expect, it } from 'vitest';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

const ELEMENT_BYTES = 4_000;
const PER_WRITE = 100;

/** Fills a set up to its limit, as far as this peer knows it. @returns how many it added */
function fill(mesh: CacheMesh, node: CacheNode, name: string, most: number): number {
  let added = 0;
  while (added < most) {
    const elements = Array.from({ length: PER_WRITE }, (_, index) =>
      `${name} ${added + index} `.padEnd(ELEMENT_BYTES, 'x'),
    );
    try {
      mesh.write(node, 'tags', (store, nowMs) => store.prepareAdd('tags', elements, nowMs));
    } catch {
      return added;
    }
    added += PER_WRITE;
  }
  return added;
}

function sizeOf(node: CacheNode): number {
  const survivor = node.box.survivor('tags');
  return survivor?.kind === 'composite' ? survivor.state.items.length : 0;
}

function apart(seed: string, limits = {}) {
  const mesh = new CacheMesh(seed, limits);
  const nodes = [1, 2, 3, 4].map((number) => mesh.start(number));
  const total = nodes.reduce((sum, node, index) => sum + fill(mesh, node, `${index}`, 300), 0);
  return { mesh, nodes: nodes as [CacheNode, CacheNode, CacheNode, CacheNode], total };
}

function expectAgreement(mesh: CacheMesh): void {
  const [first, ...others] = [...mesh.nodes.values()] as [CacheNode, ...CacheNode[]];
  for (const node of others) {
    expect(node.replication.replica.summary()).toEqual(first.replication.replica.summary());
    expect(node.box.digests(0)).toEqual(first.box.digests(0));
  }
}

describe('a set that peers apart have each filled', () => {
  it('is repaired, though it is larger than a frame and than an answer', () => {
    const { mesh, nodes, total } = apart('large');
    expect(total * ELEMENT_BYTES).toBeGreaterThan(2.5 * 1_048_576);
    mesh.linkAll();
    mesh.run(10_000);
    const late = mesh.start(5);
    mesh.linkAll();
    mesh.run(10_000);
    for (const node of [...nodes, late]) expect(sizeOf(node)).toBe(total);
    expectAgreement(mesh);
    expect(() => fillOnce(mesh, nodes[0])).toThrow(/together/);
  });

  it('is repaired where deltas are lost, and others write and remove meanwhile', () => {
    const { mesh, nodes } = apart('lossy');
    const [first, second] = nodes;
    mesh.lossPercent = 5;
    mesh.linkAll();
    let writes = 0;
    mesh.run(20_000, () => {
      writes += 1;
      if (writes % 200 !== 0 || writes > 2_000) return;
      const survivor = first.box.survivor('tags');
      const element = survivor?.kind === 'composite' ? survivor.state.items[0]?.element : undefined;
      if (element === undefined) return;
      mesh.write(first, 'tags', (store, nowMs) =>
        store.prepareRemove('set', 'tags', [element], nowMs),
      );
      mesh.set(second, 'beside', `${writes}`);
    });
    mesh.lossPercent = 0;
    mesh.run(20_000);
    expect(sizeOf(first)).toBeGreaterThan(0);
    expectAgreement(mesh);
  });

  it('is read from a majority as it stands there, whatever is written meanwhile', () => {
    const { mesh, nodes, total } = apart('majority');
    const [first, second, third, fourth] = nodes;
    mesh.linkAll();
    mesh.run(10_000);
    for (const node of [second, third, fourth]) mesh.cut(first, node);
    mesh.write(second, 'tags', (store, nowMs) =>
      store.prepareRemove('set', 'tags', [elementOf(second)], nowMs),
    );
    mesh.run(2_000);
    expect([sizeOf(first), sizeOf(second)]).toEqual([total, total - 1]);
    mesh.lossPercent = 5;
    mesh.link(first, second);
    mesh.run(20); // Until each knows that the other takes part.
    const untilMs = mesh.nowMs + 20_000;
    const ask = { id: 1, key: 'tags', entries: [], to: [second.peer], answers: 1, untilMs };
    mesh.handle(first, { kind: 'ask', ask });
    let writes = 0;
    mesh.run(10_000, () => {
      writes += 1;
      if (writes < 40) mesh.set(second, 'beside', `${writes}`);
    });
    expect(first.settled.get(1)?.outcome).toMatchObject({ kind: 'reached', copies: 2 });
    expect(sizeOf(first)).toBe(total - 1);
  });

  it('that is larger than a repair carries is told, and repaired once it is smaller', () => {
    const { mesh, nodes } = apart('too large', { keyStateBytesMax: 2_000_000 });
    const [first, second] = nodes;
    mesh.linkAll();
    mesh.run(10_000);
    const late = mesh.start(5);
    mesh.linkAll();
    mesh.run(5_000);
    const told = nodes.flatMap(({ events }) =>
      events.filter(({ kind }) => kind === 'unrepairable'),
    );
    expect(told[0]).toMatchObject({ key: 'tags', limit: 2_000_000 });
    for (const node of [first, second]) {
      const survivor = node.box.survivor('tags');
      const elements = survivor?.kind === 'composite' ? survivor.state.items : [];
      for (let start = 0; start < elements.length - 50; start += PER_WRITE) {
        const some = elements.slice(start, start + PER_WRITE).map(({ element }) => element);
        mesh.write(node, 'tags', (store, nowMs) => store.prepareRemove('set', 'tags', some, nowMs));
      }
    }
    mesh.run(20_000);
    expect(sizeOf(late)).toBe(sizeOf(first));
    expectAgreement(mesh);
  });
});

function elementOf(node: CacheNode): string {
  const survivor = node.box.survivor('tags');
  return (survivor?.kind === 'composite' && survivor.state.items[0]?.element) || '';
}

function fillOnce(mesh: CacheMesh, node: CacheNode): void {
  mesh.write(node, 'tags', (store, nowMs) => store.prepareAdd('tags', ['one more'], nowMs));
}
