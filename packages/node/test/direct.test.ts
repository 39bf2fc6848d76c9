import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine, type Engine, type EngineOptions, peerId } from '@hearsay/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Peer, PeerMessage } from '../src/api.js';
import { peerIdOf } from '../src/crypto/ed25519-signer.js';
import { newSeed, signingKeysOf } from '../src/crypto/keys.js';
import { BOX_PURPOSE, DIRECT_OVERHEAD_BYTES, DirectBoxes } from '../src/direct/direct-boxes.js';
import { DirectMail } from '../src/direct/direct-mail.js';
import { directTopic, otherEnd } from '../src/direct/direct-topic.js';
import { readNow } from '../src/host/clock.js';
import { NetworkKeys } from '../src/network/network-keys.js';
import { startPeer } from '../src/start-peer.js';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, TEST_KEY, testPeer } from './support/peers.js';

const SECRET = 'the launch code is tangerine';

/** Keys and boxes of one who is not running. */
function someone(): { id: ReturnType<typeof peerIdOf>; boxes: DirectBoxes } {
  const keys = signingKeysOf(newSeed());
  return { id: peerIdOf(keys.publicKey), boxes: new DirectBoxes(keys) };
}

async function three(): Promise<{ ana: Peer; bob: Peer; cy: Peer }> {
  const ana = await testPeer({ nick: 'ana' });
  const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
  const cy = await testPeer({ nick: 'cy', join: [addressOf(ana)] });
  for (const peer of [ana, bob, cy]) await peer.synced({ live: 2, timeoutMs: 30_000 });
  return { ana, bob, cy };
}

function collect(peer: Peer): PeerMessage[] {
  const messages: PeerMessage[] = [];
  peer.on('message', (message) => messages.push(message));
  return messages;
}

/** What stands in a folder and in those below it. */
async function everyFile(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
}

describe('a direct message', () => {
  it('is read by its two ends, and carried unread by the others', async () => {
    const { ana, bob, cy } = await three();
    const [atAna, atBob, atCy] = [collect(ana), collect(bob), collect(cy)];
    const arrived = nextEvent(bob, 'message');
    const { id } = ana.direct(bob.id, SECRET);
    const message = await arrived;
    expect(message).toMatchObject({ text: SECRET, direct: true, to: bob.id, own: false });
    expect(message.from).toEqual({ id: ana.id, nick: 'ana' });
    await ana.held(id, 2, { timeoutMs: 30_000 });
    ana.publish('news', 'after');
    await nextEvent(cy, 'message');
    expect(atCy.map(({ text }) => text)).toEqual(['after']);
    const [own] = atAna;
    expect([own?.direct, own?.own, own?.to, own?.text]).toEqual([true, true, bob.id, SECRET]);
    expect(atBob.filter(({ direct }) => direct)).toHaveLength(1);
    expect(cy.history().map(({ text }) => text)).toEqual(['after']);
    expect(cy.history(directTopic(ana.id, bob.id))).toEqual([]);
    expect(cy.counters()).toMatchObject({ directCarried: 1, directUnreadable: 0 });
    expect(bob.counters()).toMatchObject({ directCarried: 0, directUnreadable: 0 });
    expect(ana.history(directTopic(ana.id, bob.id)).map(({ text }) => text)).toEqual([SECRET]);
    expect(bob.history(directTopic(ana.id, bob.id)).map(({ text }) => text)).toEqual([SECRET]);
  });

  it('is nowhere at a third member: no frame, no file, no event', async () => {
    const stateFolder = await temporaryFolder();
    const frames: Buffer[] = [];
    const engineOf = (options: EngineOptions): Engine => {
      const engine = createEngine(options);
      return {
        handle(input, now) {
          if (input.kind === 'frames') frames.push(Buffer.from(input.bytes));
          return engine.handle(input, now);
        },
        status: (now) => engine.status(now),
        member: (peer) => engine.member(peer),
        edges: (link) => engine.edges(link),
        holdings: (peer) => engine.holdings(peer),
        receipt: (id) => engine.receipt(id),
        history: (topic, limit) => engine.history(topic, limit),
        counters: () => engine.counters(),
      };
    };
    const options = { nick: 'cy', port: 0, discover: false, stateFolder };
    const keys = NetworkKeys.of(TEST_KEY);
    const cy = await startPeer({ ...options, keys }, { createEngine: engineOf, readNow });
    onTestFinished(() => cy.close());
    const heard = collect(cy);
    const ana = await testPeer({ nick: 'ana', join: [addressOf(cy)] });
    const bob = await testPeer({ nick: 'bob', join: [addressOf(cy)] });
    for (const peer of [ana, bob, cy]) await peer.synced({ live: 2, timeoutMs: 30_000 });
    const arrived = nextEvent(bob, 'message');
    const { id } = ana.direct(bob.id, SECRET);
    expect((await arrived).text).toBe(SECRET);
    await ana.held(id, 2, { timeoutMs: 30_000 });
    ana.publish('news', 'in the clear');
    await nextEvent(cy, 'message');
    await cy.close();
    const written = await everyFile(stateFolder);
    expect(Buffer.concat(frames).includes('in the clear')).toBe(true); // The frames are all there.
    for (const bytes of [...frames, ...written]) expect(bytes.includes('tangerine')).toBe(false);
    expect(heard.map(({ text }) => text)).toEqual(['in the clear']);
  });

  it('reaches somebody who comes later through one who cannot read it', async () => {
    const { id } = someone();
    const ana = await testPeer({ nick: 'ana' });
    const cy = await testPeer({ nick: 'cy', join: [addressOf(ana)] });
    await cy.synced({ timeoutMs: 30_000 });
    const { id: sent } = ana.direct(id, SECRET);
    await ana.held(sent, 1, { timeoutMs: 30_000 });
    expect(cy.counters().directCarried).toBe(1);
  });

  it('is subscribed to by its topic', async () => {
    const { ana, bob } = await three();
    ana.direct(bob.id, 'one');
    const messages = ana.subscribe(directTopic(bob.id, ana.id), { history: 10 });
    bob.direct(ana.id, 'two');
    const texts: string[] = [];
    for await (const { text } of messages) {
      texts.push(text);
      if (texts.length === 2) break;
    }
    expect(texts).toEqual(['one', 'two']);
  });

  it.each([
    ['oneself', (peer: Peer) => peer.direct(peer.id, 'x'), 'bad-recipient'],
    ['no key', (peer: Peer) => peer.direct(peerId('ab'.repeat(16)), 'x'), 'bad-recipient'],
    [
      'a point that is none',
      (peer: Peer) => peer.direct(peerId('00'.repeat(32)), 'x'),
      'bad-recipient',
    ],
    ['a reserved topic', (peer: Peer) => peer.publish('@dm/x', 'x'), 'topic-reserved'],
  ])('to %s is refused', async (_what, send, code) => {
    const peer = await testPeer();
    expect(() => send(peer)).toThrow(expect.objectContaining({ name: 'PeerError', code }));
  });
});

