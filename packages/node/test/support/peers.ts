import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';
import type { Peer, PeerEventName, PeerEvents, PeerOptions } from '../../src/api.js';
import { createPeer } from '../../src/create-peer.js';
import { NetworkKeys } from '../../src/network/network-keys.js';

/** Peers of one test are of one network, unless it says otherwise. */
export const TEST_KEY: Uint8Array = Buffer.alloc(32, 7);

/** A peer on loopback that looks for nobody and is closed after the test. */
export async function testPeer(options: Partial<PeerOptions> = {}): Promise<Peer> {
  const keys = NetworkKeys.of(TEST_KEY);
  const peer = await createPeer({ nick: 'ana', port: 0, discover: false, keys, ...options });
  onTestFinished(() => peer.close());
  return peer;
}

/** `host:port` of a peer, as another joins it. */
export function addressOf(peer: Peer): string {
  return peer.url.replace('ws://', '');
}

/** Waits for an event that fits. */
export function nextEvent<Name extends PeerEventName>(
  peer: Peer,
  name: Name,
  fits: (event: PeerEvents[Name]) => boolean = () => true,
): Promise<PeerEvents[Name]> {
  return new Promise((resolve) => {
    const remove = peer.on(name, (event) => {
      if (!fits(event)) return;
      remove();
      resolve(event);
    });
  });
}

/** A UDP port that nobody uses now. */
export function freeDiscoveryPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
