import { randomBytes } from 'node:crypto';
import { PeerError } from '../errors.js';
import { NETWORK_BYTES_MAX } from '../limits.js';

/** The network of a start that names none. */
export const LOCAL_NETWORK = 'local';

/** Names come in invites and become folders: no separators, no leading dot, nothing unseen. */
const NETWORK_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u;

/** Tells networks of one name apart, whatever keys they have: 12 hex digits. */
export type NetworkId = string;

const NETWORK_ID_BYTES = 6;
const NETWORK_ID_PATTERN = /^[0-9a-f]{12}$/;

export function newNetworkId(): NetworkId {
  return randomBytes(NETWORK_ID_BYTES).toString('hex');
}

export function isNetworkId(text: unknown): text is NetworkId {
  return typeof text === 'string' && NETWORK_ID_PATTERN.test(text);
}

/**
 * Checks the name of a network.
 * @throws PeerError `bad-network`
 */
export function checkNetworkName(name: string): string {
  const isWord = NETWORK_PATTERN.test(name) && name === name.normalize('NFC');
  if (isWord && Buffer.byteLength(name) <= NETWORK_BYTES_MAX) return name;
  const rule = `at most ${NETWORK_BYTES_MAX} bytes of letters, digits and . _ -`;
  throw new PeerError(
    'bad-network',
    `the name of a network is ${rule}, beginning with one of the first two`,
  );
}
