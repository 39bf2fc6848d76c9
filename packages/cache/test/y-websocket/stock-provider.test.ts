import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { FakeNet } from '../support/fake-peers.js';
import { type Editor, Editors, until } from '../support/providers.js';

// What is waited for is there in milliseconds; on a machine that does ten other things it is not.
vi.setConfig({ testTimeout: 30_000 });

let net: FakeNet;
let editors: Editors;

beforeEach(() => {
  net = new FakeNet();
  editors = new Editors();
});

afterEach(async () => {
  editors.close();
  await net.close();
});

function synced(...all: Editor[]): Promise<void> {
  return until('all are synced', () => all.every(({ provider }) => provider.synced));
}

function equal(...all: Editor[]): boolean {
  const snapshots = all.map(({ doc }) => Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))));
  return snapshots.every((snapshot) => snapshots[0]?.equals(snapshot));
}

/** What others see of an editor's cursor. */
function seenBy(editor: Editor, who: Editor): unknown {
  return editor.provider.awareness.getStates().get(who.doc.clientID)?.['user'];
}

describe('a stock provider', () => {
  it('syncs text, maps and arrays with an editor at another peer', async () => {
    const [a, b] = [await net.start(), await net.start()];
    const [ana, bob] = [editors.open(a.url, 'd'), editors.open(b.url, 'd')];
    await synced(ana, bob);
    ana.text.insert(0, 'hello');
    ana.doc.getMap('m').set('k', { deep: [1, null, 'x'] });
    bob.doc.getArray('a').push([1, new Y.Map([['n', 2]])]);
    await until('both hold all', () => bob.text.length === 5 && ana.doc.getArray('a').length === 2);
    await until('the documents are equal', () => equal(ana, bob));
    expect(bob.doc.getMap('m').toJSON()).toEqual({ k: { deep: [1, null, 'x'] } });
    expect(ana.doc.getArray('a').toJSON()).toEqual([1, { n: 2 }]);
  });

  it('shows cursors across peers, and takes them away with their editor', async () => {
    const [a, b] = [await net.start(), await net.start()];
    const [ana, bob] = [editors.open(a.url, 'd'), editors.open(b.url, 'd')];
    ana.provider.awareness.setLocalStateField('user', 'ana');
    bob.provider.awareness.setLocalStateField('user', 'bob');
    await until('ana sees bob', () => seenBy(ana, bob) === 'bob');
    await until('bob sees ana', () => seenBy(bob, ana) === 'ana');
    const late = editors.open(b.url, 'd');
    await until('a late one sees both', () => {
      return seenBy(late, ana) === 'ana' && seenBy(late, bob) === 'bob';
    });
    bob.provider.destroy();
    await until('bob is gone at both', () => {
      return seenBy(ana, bob) === undefined && seenBy(late, bob) === undefined;
    });
  });

  it('shows the cursor of an editor that came back with the clock it left with', async () => {
    const a = await net.start();
    const [ana, bob] = [editors.open(a.url, 'd'), editors.open(a.url, 'd')];
    ana.provider.awareness.setLocalStateField('user', 'ana');
    await until('bob sees ana', () => seenBy(bob, ana) === 'ana');
    ana.provider.ws?.close();
    await until('bob sees that ana is gone', () => seenBy(bob, ana) === undefined);
    await until('bob sees ana again', () => seenBy(bob, ana) === 'ana');
  });

  it('hands over what was edited offline, and brings a late joiner everything', async () => {
    const [a, b] = [await net.start(), await net.start()];
    const ana = editors.open(a.url, 'd', { connect: false });
    ana.text.insert(0, 'written offline');
    ana.provider.connect();
    await synced(ana);
    const late = editors.open(b.url, 'd');
    await until('the late joiner has it', () => late.text.toString() === 'written offline');
  });

  it('finds a key with any characters under the same name from both sides', async () => {
    const a = await net.start();
    const key = 'rooms/größe 100% sure?#1';
    const ana = editors.open(a.url, encodeURIComponent(key));
    await synced(ana);
    ana.text.insert(0, 'x');
    const handle = a.host.handle(key);
    await until('the peer has it', () => handle.doc.getText('t').length === 1);
    handle.doc.getText('t').insert(1, 'y');
    await until('the editor has it', () => ana.text.toString() === 'xy');
    handle.close();
  });

  it('loses nothing when its peer is killed and it is given another', async () => {
    const [a, b] = [await net.start(), await net.start()];
    const [ana, bob] = [editors.open(a.url, 'd'), editors.open(b.url, 'd')];
    await synced(ana, bob);
    ana.text.insert(0, 'before ');
    await until('bob has it', () => bob.text.length === 7);
    await a.kill();
    ana.text.insert(7, 'during ');
    bob.text.insert(0, 'meanwhile ');
    ana.provider.serverUrl = b.url; // It is read at each dial.
    await until('both are equal', () => equal(ana, bob) && ana.text.length === 24);
    expect(bob.text.toString()).toBe('meanwhile before during ');
  });

  it('gets back from disk what all had when its only peer restarts', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hearsay-documents-'));
    try {
      const a = await net.start({ dir });
      const ana = editors.open(a.url, 'd');
      await synced(ana);
      for (let count = 0; count < 200; count++) ana.text.insert(0, `${count} `);
      await until('the peer has all', () => {
        const handle = a.host.handle('d');
        const { length } = handle.doc.getText('t');
        handle.close();
        return length === ana.text.length;
      });
      ana.provider.disconnect();
      await a.close();
      const again = await net.start({ dir });
      const late = editors.open(again.url, 'd');
      await until('all is back', () => late.text.toString() === ana.text.toString());
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('agrees with 19 others that all write at once on three peers', async () => {
    const peers = [await net.start(), await net.start(), await net.start()];
    const all = Array.from({ length: 20 }, (_, index) => {
      return editors.open(peers[index % 3]?.url ?? '', 'd');
    });
    await synced(...all);
    for (const [index, { text }] of all.entries()) {
      for (let count = 0; count < 10; count++) text.insert(text.length, `${index}.${count} `);
    }
    const length = all.reduce((sum, _, index) => sum + 10 * `${index}.0 `.length, 0);
    await until('all hold all', () => all.every(({ text }) => text.length === length));
    expect(equal(...all)).toBe(true);
  });

  it('is one of 200 at one peer', async () => {
    const a = await net.start();
    const all = Array.from({ length: 200 }, () => editors.open(a.url, 'd'));
    await until('all are synced', () => all.every(({ provider }) => provider.synced), 40_000);
    expect(a.endpoint.clients).toBe(200);
    for (const { text } of all.slice(0, 50)) text.insert(0, 'x');
    await until('all hold all', () => all.every(({ text }) => text.length === 50), 40_000);
  }, 60_000);
});

/** A client that says exactly what a test wants. */
function raw(url: string): { readonly socket: WebSocket; readonly messages: Buffer[] } {
  const socket = new WebSocket(url);
  const messages: Buffer[] = [];
  socket.on('message', (data: Buffer) => messages.push(data));
  socket.on('error', () => undefined);
  return { socket, messages };
}

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}

async function opened(url: string): Promise<ReturnType<typeof raw>> {
  const client = raw(url);
  await new Promise((resolve) => client.socket.once('open', resolve));
  return client;
}

const updateOf = (text: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
};

/** `0 2`, a length, and an update. */
function updateFrame(update: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = update.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) | 128);
  }
  return Buffer.concat([Buffer.from([0, 2, ...length]), update]);
}

