import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer, NetworkKeys, type Peer, type PeerOptions } from '@hearsay/node';
import { onTestFinished } from 'vitest';
import { type Cache, type CacheOptions, openCache } from '../../src/index.js';

const KEYS = NetworkKeys.of();

/** A folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-cache-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A peer on loopback that knows only those it is told of. */
export async function testPeer(options: Partial<PeerOptions> = {}): Promise<Peer> {
  const peer = await createPeer({
    nick: 'peer',
    network: 'test',
    keys: KEYS,
    port: 0,
    discover: false,
    runFolder: folder(),
    ...options,
  });
  onTestFinished(() => peer.close());
  return peer;
}

/** A cache that closes with the test. */
export async function testCache(
  peer: Peer,
  options: Omit<CacheOptions, 'peer'> = {},
): Promise<Cache> {
  const cache = await openCache({ peer, ...options });
  onTestFinished(() => cache.close());
  return cache;
}

/** Caches on as many peers, all linked. */
export async function cacheMesh(count: number): Promise<{ peers: Peer[]; caches: Cache[] }> {
  const peers: Peer[] = [];
  for (let index = 0; index < count; index++) {
    const join = peers.map(({ port }) => `127.0.0.1:${port}`);
    peers.push(await testPeer({ nick: `peer${index + 1}`, join }));
  }
  const caches = await Promise.all(peers.map((peer) => testCache(peer)));
  for (const cache of caches) {
    await until(cache, () => cache.status().linked.length === count - 1);
  }
  return { peers, caches };
}

/** Resolves when it is so; the test's own timeout is the bound. */
export async function until(_cache: Cache, isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
