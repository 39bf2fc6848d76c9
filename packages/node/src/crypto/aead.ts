import { sodium } from './sodium.js';

/** What sealing adds. */
export const TAG_BYTES = 16;

/**
 * ChaCha20-Poly1305 (RFC 8439). A nonce must never be used twice with one key.
 * @param ciphertext where to; `TAG_BYTES` longer than the plaintext
 */
export function seal(
  plaintext: Uint8Array,
  { key, nonce, associated }: AeadParameters,
  ciphertext: Uint8Array = Buffer.allocUnsafe(plaintext.length + TAG_BYTES),
): Uint8Array {
  sodium().crypto_aead_chacha20poly1305_ietf_encrypt(
    ciphertext,
    plaintext,
    associated ?? null,
    null,
    nonce,
    key,
  );
  return ciphertext;
}

/**
 * Opens what was sealed, into the same memory: `ciphertext` is used up.
 * @returns undefined when a bit of it, or the key, nonce or associated bytes differ
 */
export function openInPlace(
  ciphertext: Uint8Array,
  { key, nonce, associated }: AeadParameters,
): Uint8Array | undefined {
  const length = ciphertext.length - TAG_BYTES;
  if (length < 0) return undefined;
  // Not `subarray`: of a subclass (Node's Buffer) it costs as much as the cipher.
  const plaintext = new Uint8Array(ciphertext.buffer, ciphertext.byteOffset, length);
  try {
    sodium().crypto_aead_chacha20poly1305_ietf_decrypt(
      plaintext,
      null,
      ciphertext,
      associated ?? null,
      nonce,
      key,
    );
    return plaintext;
  } catch {
    return undefined; // The tag is checked before anything is written.
  }
}

/** What both sides must agree on. */
export interface AeadParameters {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  /** Not hidden, but bound to the rest. */
  readonly associated?: Uint8Array;
}
