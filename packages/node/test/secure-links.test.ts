import { once } from 'node:events';
import { connect } from 'node:net';
import { CLOSE_CODES, createEngine, seededRandom } from '@hearsay/core';
import { describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Ed25519Signer, peerIdOf } from '../src/crypto/ed25519-signer.js';
import { newSeed, signingKeysOf } from '../src/crypto/keys.js';
import { randomBytes } from '../src/crypto/random.js';
import { keyIdOf } from '../src/network/network-key.js';
import { NetworkKeys } from '../src/network/network-keys.js';
import { addressOf, nextEvent, testPeer } from './support/peers.js';
import {
  type RawSocket,
  rawSocket,
  type SecureSocket,
  secureSocket,
} from './support/secure-socket.js';

const TIMEOUT = { timeoutMs: 30_000 };
const PING = Buffer.from('0310000000070123456789abcdef13579bdf', 'hex');
const UNOPENED = {
  code: CLOSE_CODES.sealed,
  reason: 'a message does not open: it was changed on the way',
};

describe('two peers', () => {
  it('know each other by their keys', async () => {
    const ana = await testPeer({ nick: 'ana' });
    const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
    await bob.synced(TIMEOUT);
    expect(ana.id).toMatch(/^[0-9a-f]{64}$/);
    expect(bob.members().map(({ id }) => id)).toContain(ana.id);
    expect(ana.counters().handshakes).toBeGreaterThan(0);
  });

  it('with different keys refuse each other, and both say so', async () => {
    const ana = await testPeer({ keys: NetworkKeys.of() });
    const bob = await testPeer({ keys: NetworkKeys.of() });
    const refusals = [nextEvent(ana, 'refused'), nextEvent(bob, 'refused')];
    const failed = nextEvent(bob, 'dial-failed');
    bob.join(addressOf(ana));
    const [byAna, toBob] = await Promise.all(refusals);
    const closure = { code: CLOSE_CODES.key, reason: 'another network key' };
    expect(byAna).toMatchObject({ ...closure, by: 'us' });
    expect(toBob).toMatchObject({ ...closure, by: 'them', address: addressOf(ana) });
    expect((await failed).retryMs).toBeGreaterThanOrEqual(30_000);
    expect(ana.counters()).toMatchObject({ handshakes: 0, handshakesRefused: 1 });
  });

  it('change their key, link by link, and stay together', async () => {
    const [before, after] = [randomBytes(32), randomBytes(32)];
    const rings = [NetworkKeys.of(before), NetworkKeys.of(before)] as const;
    const timings = { rekeySpreadMs: 10 };
    const ana = await testPeer({ keys: rings[0], timings });
    const bob = await testPeer({ keys: rings[1], timings, join: [addressOf(ana)] });
    await bob.synced(TIMEOUT);
    const died = vi.fn();
    ana.on('member', ({ member }) => {
      if (member.state !== 'alive') died(member.state);
    });
    const again = nextEvent(ana, 'link', ({ up }) => up);
    const at = { ms: 1, counter: 0, peer: ana.id };
    for (const ring of rings) ring.change({ kind: 'install', key: after });
    for (const ring of rings) ring.change({ kind: 'use', id: keyIdOf(after), at });
    for (const ring of rings) ring.change({ kind: 'remove', id: keyIdOf(before) });
    await again;
    await bob.synced(TIMEOUT);
    expect(died).not.toHaveBeenCalled();
    expect(ana.counters().handshakesRefused + bob.counters().handshakesRefused).toBe(0);
  });
});