describe('the endpoint', () => {
  it('sends step 1 at once, and answers one even when it has nothing', async () => {
    const a = await net.start();
    const { socket, messages } = await opened(`${a.url}/d`);
    await until('step 1 is here', () => messages.length === 1);
    expect([...(messages[0] ?? [])]).toEqual([0, 0, 1, 0]);
    socket.send(Buffer.from([0, 0, 1, 0]));
    await until('step 2 is here', () => messages.length === 2);
    expect([...(messages[1] ?? [])]).toEqual([0, 1, 2, 0, 0]);
    socket.close();
  });

  it('does not echo, unless it is told to', async () => {
    const [a, b] = [await net.start(), await net.start({ echo: true })];
    const [quiet, loud] = [await opened(`${a.url}/d`), await opened(`${b.url}/other`)];
    for (const { socket } of [quiet, loud]) socket.send(updateFrame(updateOf('x')));
    await until('the echo is here', () => loud.messages.length === 2);
    const reader = editors.open(a.url, 'd');
    await until('it was taken over', () => reader.text.length === 1);
    expect(quiet.messages.length).toBeLessThanOrEqual(2); // Step 1, and the reader's cursor.
    expect(quiet.messages.every((message) => message[0] !== 0 || message[1] === 0)).toBe(true);
  });

  it('ignores text, unknown messages and whatever follows the first in a frame', async () => {
    const a = await net.start();
    const { socket } = await opened(`${a.url}/d`);
    socket.send('hello');
    for (const bytes of [[102], [4, 1, 2], [0, 9, 0], [2, 0, 1, 65]])
      socket.send(Buffer.from(bytes));
    const reader = editors.open(a.url, 'd');
    socket.send(updateFrame(updateOf('still here')));
    await until('it is still heard', () => reader.text.toString() === 'still here');
  });

  it.each([
    ['an empty message', []],
    ['half a message', [0]],
    ['a length beyond the message', [0, 2, 100, 1]],
    ['a length beyond everything', [0, 2, 255, 255, 255, 255, 255, 255, 127]],
    ['an update that is none', [0, 2, 3, 255, 255, 255]],
    ['a string that is longer than its update', [0, 2, 9, 1, 1, 5, 0, 4, 1, 1, 116, 127]],
    ['a state vector that is none', [0, 0, 2, 200, 200]],
    ['awareness that is none', [1, 3, 1, 1, 1]],
    ['awareness that is no JSON', [1, 5, 1, 1, 1, 1, 120]],
  ])('closes a client with 4400 for %s, and nobody else', async (_, bytes) => {
    const a = await net.start();
    const other = editors.open(a.url, 'd');
    await synced(other);
    const { socket } = await opened(`${a.url}/d`);
    socket.send(Buffer.from(bytes));
    expect(await closeCode(socket)).toBe(4400);
    expect(other.provider.wsconnected).toBe(true);
    expect(other.text.length).toBe(0);
  });

  it.each([
    ['/yjs/', 4404],
    ['/yjs/%ff', 4404],
    [`/yjs/${'x'.repeat(513)}`, 4404],
  ])('refuses %s with %i', async (path, code) => {
    const a = await net.start();
    const { socket } = raw(`ws://127.0.0.1:${a.port}${path}`);
    expect(await closeCode(socket)).toBe(code);
  });

  it('tells one client too many to try elsewhere', async () => {
    const a = await net.start({ limits: { clientsMax: 1 } });
    await opened(`${a.url}/d`);
    expect(await closeCode(raw(`${a.url}/d`).socket)).toBe(4503);
  });

  it('takes no edit from who may only read, and none that is forbidden', async () => {
    const access = (key: string): 'read' | undefined => (key === 'd' ? 'read' : undefined);
    const a = await net.start({ access });
    const { doc } = a.host.handle('d');
    const reader = editors.open(a.url, 'd');
    await synced(reader);
    reader.text.insert(0, 'no');
    doc.getText('t').insert(0, 'yes');
    await until('it reads', () => reader.text.toString().includes('yes'));
    expect(doc.getText('t').toString()).toBe('yes');
    expect(await closeCode(raw(`${a.url}/other`).socket)).toBe(4403);
  });

  it('takes no more edits into a document that is too large, and says why', async () => {
    const a = await net.start({ limits: { documentBytesMax: 10_000 } });
    const ana = editors.open(a.url, 'd');
    await synced(ana);
    ana.text.insert(0, 'x'.repeat(9_900));
    ana.text.insert(0, 'y'.repeat(200));
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      ana.provider.once('closed', resolve);
    });
    ana.text.insert(0, 'z');
    const { code, reason } = await closed;
    expect(code).toBe(4413);
    expect(reason).toContain('10000 bytes');
  });

  it('asks a client for what an update builds on, and keeps nothing pending', async () => {
    const a = await net.start();
    const { doc } = a.host.handle('d');
    const { socket, messages } = await opened(`${a.url}/d`);
    const writer = new Y.Doc();
    writer.getText('t').insert(0, 'first ');
    const from = Y.encodeStateVector(writer);
    writer.getText('t').insert(6, 'second');
    const second = Y.encodeStateAsUpdate(writer, from);
    socket.send(updateFrame(second));
    await until('step 1 is asked again', () => messages.length === 2);
    expect(messages[1]?.subarray(0, 2)).toEqual(Buffer.from([0, 0]));
    expect(doc.store.pendingStructs).toBeNull();
    socket.send(updateFrame(Y.encodeStateAsUpdate(writer)));
    await until('all is here', () => doc.getText('t').toString() === 'first second');
  });

  it('reads a client that sends too much at the pace it is allowed', async () => {
    const a = await net.start({ limits: { clientMessagesPerSecondMax: 20 } });
    const { doc } = a.host.handle('d');
    const { socket } = await opened(`${a.url}/d`);
    const writer = new Y.Doc();
    writer.on('update', (update: Uint8Array) => socket.send(updateFrame(update)));
    for (let count = 0; count < 30; count++) writer.getText('t').insert(0, 'x');
    await until('all is here in the end', () => doc.getText('t').length === 30);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('answers who asks again and again no faster than it would read, and keeps little for it', async () => {
    const limits = { clientWaitingBytesMax: 1_000_000, clientBytesPerSecondMax: 2_000_000 };
    const a = await net.start({ limits });
    const { doc } = a.host.handle('d');
    doc.getText('t').insert(0, 'x'.repeat(500_000));
    const { socket, messages } = await opened(`${a.url}/d`);
    socket.pause();
    for (let count = 0; count < 200; count++) socket.send(Buffer.from([0, 0, 1, 0]));
    const other = editors.open(a.url, 'd');
    await synced(other);
    socket.resume();
    await until('it is answered', () => messages.some((message) => message[1] === 1));
    other.text.insert(0, 'still here');
    await until('the peer goes on', () => doc.getText('t').length === 500_010);
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(20_000_000); // Of 100 MB that were asked for.
  });

  it('stops sending to a client that does not read, and catches it up when it does', async () => {
    const a = await net.start({ limits: { clientWaitingBytesMax: 100_000 } });
    const { doc } = a.host.handle('d');
    const slow = editors.open(a.url, 'd');
    await synced(slow);
    const { ws } = slow.provider;
    if (!(ws instanceof WebSocket)) throw new Error('a WebSocket of ws');
    ws.pause();
    for (let count = 0; count < 60; count++) {
      doc.getText('t').insert(0, 'x'.repeat(200_000));
      doc.getText('t').delete(0, 100_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    ws.resume();
    await until('it has all', () => slow.text.length === doc.getText('t').length);
    expect(Y.encodeSnapshot(Y.snapshot(slow.doc))).toEqual(Y.encodeSnapshot(Y.snapshot(doc)));
  });
});
