import { describe, expect, it } from 'vitest';
import { MemoryShelf } from '../../src/documents/shelf.js';
import { FakeMesh, type FakePeer } from '../support/fake-mesh.js';

const CALM = { loss: 0, delayMsMax: 5 };
const FORGET_AFTER_MS = 60_000;

function world(seed: string): FakeMesh {
  return new FakeMesh(seed, CALM, { forgetAfterMs: FORGET_AFTER_MS });
}

/** Three peers that all have a document, which is closed everywhere. */
function three(seed: string): [FakeMesh, FakePeer, FakePeer, FakePeer] {
  const mesh = world(seed);
  const [ana, bob, eve] = [mesh.start('ana'), mesh.start('bob'), mesh.start('eve')];
  mesh.run(50);
  ana.doc('d').getText('t').insert(0, 'old');
  ana.doc('kept').getText('t').insert(0, 'kept');
  mesh.run(35_000);
  return [mesh, ana, bob, eve];
}

function size({ replicator }: FakePeer): number {
  return replicator.documents.size;
}

function text({ replicator }: FakePeer, key: string): string {
  return replicator.documents.has(key) ? replicator.load(key).doc.getText('t').toString() : '';
}

function clear({ replicator }: FakePeer, key: string): void {
  replicator.load(key).clear();
}

function cutOff(mesh: FakeMesh, name: string): void {
  for (const other of mesh.peers.keys()) if (other !== name) mesh.cut(name, other);
}

describe('deleted documents', () => {
  it('are forgotten by all once all know it for as long as absences may last', () => {
    const [mesh, ana, bob, eve] = three('forgotten');
    clear(ana, 'd');
    mesh.run(FORGET_AFTER_MS);
    expect([ana, bob, eve].map(size)).toEqual([2, 2, 2]);
    mesh.run(60_000);
    expect([ana, bob, eve].map(size)).toEqual([1, 1, 1]);
    expect(ana.replicator.counters.forgotten).toBe(1);
    expect(mesh.agrees()).toBe(true);
    bob.doc('d').getText('t').insert(0, 'new');
    mesh.run(5_000);
    expect([ana, bob, eve].map((peer) => text(peer, 'd'))).toEqual(['new', 'new', 'new']);
  });

  it('are remembered while a member that may return soon does not know it', () => {
    const [mesh, ana, bob, eve] = three('short');
    mesh.run(60_000);
    cutOff(mesh, 'eve');
    clear(ana, 'd');
    mesh.run(FORGET_AFTER_MS - 10_000);
    expect([ana, bob].map(size)).toEqual([2, 2]);
    mesh.heal();
    mesh.run(5_000);
    expect(text(eve, 'd')).toBe('');
    expect(eve.replicator.counters.discarded).toBe(0);
    mesh.run(2 * FORGET_AFTER_MS);
    expect([ana, bob, eve].map(size)).toEqual([1, 1, 1]);
  });

  it('do not come back with who was away for long, which keeps what it made meanwhile', () => {
    const [mesh, ana, bob, eve] = three('long');
    cutOff(mesh, 'eve');
    mesh.run(10_000);
    eve.doc('mine').getText('t').insert(0, 'made alone');
    eve.doc('kept').getText('t').insert(4, ', and edited alone');
    clear(ana, 'd');
    mesh.run(4 * FORGET_AFTER_MS);
    expect([ana, bob].map(size)).toEqual([1, 1]);
    expect(text(eve, 'd')).toBe('old');
    mesh.heal();
    mesh.run(70_000);
    for (const peer of [ana, bob, eve]) {
      expect(text(peer, 'd')).toBe('');
      expect(text(peer, 'kept')).toBe('kept, and edited alone');
      expect(text(peer, 'mine')).toBe('made alone');
    }
    expect(eve.replicator.counters.discarded).toBe(1);
  });

  it('do not come back under the name of a new one', () => {
    const [mesh, ana, bob, eve] = three('again');
    cutOff(mesh, 'eve');
    clear(ana, 'd');
    mesh.run(4 * FORGET_AFTER_MS);
    bob.doc('d').getText('t').insert(0, 'new');
    mesh.run(5_000);
    mesh.heal();
    mesh.run(70_000);
    expect([ana, bob, eve].map((peer) => text(peer, 'd'))).toEqual(['new', 'new', 'new']);
  });

  it('do not come back by a newcomer that met who was away first', () => {
    const [mesh, ana, bob, eve] = three('newcomer');
    cutOff(mesh, 'eve');
    clear(ana, 'd');
    mesh.run(4 * FORGET_AFTER_MS);
    mesh.cut('ana', 'fay');
    mesh.cut('bob', 'fay');
    const fay = mesh.start('fay');
    mesh.run(5_000);
    expect(text(fay, 'd')).toBe('old');
    mesh.heal();
    mesh.run(70_000);
    expect([ana, bob, eve, fay].map((peer) => text(peer, 'd'))).toEqual(['', '', '', '']);
    expect(text(fay, 'kept')).toBe('kept');
  });

  it('do not come back from a copy of a shelf from before', () => {
    const [mesh, ana, bob, eve] = three('copy');
    const copy = new MemoryShelf();
    for (const { key } of [...eve.shelf.documents()]) {
      const [state = new Uint8Array()] = eve.shelf.load(key);
      const facts = {
        digest: eve.replicator.documents.digestOf(key, 0),
        isBlank: false,
        bornMs: 0,
      };
      for (const to of [copy, eve.shelf]) to.replace(key, () => state, facts);
    }
    if (eve.shelf.standing !== undefined) copy.keepStanding(eve.shelf.standing);
    clear(ana, 'd');
    mesh.run(4 * FORGET_AFTER_MS);
    expect([ana, bob, eve].map(size)).toEqual([1, 1, 1]);
    mesh.kill('eve');
    const again = mesh.start('eve', copy);
    expect(text(again, 'd')).toBe('old');
    mesh.run(70_000);
    expect([ana, bob, again].map((peer) => text(peer, 'd'))).toEqual(['', '', '']);
  });

  it('are forgotten at once by who never met anybody, and by nobody that is alone', () => {
    const mesh = world('alone');
    const ana = mesh.start('ana');
    ana.doc('d').getText('t').insert(0, 'old');
    clear(ana, 'd');
    mesh.run(2 * FORGET_AFTER_MS);
    expect(size(ana)).toBe(0);
    mesh.start('bob');
    mesh.run(50);
    ana.doc('d').getText('t').insert(0, 'old');
    mesh.run(35_000);
    mesh.kill('bob');
    clear(ana, 'd');
    mesh.run(5 * FORGET_AFTER_MS);
    expect([size(ana), ana.replicator.documents.blank]).toEqual([1, 1]);
  });
});
