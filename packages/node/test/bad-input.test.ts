import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { CLOSE_CODES } from '@hearsay/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { PeerOptions } from '../src/api.js';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, testPeer } from './support/peers.js';
import { type SecureSocket, secureSocket } from './support/secure-socket.js';

const TIMEOUT = { timeoutMs: 30_000 };

async function pair() {
  const ana = await testPeer({ nick: 'ana' });
  const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
  await bob.synced(TIMEOUT);
  return { ana, bob };
}

function httpStatus(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on('error', reject);
    asking.end();
  });
}

function listening(server: Server): Promise<number> {
  onTestFinished(() => {
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('an option that is wrong is refused before anything is opened', () => {
  const wrong: [what: string, Partial<PeerOptions>, code: string, words: string][] = [
    ['an empty nick', { nick: ' ' }, 'bad-nick', 'a nick needs at least one visible character'],
    [
      'a nick of escape sequences',
      { nick: '\u001b[2J' },
      'bad-nick',
      'a nick needs at least one visible character',
    ],
    ['an empty network', { network: '' }, 'bad-network', 'the name of a network is '],
    ['a network of controls', { network: 'a\u0007' }, 'bad-network', 'the name of a network is '],
    ['a long network', { network: 'n'.repeat(65) }, 'bad-network', 'the name of a network is '],
    [
      'a wrong port',
      { port: 70_000 },
      'bad-port',
      'a port is a whole number from 0 to 65535, not 70000',
    ],
    [
      'a wrong discovery port',
      { discoveryPort: -1 },
      'bad-port',
      'a port is a whole number from 0 to 65535, not -1',
    ],
    [
      'a wrong address to join',
      { join: ['example.org'] },
      'bad-address',
      '"example.org" is not host:port',
    ],
    ['port 0 to join', { join: ['127.0.0.1:0'] }, 'bad-address', '"127.0.0.1:0" is not host:port'],
    ['a wrong host', { host: 'a b' }, 'bad-address', '"a b" is not a host to listen on'],
    [
      'wrong tags',
      { tags: { UPPER: 'x' } },
      'bad-tags',
      'a tag name is 1 to 32 characters of a-z, 0-9 and -',
    ],
    [
      'too many tags',
      {
        tags: Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`t${at}`, 'x'.repeat(99)])),
      },
      'meta-too-large',
      'nick and tags take ',
    ],
    [
      'a negative time',
      { timings: { probeIntervalMs: -1 } },
      'bad-option',
      'probeIntervalMs is a number from 0, not -1',
    ],
    [
      'a time that is no number',
      { timings: { announceEarlyMs: [Number.NaN] } },
      'bad-option',
      'announceEarlyMs is a number from 0, not NaN',
    ],
    [
      'queues that contradict',
      { limits: { controlQueueBytesMax: 1_000 } },
      'bad-option',
      'controlQueueBytesMax must exceed socketHighWaterBytes',
    ],
    [
      'posts that fit no frame',
      { limits: { postBytesMax: 163_838 } },
      'bad-option',
      'postBytesMax is ',
    ],
    [
      'marks that contradict',
      { limits: { drainedBytes: 1_000_000 } },
      'bad-option',
      'drainedBytes must be under congestedBytes',
    ],
  ];

  it.each(wrong)('%s', async (_what, options, code, words) => {
    const message: unknown = expect.stringContaining(words);
    await expect(testPeer(options)).rejects.toMatchObject({ code, message });
  });
});

