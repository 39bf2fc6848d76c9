import { createHash } from 'node:crypto';

const HASH_BYTES = 32;

/** The first bytes of BLAKE2b-512 over all parts as if they were one. */
export function hash(parts: readonly Uint8Array[], bytes: number = HASH_BYTES): Uint8Array {
  const digest = createHash('blake2b512');
  for (const part of parts) digest.update(part);
  return digest.digest().subarray(0, bytes);
}