describe('a link is closed', () => {
  it.each([
    ['by a flipped bit', (bytes: Uint8Array) => flipped(bytes)],
    ['by a message cut short', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['by a message of nothing', () => new Uint8Array()],
    ['by words that nobody sealed', () => PING],
  ])('%s', async (_what, change) => {
    const peer = await testPeer();
    const refused = nextEvent(peer, 'refused');
    const member = await secureSocket(peer);
    member.socket.send(change(member.seal(PING)));
    expect(await member.ended).toEqual(UNOPENED);
    expect(await refused).toMatchObject({ ...UNOPENED, by: 'us' });
    expect(peer.counters()).toMatchObject({ messagesUnopened: 1, framesIn: 0 });
  });

  it('by a message that is repeated', async () => {
    const peer = await testPeer();
    const member = await secureSocket(peer);
    const up = nextEvent(peer, 'link');
    const sealed = member.seal(await ownHello(member));
    member.socket.send(sealed);
    expect(await up).toMatchObject({ up: true, id: peerIdOf(member.keys.publicKey) });
    const refused = nextEvent(peer, 'refused');
    member.socket.send(sealed);
    expect(await member.ended).toEqual(UNOPENED);
    expect(await refused).toMatchObject({ ...UNOPENED, by: 'us' });
    expect(peer.counters()).toMatchObject({ messagesUnopened: 1, framesIn: 1 });
  });

  it('by a message of another link', async () => {
    const peer = await testPeer();
    const keys = signingKeysOf(newSeed());
    const [one, two] = [await secureSocket(peer, { keys }), await secureSocket(peer, { keys })];
    two.socket.send(one.seal(PING));
    expect(await two.ended).toEqual(UNOPENED);
    expect(peer.counters().messagesUnopened).toBe(1);
  });

  it('by the hello of somebody else', async () => {
    const ana = await testPeer({ nick: 'ana' });
    const bob = await testPeer({ nick: 'bob' });
    const refused = nextEvent(ana, 'refused');
    const eve = await secureSocket(ana);
    const hello = await (await secureSocket(bob)).hear();
    eve.say(hello ?? Buffer.alloc(0));
    const reason = `is ${peerIdOf(eve.keys.publicKey).slice(0, 4)}, and says it is ${bob.id.slice(0, 4)}`;
    expect(await eve.ended).toEqual({ code: CLOSE_CODES.impostor, reason });
    expect(await refused).toMatchObject({ code: CLOSE_CODES.impostor, by: 'us' });
    expect(ana.status().live).toBe(0);
  });

  it('to a peer that holds too many of them', async () => {
    const peer = await testPeer({ limits: { linksPerPeerMax: 1 } });
    const keys = signingKeysOf(newSeed());
    await secureSocket(peer, { keys });
    const second = await secureSocket(peer, { keys });
    expect(await second.ended).toEqual({
      code: CLOSE_CODES.full,
      reason: 'too many links of one peer',
    });
  });
});

describe('a stranger', () => {
  it.each([
    ['garbage', Buffer.alloc(64, 1), CLOSE_CODES.key, 'another network key'],
    ['nothing', Buffer.alloc(0), CLOSE_CODES.version, /^link version 1 here, nothing there/],
    ['too much', Buffer.alloc(9_999, 1), CLOSE_CODES.key, 'another network key'],
    ['text', 'hello', CLOSE_CODES.malformed, 'text frames are not spoken here'],
  ])('that says %s is refused', async (_what, words, code, reason) => {
    const peer = await testPeer();
    const refused = nextEvent(peer, 'refused');
    const stranger = await rawSocket(peer);
    stranger.socket.send(words);
    expect(await stranger.ended).toMatchObject({ code, reason: expect.stringMatching(reason) });
    expect(await refused).toMatchObject({ code, by: 'us' });
    expect(peer.counters()).toMatchObject({ handshakesRefused: 1, framesIn: 0 });
  });

  it.each([
    ['pings', (socket: WebSocket) => socket.ping(), /^pings are not spoken here/],
    ['answers what nobody asked', (socket: WebSocket) => socket.pong(), /^pings are not/],
  ])('that %s is refused', async (_what, send, reason) => {
    const peer = await testPeer();
    const stranger = await rawSocket(peer);
    send(stranger.socket);
    expect(await stranger.ended).toMatchObject({
      code: CLOSE_CODES.malformed,
      reason: expect.stringMatching(reason),
    });
  });

  it('that cuts a message into crumbs is refused', async () => {
    const peer = await testPeer();
    const stranger = await rawSocket(peer);
    for (let count = 0; count < 17; count++) stranger.socket.send(Buffer.alloc(1), { fin: false });
    expect((await stranger.ended).code).toBe(1008);
    expect(peer.counters()).toMatchObject({ handshakesRefused: 1, framesIn: 0 });
  });

  it('that says nothing is refused in time', async () => {
    const peer = await testPeer({ timings: { handshakeTimeoutMs: 50 } });
    const stranger = await rawSocket(peer);
    expect(await stranger.ended).toEqual({
      code: CLOSE_CODES.handshake,
      reason: 'no handshake within 0.05 s',
    });
    expect(peer.counters().handshakesLate).toBe(1);
  });

  it('that does not answer our goodbye either is cut', async () => {
    const peer = await testPeer({ timings: { handshakeTimeoutMs: 50, closeTimeoutMs: 50 } });
    const socket = connect(peer.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'GET /hearsay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
        'Sec-WebSocket-Protocol: hearsay\r\n\r\n',
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 101/);
    await once(socket, 'close');
    expect(peer.counters()).toMatchObject({ handshakesLate: 1, handshakes: 0 });
  });

  it('that sends endless headers is cut', async () => {
    const peer = await testPeer();
    const socket = connect(peer.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(`GET /hearsay HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n`);
    await once(socket, 'close');
  });

  it('that comes 65 times makes room for itself, and harms no member', async () => {
    const limits = { pendingHandshakesMax: 64, pendingPerAddressMax: 64 };
    const ana = await testPeer({ limits });
    const strangers: RawSocket[] = [];
    for (let count = 0; count < 64; count++) strangers.push(await rawSocket(ana));
    const first = strangers[0]?.ended;
    expect(ana.counters().handshakesCrowded).toBe(0);
    const bob = await testPeer({ join: [addressOf(ana)] });
    await bob.synced(TIMEOUT);
    expect((await first)?.code).toBe(1006);
    expect(ana.counters().handshakesCrowded).toBeGreaterThanOrEqual(1);
    expect(ana.status().live).toBe(1);
  });
});

describe('a link that speaks too fast', () => {
  it('is not read for a while, and loses nothing', async () => {
    const limits = { linkFramesPerSecondMax: 200 };
    const ana = await testPeer({ limits });
    const timings = { batchGapMs: 0 }; // A frame a turn, as many as it can.
    const bob = await testPeer({ join: [addressOf(ana)], timings });
    await bob.synced(TIMEOUT);
    let received = 0;
    ana.on('message', () => {
      received += 1;
    });
    for (let count = 0; count < 1_200; count++) {
      bob.publish('lobby', `${count}`);
      if (count % 2 === 0) await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(received).toBe(1_200), 30_000);
    expect(ana.counters().readPauses).toBeGreaterThan(0);
    expect(ana.status().live).toBe(1);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[3] = (copy[3] ?? 0) ^ 4;
  return copy;
}

/** What an honest peer with the keys of this socket would say first, in the network of the other side. */
async function ownHello({ keys, ...member }: SecureSocket): Promise<Uint8Array> {
  const theirs = Buffer.from((await member.hear()) ?? []);
  const versionsAt = theirs.indexOf('HRSY') + 4;
  const networkAt = versionsAt + 3;
  const network = theirs.toString('utf8', networkAt, networkAt + (theirs[networkAt - 1] ?? 0));
  const engine = createEngine({
    id: peerIdOf(keys.publicKey),
    generation: 1,
    network,
    meta: Buffer.alloc(0),
    signer: new Ed25519Signer(keys),
    random: seededRandom('hello'),
  });
  const now = { monotonicMs: 0, wallMs: Date.now() };
  const effects = engine.handle({ kind: 'link-opened', link: 1 }, now);
  const hello = effects.find((effect) => effect.kind === 'send');
  return hello?.bytes ?? Buffer.alloc(0);
}
