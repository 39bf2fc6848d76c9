import { pick, type Random, seededRandom } from '@hearsay/core';
import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { FakeMesh } from '../support/fake-mesh.js';

// What is waited for is there in milliseconds; on a machine that does ten other things it is not.
vi.setConfig({ testTimeout: 30_000 });

const NAMES = ['ana', 'bob', 'eve', 'fay'];
const CALM = { loss: 0, delayMsMax: 5 };

function trio(seed: string, weather = CALM): FakeMesh {
  const mesh = new FakeMesh(seed, weather);
  for (const name of ['ana', 'bob', 'eve']) mesh.start(name);
  return mesh;
}

function get(mesh: FakeMesh, name: string) {
  const peer = mesh.peers.get(name);
  if (peer === undefined) throw new Error(`${name} is not there`);
  return peer;
}

function expectEqualDocuments(mesh: FakeMesh): void {
  const peers = [...mesh.peers.values()];
  const keys = new Set(peers.flatMap(({ replicator }) => [...replicator.documents.keys(0)]));
  for (const key of keys) {
    const snapshots = peers.map((peer) => Y.encodeSnapshot(Y.snapshot(peer.doc(key))));
    for (const snapshot of snapshots) expect(snapshot).toEqual(snapshots[0]);
    const texts = peers.map((peer) => peer.doc(key).getText('t').toString());
    expect(new Set(texts).size).toBe(1);
  }
}

describe('documents among peers', () => {
  it('posts an edit once, and everybody has it', () => {
    const mesh = trio('once');
    mesh.run(20);
    mesh.posts = 0;
    get(mesh, 'ana').doc('d').getText('t').insert(0, 'hello');
    mesh.run(10);
    expect(mesh.posts).toBe(2);
    for (const peer of mesh.peers.values()) {
      expect(peer.doc('d').getText('t').toString()).toBe('hello');
    }
  });

  it('merges the edits of a turn into one post', () => {
    const mesh = trio('turn');
    mesh.run(20);
    mesh.posts = 0;
    for (let count = 0; count < 50; count++) get(mesh, 'ana').doc('d').getText('t').insert(0, 'x');
    mesh.run(10);
    expect(mesh.posts).toBe(2);
    expect(get(mesh, 'eve').doc('d').getText('t').length).toBe(50);
  });

  it('holds back what follows a lost post, pulls the hole, and feeds nothing to the pending queue', () => {
    const mesh = trio('hole');
    const [ana, bob] = [get(mesh, 'ana'), get(mesh, 'bob')];
    ana.doc('d').getText('t').insert(0, 'a');
    mesh.run(10);
    mesh.cut('ana', 'bob');
    ana.doc('d').getText('t').insert(1, 'b');
    mesh.run(5);
    mesh.heal();
    const pulledBefore = bob.replicator.counters.pulled;
    ana.doc('d').getText('t').insert(2, 'c');
    mesh.run(30);
    expect(bob.replicator.counters.updatesHeld).toBeGreaterThan(0);
    expect(bob.replicator.counters.pulled).toBe(pulledBefore + 1);
    expect(bob.doc('d').getText('t').toString()).toBe('abc');
    expect(bob.doc('d').store.pendingStructs).toBeNull();
    expect(bob.replicator.held).toBe(0);
  });

  it('repairs a lost deletion, which no state vector shows', () => {
    const mesh = trio('deletion');
    get(mesh, 'ana').doc('d').getText('t').insert(0, 'abc');
    mesh.run(10);
    mesh.cut('ana', 'bob');
    mesh.cut('ana', 'eve');
    get(mesh, 'ana').doc('d').getText('t').delete(0, 2);
    mesh.run(5);
    mesh.heal();
    mesh.settle(20_000);
    expect(get(mesh, 'bob').doc('d').getText('t').toString()).toBe('c');
    expectEqualDocuments(mesh);
  });

  it('carries a document of several megabytes in pieces, lost ones asked for again', () => {
    const mesh = new FakeMesh('large', { loss: 0.05, delayMsMax: 5 });
    const ana = mesh.start('ana');
    const block = 'lorem ipsum '.repeat(8_000);
    for (let count = 0; count < 40; count++) ana.doc('d').getText('t').insert(0, block);
    const bob = mesh.start('bob');
    mesh.settle(120_000);
    expect(bob.doc('d').getText('t').length).toBe(40 * block.length);
    expectEqualDocuments(mesh);
  });

  it('compares thousands of documents by buckets', () => {
    const mesh = new FakeMesh('many', CALM);
    const ana = mesh.start('ana');
    for (let count = 0; count < 1_000; count++) {
      ana.doc(`a document with a name that is not short/${count}`).getMap('m').set('n', count);
    }
    const bob = mesh.start('bob');
    expect(ana.replicator.replica.summary().length).toBeLessThan(10_000);
    mesh.settle(60_000);
    expect(bob.replicator.documents.size).toBe(1_000);
    const one = bob.doc('a document with a name that is not short/77');
    expect(one.getMap('m').get('n')).toBe(77);
  });

  it('unloads what nobody uses, goes on answering, and takes edits to it', () => {
    const mesh = trio('unload');
    get(mesh, 'ana').doc('d').getText('t').insert(0, 'kept');
    mesh.run(40_000);
    for (const { replicator } of mesh.peers.values()) expect(replicator.documents.loaded).toBe(0);
    const fay = mesh.start('fay');
    mesh.settle(20_000);
    expect(fay.doc('d').getText('t').toString()).toBe('kept');
    fay.doc('d').getText('t').insert(4, '!');
    mesh.settle(20_000);
    expect(get(mesh, 'bob').doc('d').getText('t').toString()).toBe('kept!');
  });

  it('refuses bytes that do not decode, and keeps the document', () => {
    const mesh = trio('malformed');
    const [ana, bob] = [get(mesh, 'ana'), get(mesh, 'bob')];
    ana.doc('d').getText('t').insert(0, 'ok');
    mesh.run(10);
    const carrier = { received: () => undefined, queried: () => undefined };
    for (const bytes of [[], [9], [1, 1, 100], [1, 0], [1, 200, 1], [2, 1, 100, 99]]) {
      const post = Uint8Array.from(bytes);
      expect(() => bob.replicator.received(ana.id, post, carrier)).toThrowError(
        expect.objectContaining({ code: 'malformed' }),
      );
    }
    expect(bob.doc('d').getText('t').toString()).toBe('ok');
  });
});

