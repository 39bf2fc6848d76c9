import type { Peer } from '@hearsay/node';
import { onTestFinished } from 'vitest';
import { type Cache, serveCache } from '../../src/index.js';
import { testCache, testPeer } from './peers.js';

/** A cache that is served, and a way to ask it. */
export interface Served {
  readonly peer: Peer;
  readonly cache: Cache;
  readonly url: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Serves a cache until the test ends. */
export function served(cache: Cache): Served {
  const { peer } = cache;
  onTestFinished(serveCache(cache));
  const url = `http://127.0.0.1:${peer.port}`;
  return { peer, cache, url, ask: (path, init) => fetch(`${url}${path}`, init) };
}

export async function servedAlone(options: Parameters<typeof testCache>[1] = {}): Promise<Served> {
  return served(await testCache(await testPeer(), options));
}
