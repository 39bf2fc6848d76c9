import { DEFAULT_LIMITS, HearsayError, type PeerId } from '@hearsay/core';
import { describe, expect, it, vi } from 'vitest';
import type { Peer, PeerPort } from '../../src/api.js';
import { addressOf, nextEvent, testPeer } from '../support/peers.js';
import { Numbers } from './numbers.js';

const TIMEOUT = { timeoutMs: 30_000 };
const PORT = 16;

async function mesh(...nicks: readonly string[]): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const nick of nicks) {
    const join = peers.slice(0, 1).map(addressOf);
    peers.push(await testPeer({ nick, join }));
  }
  await Promise.all(peers.map((peer) => peer.synced({ live: nicks.length - 1, ...TIMEOUT })));
  return peers;
}

async function pair(): Promise<{ ana: Peer; bob: Peer }> {
  const [ana, bob] = await mesh('ana', 'bob');
  if (ana === undefined || bob === undefined) throw new Error('two peers');
  return { ana, bob };
}

interface Heard {
  readonly port: PeerPort;
  readonly texts: string[];
  readonly froms: PeerId[];
}

/** Opens a port and writes down what comes. */
function listen(peer: Peer, port = PORT): Heard {
  const texts: string[] = [];
  const froms: PeerId[] = [];
  const opened = peer.open(port, {
    received: (from, bytes) => {
      froms.push(from);
      texts.push(Buffer.from(bytes).toString());
    },
  });
  return { port: opened, texts, froms };
}

describe('a post', () => {
  it('to nobody we are linked to says so, and one to ourselves is refused', async () => {
    const { ana } = await pair();
    const { port } = listen(ana);
    const stranger = 'ab'.repeat(32) as PeerId; // Ids look like this.
    expect(port.post(Buffer.from('hello'), { to: stranger })).toBe(0);
    expect(() => port.post(Buffer.from('hello'), { to: ana.id })).toThrow(
      expect.objectContaining({ code: 'bad-recipient' }),
    );
  });

  it('reaches the same port of every neighbour, in order, and nothing else', async () => {
    const [ana, bob, cyd] = (await mesh('ana', 'bob', 'cyd')) as [Peer, Peer, Peer];
    const said = listen(ana).port;
    const [atBob, atCyd, elsewhere] = [listen(bob), listen(cyd), listen(bob, PORT + 1)];
    const texts = Array.from({ length: 50 }, (_, count) => `post ${count}`);
    for (const text of texts) expect(said.post(Buffer.from(text))).toBe(2);
    await vi.waitFor(() => {
      expect(atBob.texts).toEqual(texts);
      expect(atCyd.texts).toEqual(texts);
    }, 30_000);
    expect(new Set(atBob.froms)).toEqual(new Set([ana.id]));
    expect(elsewhere.texts).toEqual([]);
    expect(bob.counters()).toMatchObject({ postsReceived: 50, postsIgnored: 0 });
  });

  it('to one neighbour reaches nobody else', async () => {
    const [ana, bob, cyd] = (await mesh('ana', 'bob', 'cyd')) as [Peer, Peer, Peer];
    const said = listen(ana).port;
    const [atBob, atCyd] = [listen(bob), listen(cyd)];
    expect(said.post(Buffer.from('you'), { to: cyd.id, priority: 'control' })).toBe(1);
    expect(said.post(Buffer.from('all'))).toBe(2);
    await vi.waitFor(() => expect(atCyd.texts).toEqual(['you', 'all']), 30_000);
    await vi.waitFor(() => expect(atBob.texts).toEqual(['all']), 30_000);
  });

  it('of the largest size arrives whole; a larger one is refused', async () => {
    const { ana, bob } = await pair();
    const said = listen(ana).port;
    const heard = listen(bob);
    const { postBytesMax } = DEFAULT_LIMITS;
    said.post(Buffer.alloc(postBytesMax, 'x'));
    await vi.waitFor(
      () => expect(heard.texts.map((text) => text.length)).toEqual([postBytesMax]),
      30_000,
    );
    expect(() => said.post(Buffer.alloc(postBytesMax + 1))).toThrow(
      expect.objectContaining({ name: 'PeerError', code: 'post-too-large' }),
    );
  });

  it('leaves its bytes to the caller', async () => {
    const { ana, bob } = await pair();
    const heard = listen(bob);
    const bytes = Buffer.from('hi');
    listen(ana).port.post(bytes);
    bytes.fill(0);
    await vi.waitFor(() => expect(heard.texts).toEqual(['hi']), 30_000);
  });

  it('may be answered from within', async () => {
    const { ana, bob } = await pair();
    const heard = listen(ana);
    const echo: PeerPort = bob.open(PORT, {
      received: (from, bytes) => void echo.post(Buffer.from(bytes), { to: from }),
    });
    for (const text of ['one', 'two', 'three']) heard.port.post(Buffer.from(text));
    await vi.waitFor(() => expect(heard.texts).toEqual(['one', 'two', 'three']), 30_000);
  });
});

