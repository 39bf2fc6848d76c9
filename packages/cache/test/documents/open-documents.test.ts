import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer, NetworkKeys, type Peer, type PeerOptions } from '@hearsay/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import {
  type Documents,
  type DocumentsOptions,
  openCache,
  openDocuments,
} from '../../src/index.js';
import { Editors, until } from '../support/providers.js';

// What is waited for is there in milliseconds; on a machine that does ten other things it is not.
vi.setConfig({ testTimeout: 30_000 });

let editors: Editors;
let ending: (() => Promise<unknown>)[];
let dir: string;
const keys = NetworkKeys.of();
const TOKEN = 'a-token-of-16-or-more';

beforeEach(() => {
  editors = new Editors();
  ending = [];
  dir = mkdtempSync(join(tmpdir(), 'hearsay-open-documents-'));
});

afterEach(async () => {
  editors.close();
  for (const end of ending.reverse()) await end();
  rmSync(dir, { recursive: true, force: true });
});

async function start(
  nick: string,
  join: readonly Peer[] = [],
  options: Partial<DocumentsOptions> = {},
  peerOptions: Partial<PeerOptions> = {},
): Promise<{ readonly peer: Peer; readonly documents: Documents; readonly url: string }> {
  const peer = await createPeer({
    nick,
    keys,
    port: 0,
    discover: false,
    join: join.map(({ port }) => `127.0.0.1:${port}`),
    ...peerOptions,
  });
  const documents = openDocuments({ peer, ...options });
  ending.push(async () => {
    await documents.close();
    await peer.close();
  });
  return { peer, documents, url: `ws://127.0.0.1:${peer.port}/yjs` };
}

/** The code with which a client is sent away, or `open`. */
function outcomeOf(url: string, headers: Readonly<Record<string, string>>) {
  return new Promise<number | 'open'>((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => undefined);
    socket.once('close', resolve);
    socket.once('message', () => {
      resolve('open');
      socket.close();
    });
  });
}

describe('the documents of a peer', () => {
  it('are equal at all peers, for programs and for stock providers', async () => {
    const ana = await start('ana');
    const bob = await start('bob', [ana.peer]);
    const { doc, awareness } = ana.documents.doc('d');
    doc.getText('t').insert(0, 'from a program');
    const editor = editors.open(bob.url, 'd');
    await until('the editor has it', () => editor.text.toString() === 'from a program');
    editor.provider.awareness.setLocalStateField('user', 'bob');
    editor.text.insert(0, 'and an editor ');
    await until('the program has it', () => doc.getText('t').length === 28);
    await until('the program sees the editor', () => {
      return awareness.getStates().get(editor.doc.clientID)?.['user'] === 'bob';
    });
    expect(bob.documents.list()).toEqual(['d']);
    expect(bob.documents.status()).toMatchObject({ documents: 1, clients: 1, held: 0 });
  });

  it('reach a peer that comes later, also when nobody has them open any more', async () => {
    const ana = await start('ana');
    for (let count = 0; count < 20; count++) {
      const handle = ana.documents.doc(`d${count}`);
      handle.doc.getText('t').insert(0, 'x'.repeat(10_000 * count + 1));
      handle.close();
    }
    const bob = await start('bob', [ana.peer]);
    await until('bob has all', () => bob.documents.list().length === 20);
    const { doc } = bob.documents.doc('d19');
    await until('the largest is whole', () => doc.getText('t').length === 190_001);
  });

  it('are back after a restart, and refuse use once closed', async () => {
    const first = await start('ana', [], { dir, durability: 'always' });
    const { doc } = first.documents.doc('d');
    doc.getText('t').insert(0, 'kept');
    await first.documents.stored();
    await first.documents.close();
    await first.documents.close();
    expect(() => first.documents.doc('d')).toThrowError(
      expect.objectContaining({ code: 'closed' }),
    );
    await first.peer.close();
    const again = await start('ana', [], { dir });
    expect(again.documents.list()).toEqual(['d']);
    expect(again.documents.doc('d').doc.getText('t').toString()).toBe('kept');
  });

  it('are not open to pages of other sites, unless they show the token', async () => {
    const { url } = await start('ana', [], {}, { httpToken: TOKEN });
    const origin = { origin: 'https://example.com' };
    expect(await outcomeOf(`${url}/d`, {})).toBe('open');
    expect(await outcomeOf(`${url}/d`, origin)).toBe(4403);
    expect(await outcomeOf(`${url}/d?token=wrong-token-of-16`, origin)).toBe(4403);
    expect(await outcomeOf(`${url}/d?token=${TOKEN}`, origin)).toBe('open');
  });

  it.each(['', 'x'.repeat(513)])('have keys of 1 to 512 bytes, so not "%s"', async (key) => {
    const { documents } = await start('ana', [], { serve: false });
    expect(() => documents.doc(key)).toThrowError(expect.objectContaining({ code: 'bad-key' }));
  });
});

describe('the documents of a cache', () => {
  it('come with it, in a folder of its own, and go with it', async () => {
    const peer = await createPeer({ nick: 'ana', keys, port: 0, discover: false });
    ending.push(() => peer.close());
    const cache = await openCache({ peer, dir });
    const { doc } = cache.doc('d');
    doc.getText('t').insert(0, 'beside the values');
    await cache.set('d', 'a value');
    await cache.close();
    const again = await openCache({ peer, dir });
    expect(again.doc('d').doc.getText('t').toString()).toBe('beside the values');
    expect(again.peek('d')?.text).toBe('a value');
    await again.close();
    expect(() => again.doc('d')).toThrowError();
  });

  it('are left to whoever wants to open them', async () => {
    const { peer, documents } = await start('ana');
    await expect(openCache({ peer })).rejects.toMatchObject({ code: 'port-taken' });
    const cache = await openCache({ peer, documents: false });
    expect(() => cache.doc('d')).toThrowError('documents: false');
    expect(documents.doc('d').key).toBe('d');
    await cache.close();
  });
});
