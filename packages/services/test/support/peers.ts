import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { onTestFinished } from 'vitest';
import { openServices } from '../../src/api/open-services.js';
import type { Services, ServicesOptions } from '../../src/api/types.js';

export interface TestPeer {
  readonly peer: Peer;
  readonly services: Services;
}

/** A service is found soon; on a busy machine, later. */
export const READY = { timeoutMs: 30_000 };

const TEST_KEY = Buffer.alloc(32, 9);

/** Peers on loopback that know each other, each with its services; they end with the test. */
export async function mesh(count: number, options: ServicesOptions = {}): Promise<TestPeer[]> {
  const peers: Peer[] = [];
  for (let index = 0; index < count; index++) {
    const join = peers.slice(0, 1).map(({ url }) => url.replace('ws://', ''));
    const keys = NetworkKeys.of(TEST_KEY);
    const peer = await createPeer({ nick: `p${index}`, port: 0, discover: false, keys, join });
    onTestFinished(() => peer.close());
    peers.push(peer);
  }
  await Promise.all(peers.map((peer) => peer.synced({ live: count - 1, timeoutMs: 30_000 })));
  return peers.map((peer) => {
    const services = openServices(peer, options);
    onTestFinished(() => services.close());
    return { peer, services };
  });
}

/** One that calls and one that provides. */
export async function two(): Promise<{ ana: TestPeer; bob: TestPeer }> {
  const [ana, bob] = await mesh(2);
  if (ana === undefined || bob === undefined) throw new Error('two peers');
  return { ana, bob };
}

/** Everything that a call may leave behind. */
export async function leavesNothing(...all: readonly Services[]): Promise<void> {
  for (const services of all) {
    await until(() => {
      const { calls, attempts, works } = services.sizes();
      return calls === 0 && attempts === 0 && works === 0;
    });
  }
}

/** Waits until what a test asks for holds, without asserting how long that takes. */
export async function until(condition: () => boolean): Promise<void> {
  const STEP_MS = 5;
  const deadlineMs = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('it never came to hold');
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
