import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PeerOptions } from '../src/api.js';
import { GROUP, LOOPBACK, Multicast } from '../src/discovery/multicast.js';
import { NetworkKeys } from '../src/network/network-keys.js';
import { temporaryFolder } from './support/folders.js';
import { freeDiscoveryPort, nextEvent, testPeer } from './support/peers.js';

async function ownDiscovery(): Promise<Partial<PeerOptions>> {
  const runFolder = join(await temporaryFolder(), 'run');
  return { discover: true, discoveryPort: await freeDiscoveryPort(), runFolder };
}

async function openMulticast(port: number) {
  const received: string[] = [];
  const multicast = await Multicast.open({
    port,
    hosts: [LOOPBACK],
    onDatagram: (bytes, from) => received.push(`${from} ${Buffer.from(bytes).toString()}`),
    onTrouble: () => undefined,
  }).catch(() => undefined);
  if (multicast !== undefined) onTestFinished(() => multicast.close());
  return { multicast, received };
}

describe('discovery', () => {
  it('makes peers of one machine find each other, and tells when one leaves', async () => {
    const own = await ownDiscovery();
    const peers = await Promise.all(['ana', 'bob', 'cy'].map((nick) => testPeer({ ...own, nick })));
    for (const peer of peers) {
      await vi.waitFor(() => expect(peer.status().live).toBe(2), 30_000);
    }
    const [first, second] = peers;
    const left = second && nextEvent(second, 'member', ({ member }) => member.state === 'left');
    await first?.leave();
    expect((await left)?.member.nick).toBe('ana');
  });

  it('keeps networks apart', async () => {
    const own = await ownDiscovery();
    const ana = await testPeer({ ...own, nick: 'ana' });
    const stranger = await testPeer({ ...own, nick: 'bob', network: 'other' });
    const cy = await testPeer({ ...own, nick: 'cy' });
    await vi.waitFor(() => expect(cy.status().live).toBe(1), 30_000);
    expect(stranger.members().map(({ nick }) => nick)).toEqual(['bob']);
    expect(stranger.counters().dials + ana.counters().linksRefused).toBe(0);
  });

  it('knocks once at a network of the same name, and tells why that is no use', async () => {
    const own = await ownDiscovery();
    const theirs = NetworkKeys.of();
    const strangers = await Promise.all([1, 2].map(() => testPeer({ ...own, keys: theirs })));
    for (const peer of strangers) {
      await vi.waitFor(() => expect(peer.status().live).toBe(1), 30_000);
    }
    const ana = await testPeer({ ...own, nick: 'ana', keys: NetworkKeys.of() });
    const { reason } = await nextEvent(ana, 'refused', ({ by }) => by === 'them');
    expect(reason).toBe('another network key');
    const cy = await testPeer({ ...own, nick: 'cy', keys: theirs });
    await vi.waitFor(() => expect(cy.status().live).toBe(2), 30_000);
    expect(ana.counters().dials).toBe(1);
  });

  it('warns once and goes on when a way does not work', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const peer = await testPeer({ ...(await ownDiscovery()), runFolder: join(file, 'run') });
    const { message } = await nextEvent(peer, 'warning', ({ code }) =>
      code.startsWith('discovery-run-folder'),
    );
    expect(message).toContain(file);
    expect(peer.status().live).toBe(0);
  });
});

describe('multicast', () => {
  it('hears nothing while it rests, and what is said again afterwards', async () => {
    const port = await freeDiscoveryPort();
    const [ana, bob] = [await openMulticast(port), await openMulticast(port)];
    // A machine without multicast has nothing to try it with.
    if (ana.multicast === undefined || bob.multicast === undefined) return;
    const say = (word: string) => ana.multicast?.send(() => Buffer.from(word));
    bob.multicast.rest(1_000);
    bob.multicast.rest(0); // It rests already.
    say('now');
    await vi.waitFor(() => expect(ana.received).toContain(`${LOOPBACK} now`), 30_000);
    expect(bob.received).toEqual([]);
    await vi.waitFor(() => {
      say('later');
      expect(bob.received).toContain(`${LOOPBACK} later`);
    }, 30_000);
    expect(bob.received).not.toContain(`${LOOPBACK} now`);
  });

  it('reaches everybody on this machine, the sender too, and nobody after closing', async () => {
    const port = await freeDiscoveryPort();
    const [ana, bob] = [await openMulticast(port), await openMulticast(port)];
    if (ana.multicast === undefined || bob.multicast === undefined) {
      return; // Not to be had on this machine; peers say so in a warning and use the run folder.
    }
    ana.multicast.send((host) => Buffer.from(`hello on ${host}`));
    const expected = [`${LOOPBACK} hello on ${LOOPBACK}`];
    await vi.waitFor(
      () => expect([ana.received, bob.received]).toEqual([expected, expected]),
      30_000,
    );
    await bob.multicast.close();
    await bob.multicast.close();
    bob.multicast.send(() => Buffer.from('ghost'));
    ana.multicast.send(() => Buffer.from('again'));
    await vi.waitFor(() => expect(ana.received).toHaveLength(2), 30_000);
    expect(bob.received).toHaveLength(1);
  });

  it('stays in a group that routers do not pass on', () => {
    expect(GROUP).toMatch(/^239\.255\./);
  });
});