describe('a box', () => {
  const [ana, bob, cy] = [someone(), someone(), someone()];
  const content = Buffer.from(SECRET);

  it('opens at both ends, and is different each time', () => {
    const box = ana.boxes.close(BOX_PURPOSE.message, bob.id, content);
    expect(Buffer.from(bob.boxes.open(BOX_PURPOSE.message, ana.id, box) ?? [])).toEqual(content);
    expect(Buffer.from(ana.boxes.open(BOX_PURPOSE.message, bob.id, box) ?? [])).toEqual(content);
    expect(box.length).toBe(content.length + DIRECT_OVERHEAD_BYTES);
    expect(ana.boxes.close(BOX_PURPOSE.message, bob.id, content)).not.toEqual(box);
    expect(Buffer.from(box).includes('tangerine')).toBe(false);
  });

  it('does not open for others, for another purpose, or when a byte of it is changed', () => {
    const box = Buffer.from(ana.boxes.close(BOX_PURPOSE.message, bob.id, content));
    expect(cy.boxes.open(BOX_PURPOSE.message, ana.id, box)).toBeUndefined();
    expect(cy.boxes.open(BOX_PURPOSE.message, bob.id, box)).toBeUndefined();
    expect(bob.boxes.open(BOX_PURPOSE.networkKey, ana.id, box)).toBeUndefined();
    for (let at = 0; at < box.length; at++) {
      const changed = Buffer.from(box);
      changed.writeUInt8(box.readUInt8(at) ^ 1, at);
      expect(bob.boxes.open(BOX_PURPOSE.message, ana.id, changed)).toBeUndefined();
      expect(bob.boxes.open(BOX_PURPOSE.message, ana.id, box.subarray(0, at))).toBeUndefined();
    }
  });
});

describe('direct messages as they come', () => {
  const [ana, bob, cy] = [someone(), someone(), someone()];
  const box = ana.boxes.close(BOX_PURPOSE.message, bob.id, Buffer.from(SECRET));

  it.each([
    ['for us', ana.id, directTopic(ana.id, bob.id), box, SECRET, [0, 0]],
    ['from us, of an earlier run', bob.id, directTopic(ana.id, bob.id), box, SECRET, [0, 0]],
    ['for another', ana.id, directTopic(ana.id, cy.id), box, undefined, [1, 0]],
    ['garbled', ana.id, directTopic(ana.id, bob.id), box.subarray(1), undefined, [0, 1]],
    [
      'of a third one in our conversation',
      cy.id,
      directTopic(ana.id, bob.id),
      box,
      undefined,
      [0, 1],
    ],
    ['in a reserved topic of another kind', ana.id, '@later', box, undefined, [0, 0]],
  ])('%s', (_what, author, topic, payload, text, [directCarried, directUnreadable]) => {
    const mail = new DirectMail(bob.id, bob.boxes);
    const id = { peer: author, generation: 1, sequence: 1 };
    const message = { id, topic, payload, time: { ms: 1, counter: 0 }, clock: [] };
    mail.count(message);
    const content = mail.open(message);
    expect(content && Buffer.from(content.payload).toString()).toBe(text);
    expect(mail.counters).toEqual({ directCarried, directUnreadable });
  });
});

describe('the topic of a conversation', () => {
  const [ana, bob, cy] = [someone().id, someone().id, someone().id];
  const topic = directTopic(ana, bob);

  it('is one for both ends, and fits', () => {
    expect(directTopic(bob, ana)).toBe(topic);
    expect(Buffer.byteLength(topic)).toBe(91);
    expect(otherEnd(topic, ana)).toBe(bob);
    expect(otherEnd(topic, bob)).toBe(ana);
  });

  it.each([
    ['of two others', directTopic(bob, cy)],
    ['with oneself', directTopic(ana, ana)],
    ['in the wrong order', `@dm/${topic.slice(48)}/${topic.slice(4, 47)}`],
    ['with another ending', `${topic}x`],
    ['written in another way', topic.slice(0, -1) + slack(topic.slice(-1))],
    ['without ends', '@dm/'],
    ['elsewhere', `dm/${topic.slice(4)}x`],
  ])('%s is none of ours', (_what, other) => {
    expect(otherEnd(other, ana)).toBeUndefined();
  });
});

/** The last character of 32 bytes in base64url holds two bits of nothing: the same bytes, written otherwise. */
function slack(last: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(last) + 1);
}
