import path from 'node:path';
import { createPeer, openNetwork, type Peer, type StoredNetwork } from '@hearsay/node';
import type { Ledger, Shown } from './ledger.js';

const SYNC_TIMEOUT_MS = 300_000;

/** What was found in the end. */
export interface Findings {
  /** Messages on disk, and messages that another peer got from there. */
  readonly onDisk: number;
  readonly elsewhere: number;
}

/** Looks through everything that is on disk. @param base where the program keeps its things */
export async function lookAtDisk(base: string, nick: string, ledger: Ledger): Promise<void> {
  const peer = await open(await openNetwork(base, undefined), nick);
  try {
    ledger.check(shownBy(peer));
  } finally {
    await peer.close();
  }
}

/**
 * Looks through everything that is on disk, and everything that another peer gets of it.
 * @param base where the program keeps profiles and networks
 */
export async function lookThrough(base: string, nick: string, ledger: Ledger): Promise<Findings> {
  const network = await openNetwork(base, undefined);
  const last = await open(network, nick);
  try {
    const onDisk = shownBy(last);
    ledger.check(onDisk);
    const other = await open(network, 'witness', [last.url.replace('ws://', '')]);
    try {
      await other.synced({ timeoutMs: SYNC_TIMEOUT_MS });
      const elsewhere = shownBy(other);
      ledger.check(elsewhere);
      return { onDisk: onDisk.length, elsewhere: elsewhere.length };
    } finally {
      await other.close();
    }
  } finally {
    await last.close();
  }
}

function open(network: StoredNetwork, nick: string, join: readonly string[] = []): Promise<Peer> {
  return createPeer({
    nick,
    join,
    port: 0,
    discover: false,
    network: network.network,
    keys: network.keys,
    stateFolder: path.join(network.folder, nick),
  });
}

/** The chat's texts, inside its payloads. */
function shownBy(peer: Peer): Shown[] {
  return peer.history().map(({ key, text }) => ({ id: key, text: textIn(text) }));
}

function textIn(payload: string): string {
  const { text } = JSON.parse(payload) as { readonly text?: unknown }; // Written by the chat program.
  return String(text);
}
