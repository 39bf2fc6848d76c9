import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Durability } from '@hearsay/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskShelf } from '../../src/documents/disk-shelf.js';
import type { DocumentError } from '../../src/documents/errors.js';
import { FakeMesh } from '../support/fake-mesh.js';

// What is waited for is there in milliseconds; on a machine that does ten other things it is not.
vi.setConfig({ testTimeout: 30_000 });

let dir: string;
let troubles: DocumentError[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hearsay-shelf-'));
  troubles = [];
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function shelf(durability: Durability = 'process'): DiskShelf {
  return new DiskShelf({ dir, durability, onTrouble: (error) => troubles.push(error) });
}

function files(): string[] {
  return readdirSync(dir).map((name) => join(dir, name));
}

/** One peer that writes, and is gone without a word. */
function writeAndCrash(keys: readonly string[], edits: number): void {
  const kept = shelf();
  const mesh = new FakeMesh('writer', { loss: 0, delayMsMax: 1 });
  const peer = mesh.start('ana', kept);
  for (const key of keys) {
    for (let edit = 0; edit < edits; edit++) peer.doc(key).getText('t').insert(0, `${edit} `);
  }
  kept.write();
}

function textOf(key: string): string {
  const mesh = new FakeMesh('reader', { loss: 0, delayMsMax: 1 });
  return mesh.start('ana', shelf()).doc(key).getText('t').toString();
}

describe('documents on disk', () => {
  it.each(['process', 'everysec', 'always'] as const)(
    'are back after a crash (%s)',
    async (durability) => {
      const kept = shelf(durability);
      const peer = new FakeMesh('w', { loss: 0, delayMsMax: 1 }).start('ana', kept);
      peer.doc('d').getText('t').insert(0, 'kept');
      await kept.stored();
      expect(textOf('d')).toBe('kept');
    },
  );

  it('are known by name and content before anybody opens them', () => {
    writeAndCrash(['a', 'b/größe', '../../etc/passwd'], 3);
    const mesh = new FakeMesh('reader', { loss: 0, delayMsMax: 1 });
    const ana = mesh.start('ana', shelf());
    expect([...ana.replicator.documents.keys(0)].sort()).toEqual([
      '../../etc/passwd',
      'a',
      'b/größe',
    ]);
    const bob = mesh.start('bob');
    mesh.settle(10_000);
    expect(bob.doc('b/größe').getText('t').toString()).toBe('2 1 0 ');
    expect(ana.replicator.documents.size).toBe(3);
  });

  it('lose a torn end and nothing before it, and go on from there', () => {
    writeAndCrash(['d'], 50);
    const [file = ''] = files();
    const { size } = statSync(file);
    for (let cut = 1; cut <= 60; cut += 7) {
      truncateSync(file, size - cut);
      const text = textOf('d');
      expect(text.length).toBeGreaterThan(100);
      expect('49 48 47 46 45 44'.startsWith(text.slice(0, 3)) || text.startsWith('4')).toBe(true);
    }
    const kept = shelf();
    const peer = new FakeMesh('w', { loss: 0, delayMsMax: 1 }).start('ana', kept);
    peer.doc('d').getText('t').insert(0, 'new ');
    kept.write();
    expect(textOf('d').startsWith('new ')).toBe(true);
  });

  it('stop at a flipped bit, whatever it hits, and never throw', () => {
    writeAndCrash(['d'], 5);
    const [file = ''] = files();
    const whole = readFileSync(file);
    for (let index = 0; index < whole.length; index++) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8((bytes[index] ?? 0) ^ 0x10, index);
      writeFileSync(file, bytes);
      expect(textOf('d').length).toBeLessThan('4 3 2 1 0 '.length);
      for (const path of files()) if (path !== file) rmSync(path);
    }
  });

  it('are written anew as one state when much was appended, and not a byte is lost on the way', async () => {
    const kept = shelf();
    const mesh = new FakeMesh('w', { loss: 0, delayMsMax: 1 });
    const text = mesh.start('ana', kept).doc('d').getText('t');
    for (let round = 0; round < 400; round++) {
      text.insert(0, `${round} `.repeat(100));
      if (text.length > 2_000) text.delete(2_000, text.length - 2_000);
      kept.write();
      if (round % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await kept.close();
    const [file = ''] = files();
    expect(files()).toHaveLength(1);
    expect(statSync(file).size).toBeLessThan(200_000);
    expect(textOf('d')).toBe(text.toString());
    expect(troubles).toEqual([]);
  });

  it('are not written again by a look at them, and an empty one leaves no file', async () => {
    const look = async (): Promise<void> => {
      const mesh = new FakeMesh('reader', { loss: 0, delayMsMax: 1 });
      const kept = shelf();
      const peer = mesh.start('ana', kept);
      peer.doc('d');
      peer.doc('only looked at');
      mesh.run(40_000);
      expect(peer.replicator.documents.loaded).toBe(0);
      await kept.close();
    };
    writeAndCrash(['d'], 3);
    await look(); // After a crash it is: it gets an end.
    const before = files().map((file) => statSync(file).mtimeMs);
    await look();
    expect(files().map((file) => statSync(file).mtimeMs)).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('leave what is no document alone, and say so', () => {
    writeFileSync(join(dir, 'x.ydoc'), 'not a document');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeAndCrash(['d'], 1);
    appendFileSync(join(dir, 'half.ydoc.new'), 'half');
    expect(textOf('d')).toBe('0 ');
    expect(readdirSync(dir).sort()).toEqual(
      expect.arrayContaining(['notes.txt', 'x.ydoc.damaged']),
    );
    expect(readdirSync(dir)).not.toContain('half.ydoc.new');
    expect(troubles[0]?.message).toContain('is no document');
  });

  it('restart among peers with what they had, and get the rest from others', () => {
    const mesh = new FakeMesh('restart', { loss: 0.05, delayMsMax: 20 });
    let kept = shelf();
    mesh.start('ana', kept);
    mesh.start('bob');
    for (let round = 0; round < 20; round++) {
      for (const name of ['ana', 'bob']) {
        mesh.peers.get(name)?.doc('d').getText('t').insert(0, `${round}`);
      }
      mesh.run(30);
      if (round % 5 !== 4) continue;
      kept.write();
      mesh.kill('ana');
      mesh.peers.get('bob')?.doc('d').getText('t').insert(0, 'x');
      kept = shelf();
      mesh.start('ana', kept);
    }
    expect(mesh.settle(30_000)).toBeLessThan(30_000);
    const texts = [...mesh.peers.values()].map((peer) => peer.doc('d').getText('t').toString());
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]?.length).toBe(64);
  });
});
