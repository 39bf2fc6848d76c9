import type { PeerId } from '../ids.js';

/**
 * Signatures of one peer, and the check of everybody's. Pure: the same bytes give the same answer
 * for ever. The host brings it (Ed25519 in `packages/node`), as core knows no cryptography.
 */
export interface Signer {
  /** @returns `SIGNATURE_BYTES` bytes that only this peer can make */
  sign(bytes: Uint8Array): Uint8Array;
  /** Whether that peer signed exactly these bytes; false for an id that it can make nothing of. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
}