describe('a peer that cannot start', () => {
  it('says that its port is busy', async () => {
    const port = await listening(createServer());
    const starting = testPeer({ port });
    await expect(starting).rejects.toMatchObject({
      code: 'port-busy',
      message: `port ${port} is in use`,
    });
  });

  it('says that a host is not its own', async () => {
    await expect(testPeer({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'cannot-listen',
      message: '192.0.2.1 is no address of this machine',
    });
  });

  it('lets go of its profile', async () => {
    const stateFolder = await temporaryFolder();
    const port = await listening(createServer());
    await expect(testPeer({ port, stateFolder })).rejects.toMatchObject({ code: 'port-busy' });
    await testPeer({ stateFolder });
    await expect(testPeer({ stateFolder })).rejects.toMatchObject({
      code: 'profile-in-use',
      message: expect.stringContaining(`is in use by process ${process.pid}`) as unknown,
      pid: process.pid,
    });
  });
});

describe('what is refused when it is published', () => {
  it.each([
    ['an empty topic', '', 'x', 'topic-empty', 'a topic has at least one character'],
    [
      'a long topic',
      't'.repeat(129),
      'x',
      'topic-too-long',
      'topic of 129 bytes, the limit is 128',
    ],
    [
      'a large payload',
      'lobby',
      'x'.repeat(49 * 1_024),
      'payload-too-large',
      'message of 50176 bytes, the limit is 49152',
    ],
    ['a reserved topic', '@x', 'x', 'topic-reserved', 'topics that begin with @'],
  ])('%s', async (_what, topic, payload, code, words) => {
    const peer = await testPeer();
    const message: unknown = expect.stringContaining(words);
    expect(() => peer.publish(topic, payload)).toThrow(expect.objectContaining({ code, message }));
    expect(peer.publish('lobby', 'x').id.sequence).toBe(1);
  });

  it('too many in one turn', async () => {
    const peer = await testPeer({ limits: { outboxMessagesMax: 3 } });
    const full = expect.objectContaining({ code: 'outbox-full' });
    let accepted = 0;
    // A slow machine may take this for several turns; for a thousand it cannot.
    const flood = (): void => {
      for (; accepted < 1_000; accepted++) peer.publish('lobby', 'x');
    };
    expect(flood).toThrow(full);
    await vi.waitFor(() => {
      expect(peer.publish('lobby', 'x').id.sequence).toBe(accepted + 1);
    }, 30_000);
  });
});

describe('whoever comes to the port', () => {
  it('gets a short answer over HTTP', async () => {
    const { url } = await testPeer();
    const http = url.replace('ws:', 'http:');
    expect(await httpStatus(`${http}/hearsay`)).toBe(426);
    expect(await httpStatus(`${http}/hearsay?x`)).toBe(426);
    expect(await httpStatus(`${http}/`)).toBe(404);
  });

  it.each([
    ['another path', '/yjs', 'hearsay', {}, 404],
    ['no subprotocol', '/hearsay', undefined, {}, 400],
    ['another subprotocol', '/hearsay', 'mqtt', {}, 400],
    ['a web page', '/hearsay', 'hearsay', { origin: 'https://example.org' }, 403],
  ])('with %s is refused', async (_what, path, protocol, options, status) => {
    const { url } = await testPeer();
    const socket = new WebSocket(`${url}${path}`, protocol ?? [], options);
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain(`${status}`);
  });

  const hostile: [string, (member: SecureSocket) => void, number][] = [
    ['garbage', ({ say }) => say(Buffer.alloc(64, 0xee)), CLOSE_CODES.malformed],
    ['an empty message', ({ say }) => say(Buffer.alloc(0)), CLOSE_CODES.malformed],
    ['text', ({ socket }) => socket.send('hello'), CLOSE_CODES.malformed],
    ['an oversized message', ({ socket }) => socket.send(Buffer.alloc(300_000)), 1009],
  ];

  it.each(hostile)('that sends %s loses its link and harms nobody', async (_what, send, code) => {
    const { ana, bob } = await pair();
    const refused = nextEvent(ana, 'refused');
    const member = await secureSocket(ana);
    send(member);
    expect(await member.ended).toMatchObject({ code });
    expect(await refused).toMatchObject({ by: 'us', code: CLOSE_CODES.malformed });
    const heard = nextEvent(bob, 'message');
    ana.publish('lobby', 'still here');
    expect((await heard).text).toBe('still here');
    expect(ana.status().live).toBe(1);
  });

  it.each([
    ['says nothing at all', ''],
    ['stops in the middle of a request', 'GET /hearsay HTTP/1.1\r\nHost: x\r\n'],
    ['speaks no HTTP', 'EHLO example.org\r\n\r\n'],
  ])('that connects and %s is cut', async (_what, text) => {
    const peer = await testPeer({ timings: { handshakeTimeoutMs: 50 } });
    const socket = connect(peer.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(text);
    await once(socket, 'close');
    expect(peer.counters().framesIn).toBe(0);
  });

  it('that says nothing as a member is closed in time', async () => {
    const peer = await testPeer({ timings: { handshakeTimeoutMs: 50 } });
    const member = await secureSocket(peer);
    expect(await member.ended).toEqual({
      code: CLOSE_CODES.handshake,
      reason: 'no hello within 0.05 s',
    });
  });
});

describe('an address to join', () => {
  it('of another network is refused with the reason, on both sides', async () => {
    const ana = await testPeer({ network: 'one' });
    const bob = await testPeer({ network: 'two' });
    const refusals = [nextEvent(ana, 'refused'), nextEvent(bob, 'refused')];
    bob.join(addressOf(ana));
    const [byUs, byThem] = await Promise.all(refusals);
    const closure = { code: CLOSE_CODES.key, reason: 'another network key' };
    expect(byUs).toMatchObject({ ...closure, by: 'us' });
    expect(byThem).toMatchObject({ ...closure, by: 'them' });
    expect([ana.status().live, bob.status().live]).toEqual([0, 0]);
  });

  it('where nobody listens is told and tried again', async () => {
    const gone = await testPeer();
    const address = addressOf(gone);
    await gone.close();
    const peer = await testPeer({ join: [address] });
    const failed = await nextEvent(peer, 'dial-failed');
    expect(failed).toMatchObject({ address, attempt: 1, detail: 'nobody listens there' });
  });

  it.each([
    ['that does not exist', 'name.invalid:7340', /no such host|cannot be looked up/],
    ['that is no address after all', '999.1.1.1:7340', /not an address/],
  ])('%s is told', async (_what, address, detail) => {
    const peer = await testPeer({ join: [address] });
    expect((await nextEvent(peer, 'dial-failed')).detail).toMatch(detail);
  });

  it('that is a web server is told', async () => {
    const { createServer: createWebServer } = await import('node:http');
    const server = createWebServer((_request, response) => response.end('hello'));
    const peer = await testPeer({ join: [`127.0.0.1:${await listening(server)}`] });
    expect((await nextEvent(peer, 'dial-failed')).detail).toMatch('answered HTTP 200');
  });

  it('that is another WebSocket service is told', async () => {
    const handleProtocols = (): false => false;
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
    onTestFinished(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const peer = await testPeer({ join: [`127.0.0.1:${port}`] });
    expect((await nextEvent(peer, 'dial-failed')).detail).toMatch('subprotocol');
  });

  it('that is no web server at all is told', async () => {
    const server = createServer((socket) => socket.end('220 mail\r\n'));
    const peer = await testPeer({ join: [`127.0.0.1:${await listening(server)}`] });
    expect((await nextEvent(peer, 'dial-failed')).detail).not.toBe('');
  });

  it('that never answers is told', async () => {
    const server = createServer();
    const peer = await testPeer({
      join: [`127.0.0.1:${await listening(server)}`],
      timings: { dialTimeoutMs: 50 },
    });
    expect((await nextEvent(peer, 'dial-failed')).detail).toBe('no answer in time');
    await peer.close();
  });

  it('of the peer itself is noticed', async () => {
    const peer = await testPeer();
    peer.join(addressOf(peer));
    await vi.waitFor(() => expect(peer.counters().dials).toBe(1), 30_000);
    const heard = nextEvent(peer, 'message');
    peer.publish('lobby', 'still here');
    expect((await heard).text).toBe('still here');
  });
});
