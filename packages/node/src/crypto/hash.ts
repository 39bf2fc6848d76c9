import { sodium } from './sodium.js';

const HASH_BYTES = 32;

/**
 * BLAKE2b over all parts as if they were one.
 * @param options.bytes length of the result, 16 to 64; default 32
 * @param options.key 16 to 64 bytes: makes it a code that only who knows the key can make
 */
export function hash(
  parts: readonly Uint8Array[],
  { bytes = HASH_BYTES, key }: { readonly bytes?: number; readonly key?: Uint8Array } = {},
): Uint8Array {
  const result = Buffer.alloc(bytes);
  if (key === undefined) sodium.crypto_generichash_batch(result, parts);
  else sodium.crypto_generichash_batch(result, parts, key);
  return result;
}