describe('documents under faults', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => `fault-${index}`);

  it.each(seeds)('are equal in the end, snapshots and texts (%s)', (seed) => {
    const random = seededRandom(`plan ${seed}`);
    const mesh = new FakeMesh(seed, { loss: 0.1, delayMsMax: 60 });
    for (const name of NAMES) mesh.start(name);
    for (let step = 0; step < 300; step++) {
      disturb(mesh, random, step);
      mesh.run(random.below(40));
    }
    mesh.heal();
    mesh.calm();
    for (const name of NAMES) if (!mesh.peers.has(name)) mesh.start(name);
    const tookMs = mesh.settle(60_000);
    expect(tookMs).toBeLessThan(60_000);
    expectEqualDocuments(mesh);
    mesh.run(5_000); // Holes that others have filled meanwhile are asked for once more.
    for (const { replicator } of mesh.peers.values()) expect(replicator.held).toBe(0);
  });
});

/** One thing that happens: mostly an edit, now and then a fault. */
function disturb(mesh: FakeMesh, random: Random, step: number): void {
  const name = pick(NAMES, random) ?? 'ana';
  const other = pick(NAMES, random) ?? 'bob';
  const peer = mesh.peers.get(name);
  const dice = random.below(100);
  if (dice < 2 && mesh.peers.size > 2) mesh.kill(name);
  else if (dice < 4 && name !== other) mesh.cut(name, other);
  else if (dice < 6) mesh.heal();
  else if (dice < 12 && peer === undefined) mesh.start(name);
  else if (peer !== undefined) edit(peer.doc(`d${random.below(3)}`), random, dice, step);
}

function edit(doc: Y.Doc, random: Random, dice: number, step: number): void {
  const text = doc.getText('t');
  if (dice < 40 && text.length > 2) text.delete(random.below(text.length - 1), 1);
  else if (dice < 60) doc.getMap('m').set(`k${random.below(4)}`, step);
  else text.insert(random.below(text.length + 1), String(step));
}
