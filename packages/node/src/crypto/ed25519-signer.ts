import { type PeerId, peerId, type Signer } from '@hearsay/core';
import { PUBLIC_KEY_BYTES, type SigningKeys } from './keys.js';
import { sodium } from './sodium.js';

const SIGNATURE_BYTES = 64;

/** The id of whoever holds these keys. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  return peerId(Buffer.from(publicKey).toString('hex'));
}

/** The public key that an id is, or undefined for an id that is none. */
export function publicKeyOf(peer: PeerId): Uint8Array | undefined {
  const publicKey = Buffer.from(peer, 'hex');
  return publicKey.length === PUBLIC_KEY_BYTES ? publicKey : undefined;
}

/** Signs as one peer, and checks what others signed. */
export class Ed25519Signer implements Signer {
  readonly #keys: SigningKeys;

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  /** @returns `SIGNATURE_BYTES` bytes, the same each time for the same bytes */
  sign(bytes: Uint8Array): Uint8Array {
    const signature = Buffer.alloc(SIGNATURE_BYTES);
    sodium().crypto_sign_detached(signature, bytes, this.#keys.secretKey);
    return signature;
  }

  /** True when that peer signed exactly these bytes. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
    const publicKey = publicKeyOf(peer);
    if (publicKey === undefined || signature.length !== SIGNATURE_BYTES) return false;
    return sodium().crypto_sign_verify_detached(signature, bytes, publicKey);
  }
}
