import { createRequire } from 'node:module';
import { PeerError, reasonOf } from '../errors.js';

/** What of libsodium is used here; results are written into the first buffer. */
interface Sodium {
  /** BLAKE2b, as long as `digest`. */
  crypto_generichash(digest: Uint8Array, bytes: Uint8Array): void;
  crypto_hash_sha256(digest: Uint8Array, bytes: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, bytes: Uint8Array, secretKey: Uint8Array): void;
  crypto_sign_verify_detached(
    signature: Uint8Array,
    bytes: Uint8Array,
    publicKey: Uint8Array,
  ): boolean;
  crypto_sign_ed25519_pk_to_curve25519(exchangeKey: Uint8Array, publicKey: Uint8Array): void;
  crypto_sign_ed25519_sk_to_curve25519(exchangeKey: Uint8Array, secretKey: Uint8Array): void;
  crypto_aead_chacha20poly1305_ietf_encrypt(
    ciphertext: Uint8Array,
    plaintext: Uint8Array,
    associated: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_aead_chacha20poly1305_ietf_decrypt(
    plaintext: Uint8Array,
    unused: null,
    ciphertext: Uint8Array,
    associated: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_box_easy(
    box: Uint8Array,
    plaintext: Uint8Array,
    nonce: Uint8Array,
    theirPublicKey: Uint8Array,
    ourSecretKey: Uint8Array,
  ): void;
  crypto_box_open_easy(
    plaintext: Uint8Array,
    box: Uint8Array,
    nonce: Uint8Array,
    theirPublicKey: Uint8Array,
    ourSecretKey: Uint8Array,
  ): boolean;
}

const require = createRequire(import.meta.url);

let library: Sodium | undefined;

/**
 * The library, CommonJS without types. Only this file knows it, so it can be replaced here. It is
 * loaded when it is first needed: that takes a tenth of what a program has for its first line.
 * @throws PeerError `internal` where there is no binary for this machine
 */
export function sodium(): Sodium {
  library ??= load();
  return library;
}

function load(): Sodium {
  try {
    return require('sodium-universal') as Sodium; // As listed above.
  } catch (error) {
    const machine = `${process.platform}-${process.arch}`;
    const message = `libsodium does not load on ${machine}: ${reasonOf(error)}`;
    throw new PeerError('internal', message, { cause: error });
  }
}
