import { createPrivateKey, createPublicKey } from 'node:crypto';
import { randomBytes } from './random.js';
import { sodium } from './sodium.js';

/** What a profile keeps; everything else follows from it. */
export const SEED_BYTES = 32;
/** An Ed25519 or X25519 public key. */
export const PUBLIC_KEY_BYTES = 32;
/** What stands before the seed in the only form of a key that Node reads (RFC 8410, section 7). */
const PKCS8_OF_ED25519: Uint8Array = Buffer.from('302e020100300506032b657004220420', 'hex');
const EXCHANGE_SECRET_BYTES = 32;

/** A pair of either kind. */
interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** Ed25519: who somebody is. The public key is the id of a peer. */
export interface SigningKeys extends KeyPair {
  readonly kind: 'signing';
}

/** X25519: with whom a secret is shared. */
export interface ExchangeKeys extends KeyPair {
  readonly kind: 'exchange';
}

export function newSeed(): Uint8Array {
  return randomBytes(SEED_BYTES);
}

/**
 * By Node alone, which is there already: a peer can say who it is before it needs more.
 * @param seed `SEED_BYTES` long; the same one always gives the same keys
 */
export function signingKeysOf(seed: Uint8Array): SigningKeys {
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8_OF_ED25519, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const whole = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const publicKey = whole.subarray(-PUBLIC_KEY_BYTES);
  return { kind: 'signing', publicKey, secretKey: Buffer.concat([seed, publicKey]) };
}

/** The same identity in the form that key exchange needs. */
export function exchangeKeysOf(keys: SigningKeys): ExchangeKeys {
  const publicKey = Buffer.alloc(PUBLIC_KEY_BYTES);
  const secretKey = Buffer.alloc(EXCHANGE_SECRET_BYTES);
  sodium().crypto_sign_ed25519_pk_to_curve25519(publicKey, keys.publicKey);
  sodium().crypto_sign_ed25519_sk_to_curve25519(secretKey, keys.secretKey);
  return { kind: 'exchange', publicKey, secretKey };
}

/** The X25519 form of somebody's Ed25519 public key, or undefined when the bytes are no key. */
export function exchangeKeyOf(publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return undefined;
  const exchangeKey = Buffer.alloc(PUBLIC_KEY_BYTES);
  try {
    sodium().crypto_sign_ed25519_pk_to_curve25519(exchangeKey, publicKey);
    return exchangeKey;
  } catch {
    return undefined; // Not on the curve, or of small order.
  }
}
