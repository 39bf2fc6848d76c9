import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DiskShelf } from '../../src/documents/disk-shelf.js';
import { DocumentSet } from '../../src/documents/document-set.js';
import { DEFAULT_DOCUMENT_LIMITS } from '../../src/documents/limits.js';
import { MemoryShelf } from '../../src/documents/shelf.js';
import { FakeMesh } from '../support/fake-mesh.js';
import { cacheMesh } from '../support/peers.js';
import { Editors, until } from '../support/providers.js';

// What is waited for is there in milliseconds; on a machine that does ten other things it is not.
vi.setConfig({ testTimeout: 30_000 });

const CALM = { loss: 0, delayMsMax: 5 };

describe('a deleted document', () => {
  it('is empty at every peer, and what was written beside the deletion stays', () => {
    const mesh = new FakeMesh('beside', CALM);
    const [ana, bob] = [mesh.start('ana'), mesh.start('bob')];
    ana.doc('d').getText('t').insert(0, 'old');
    ana.doc('d').getMap('m').set('k', new Date(0).toISOString());
    mesh.run(50);
    mesh.cut('ana', 'bob');
    ana.replicator.load('d').clear();
    bob.doc('d').getText('t').insert(3, ' and new');
    mesh.run(50);
    expect(ana.replicator.load('d').isBlank).toBe(true);
    mesh.heal();
    mesh.settle(10_000);
    for (const peer of [ana, bob]) {
      expect(peer.doc('d').getText('t').toString()).toBe(' and new');
      expect(peer.doc('d').getMap('m').size).toBe(0);
    }
  });

  it('does not come back with a peer that was away, however long, nor after restarts', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hearsay-deleted-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const shelf = (): DiskShelf =>
      new DiskShelf({ dir, durability: 'process', onTrouble: (error) => expect(error).toBe(null) });
    const mesh = new FakeMesh('away', CALM);
    const kept = shelf();
    const [ana, away] = [mesh.start('ana', kept), mesh.start('away')];
    ana.doc('d').getText('t').insert(0, 'old');
    mesh.run(50);
    mesh.cut('ana', 'away');
    ana.replicator.load('d').clear();
    ana.replicator.documents.unload('d');
    await kept.close();

    const again = new FakeMesh('again', CALM);
    const found = shelf();
    const restarted = again.start('ana', found);
    expect(restarted.replicator.documents.blank).toBe(1);
    expect(restarted.replicator.documents.keys(0)).toEqual([]);
    const state = away.replicator.load('d').encode();
    const back = again.start('away');
    back.replicator.load('d').apply(state, 'what it held');
    expect(back.replicator.documents.keys(0)).toEqual(['d']);
    again.settle(10_000);
    expect(back.doc('d').getText('t').toString()).toBe('');
    expect(restarted.doc('d').getText('t').toString()).toBe('');
    await found.close();
    expect(back.replicator.documents.keys(0)).toEqual([]);
  });

  it('leaves room for others: what is blank has a bound of its own', () => {
    const limits = { ...DEFAULT_DOCUMENT_LIMITS, documentsMax: 2, blankDocumentsMax: 3 };
    const nothing = (): void => undefined;
    const handlers = { onLoaded: nothing, onUnloading: nothing, onChanged: nothing };
    const set = new DocumentSet({ shelf: new MemoryShelf(), limits, wallMs: () => 0, ...handlers });
    for (const key of ['a', 'b', 'c']) {
      set.load(key, 0).doc.getText('t').insert(0, key);
      set.load(key, 0).clear();
      set.unload(key);
    }
    expect([set.size, set.blank]).toEqual([3, 3]);
    for (const key of ['d', 'e']) set.load(key, 0).doc.getText('t').insert(0, key);
    expect(() => set.load('f', 0)).toThrowError(
      expect.objectContaining({ code: 'too-many-documents' }),
    );
    expect(set.keys(0)).toEqual(['d', 'e']);
  });

  it('is seen empty by editors that have it open, who may go on, and by one that was offline', async () => {
    const editors = new Editors();
    onTestFinished(() => editors.close());
    const { caches, peers } = await cacheMesh(2);
    const [ana, bob] = caches;
    const urls = peers.map(({ port }) => `ws://127.0.0.1:${port}/yjs`);
    const [first, second, offline] = [0, 1, 1].map((index) => editors.open(urls[index] ?? '', 'd'));
    if (!(ana && bob && first && second && offline)) throw new Error('two peers, three editors');
    first.text.insert(0, 'old');
    await until('all have it', () => [second, offline].every(({ text }) => text.length === 3));
    offline.provider.disconnect();
    offline.text.insert(3, ' unseen');
    await ana.set('d', 'a value beside it');

    expect(await ana.delete('d')).toBe(true);
    expect(ana.peek('d')).toBeUndefined();
    await until('editors see it', () => [first, second].every(({ text }) => text.length === 0));
    expect(await ana.delete('d')).toBe(false);
    second.text.insert(0, 'begun anew');
    await until('others see that', () => first.text.toString() === 'begun anew');
    offline.provider.connect();
    await until('what was not seen stays', () => {
      return [first, second, offline].every(({ text }) => {
        return text.toString().includes(' unseen') && text.length === 17;
      });
    });
    expect(bob.documents?.list()).toEqual(['d']);
    const { updatesHere, updatesFromPeers, bytes, clients, refused } =
      ana.status().documents ?? expect.fail('it has documents');
    expect(updatesHere).toBeGreaterThan(1);
    expect(updatesFromPeers).toBeGreaterThan(1);
    expect(bytes).toBeGreaterThan(10);
    expect([clients, refused.busy]).toEqual([1, 0]);
  });
});
