import { createRequire } from 'node:module';

/** What of libsodium is used here; results are written into the first buffer. */
interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
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
  crypto_generichash_batch(hash: Uint8Array, parts: readonly Uint8Array[], key?: Uint8Array): void;
  randombytes_buf(bytes: Uint8Array): void;
}

const require = createRequire(import.meta.url);

// CommonJS without types. Only this file knows the library, so it can be replaced here.
export const sodium: Sodium = require('sodium-universal') as Sodium; // As listed above.
