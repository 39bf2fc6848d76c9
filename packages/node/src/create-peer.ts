import { createEngine } from '@hearsay/core';
import type { Peer, PeerOptions } from './api.js';
import { readNow } from './host/clock.js';
import { startPeer } from './start-peer.js';

/**
 * Starts a peer: it listens, looks for others, and takes part until it leaves or is closed.
 *
 * Events wait until listeners added right after the `await` are there.
 *
 * ```ts
 * const peer = await createPeer({ nick: 'ana' });
 * peer.on('message', ({ from, text }) => console.log(from.nick, text));
 * peer.publish('lobby', 'hello');
 * ```
 *
 * @throws PeerError see `PeerErrorCode`; nothing is left open or locked then
 */
export function createPeer(options: PeerOptions): Promise<Peer> {
  return startPeer(options, { createEngine, readNow });
}