describe('a port', () => {
  it('is opened once, and may be opened again when it is closed', async () => {
    const { ana, bob } = await pair();
    const first = listen(bob);
    expect(() => listen(bob)).toThrow(expect.objectContaining({ code: 'port-taken' }));
    first.port.close();
    first.port.close();
    expect(() => first.port.post(Buffer.from('x'))).toThrow(
      expect.objectContaining({ code: 'closed' }),
    );
    const second = listen(bob);
    first.port.close(); // It is not its own any more.
    listen(ana).port.post(Buffer.from('hi'));
    await vi.waitFor(() => expect(second.texts).toEqual(['hi']), 30_000);
    expect(first.texts).toEqual([]);
  });

  it.each([0, -1, 65_536, 1.5])('cannot be %d', async (port) => {
    const ana = await testPeer();
    expect(() => listen(ana, port)).toThrow(expect.objectContaining({ code: 'bad-port' }));
  });

  it('ends with its peer', async () => {
    const ana = await testPeer();
    const { port } = listen(ana);
    await ana.leave({ flushMs: 0 });
    expect(() => port.post(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(() => listen(ana)).toThrow(expect.objectContaining({ code: 'closed' }));
    port.close();
  });
});

describe('what a handler throws', () => {
  it.each(['malformed', 'forged'] as const)('as %s closes the link of the sender', async (code) => {
    const { ana, bob } = await pair();
    bob.open(PORT, {
      received: () => {
        throw new HearsayError(code, 'no such thing');
      },
    });
    const refused = nextEvent(bob, 'refused');
    listen(ana).port.post(Buffer.from('x'));
    expect(await refused).toMatchObject({ by: 'us', reason: `${code}: no such thing` });
    expect(bob.publish('lobby', 'still here').links).toBe(0);
  });

  it('otherwise is an error of the application, and the peer goes on', async () => {
    const { ana, bob } = await pair();
    const surfaced: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => surfaced.push(error));
    try {
      const texts: string[] = [];
      bob.open(PORT, {
        received: (_from, bytes) => {
          texts.push(Buffer.from(bytes).toString());
          throw new Error('a bug');
        },
      });
      const said = listen(ana).port;
      said.post(Buffer.from('one'));
      said.post(Buffer.from('two'));
      await vi.waitFor(() => expect(texts).toEqual(['one', 'two']), 30_000);
      await vi.waitFor(() => expect(surfaced).toHaveLength(2), 30_000);
      expect(surfaced).toMatchObject([{ message: 'a bug' }, { message: 'a bug' }]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
    expect(bob.publish('lobby', 'still here').links).toBe(1);
  });
});

describe('a replica', () => {
  it('that comes late has what the others have at once, and what differs is repaired', async () => {
    const { ana, bob } = await pair();
    const [first, late] = [new Numbers(1, 2), new Numbers(3)];
    const repaired: [PeerId, number][] = [];
    ana.open(PORT, { replica: first, received: () => undefined });
    bob.open(PORT, {
      replica: late,
      received: () => undefined,
      repaired: (from, added) => void repaired.push([from, added]),
    });
    await vi.waitFor(() => {
      expect(late.summary()).toEqual(Uint8Array.of(1, 2, 3));
      expect(first.summary()).toEqual(late.summary());
    }, TIMEOUT.timeoutMs);
    expect(repaired.every(([from]) => from === ana.id)).toBe(true);
    expect(repaired.reduce((sum, [, added]) => sum + added, 0)).toBe(2);
    first.held.add(9);
    await vi.waitFor(() => expect(late.held).toContain(9), TIMEOUT.timeoutMs);
  });

  it('that cannot read a delta closes the link of its sender', async () => {
    const { ana, bob } = await pair();
    const refused = nextEvent(bob, 'refused');
    bob.open(PORT, { replica: new Numbers(), received: () => undefined });
    ana.open(PORT, { replica: new Numbers(255), received: () => undefined });
    expect(await refused).toMatchObject({ by: 'us', reason: expect.stringMatching(/^malformed/) });
  });
});

describe('a signature of a port', () => {
  it('holds for the bytes, the peer, the port and the network that made it', async () => {
    const ana = await testPeer();
    const bob = await testPeer({ nick: 'bob' });
    const stranger = await testPeer({ nick: 'cyd', network: 'elsewhere' });
    const here = listen(ana).port;
    const [there, beside, outside] = [
      listen(bob).port,
      listen(bob, PORT + 1).port,
      listen(stranger).port,
    ];
    const bytes = Buffer.from('a value');
    const signature = here.sign(bytes);
    expect(signature).toHaveLength(64);
    expect(there.verify(ana.id, bytes, signature)).toBe(true);
    expect(there.verify(ana.id, Buffer.from('another'), signature)).toBe(false);
    expect(there.verify(bob.id, bytes, signature)).toBe(false);
    expect(beside.verify(ana.id, bytes, signature)).toBe(false);
    expect(outside.verify(ana.id, bytes, signature)).toBe(false);
    expect(there.verify(ana.id, bytes, signature.subarray(1))).toBe(false);
  });
});
