import { type Address, type PeerId, peerId } from '@hearsay/core';
import { formatAddress, parseDialAddress } from '../address.js';
import { GENERATION_MAX, SMALL_FILE_BYTES_MAX } from '../limits.js';
import { isKeyId, type KeyId } from '../network/network-key.js';
import type { ProcessIdentity } from '../profile/process-identity.js';

/** A peer of this machine and user, as its file says. */
export interface RunEntry {
  readonly network: string;
  /** Of the key that it dials with. */
  readonly key: KeyId;
  readonly peer: PeerId;
  readonly generation: number;
  readonly address: Address;
}

/** A peer, and the process that it runs in. */
export interface RunFile {
  readonly entry: RunEntry;
  readonly process: ProcessIdentity;
}

export const RUN_FILE_FORMAT = 2;
export const RUN_FILE_NAME: RegExp = /^\d{1,10}-[0-9a-f]{8}\.json$/;
/** Characters of the peer's id in the name of its file. */
export const ID_CHARS_IN_NAME = 8;

/** Reads a file of the run folder; undefined when it is none. */
export function parseRunFile(text: string): RunFile | undefined {
  if (text.length > SMALL_FILE_BYTES_MAX) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    return readEntry(value as Readonly<Record<string, unknown>>); // Each field is checked.
  } catch {
    return undefined; // Half written, or not ours.
  }
}

function readEntry(fields: Readonly<Record<string, unknown>>): RunFile | undefined {
  const { hearsay, pid, start, network, key, peer, generation, address } = fields;
  if (hearsay !== RUN_FILE_FORMAT || typeof pid !== 'number' || typeof start !== 'number')
    return undefined;
  if (typeof network !== 'string' || !isKeyId(key) || typeof peer !== 'string') return undefined;
  if (typeof generation !== 'number' || !Number.isInteger(generation)) return undefined;
  if (generation < 0 || generation > GENERATION_MAX || typeof address !== 'string')
    return undefined;
  const dialable = parseDialAddress(address);
  if (dialable === undefined) return undefined;
  const entry = { network, key, peer: peerId(peer), generation, address: formatAddress(dialable) };
  return { entry, process: { pid, start } };
}
