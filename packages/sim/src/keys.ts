import { type PeerId, type Random, SIGNATURE_BYTES, type Signer } from '@hearsay/core';

const WORDS = SIGNATURE_BYTES / 4;
const FNV_PRIME = 0x01000193;
const GOLDEN = 0x9e3779b9;

/**
 * Signatures for a simulated world, at a fraction of the price: each is a keyed hash, and only this
 * registry knows the keys. Whoever is handed one peer's signer, hostile or not, can sign as that
 * peer and check everybody, and has no way to sign as another.
 */
export class Keys {
  readonly #random: Random;
  readonly #secrets = new Map<PeerId, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The signer of one peer, the same over its restarts. */
  signerOf(peer: PeerId): Signer {
    if (!this.#secrets.has(peer)) this.#secrets.set(peer, this.#random.next());
    return {
      sign: (bytes) => this.#signature(peer, bytes),
      verify: (by, bytes, signature) => this.#isRight(by, bytes, signature),
    };
  }

  #isRight(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
    if (!this.#secrets.has(peer) || signature.length !== SIGNATURE_BYTES) return false;
    return this.#signature(peer, bytes).every((byte, index) => byte === signature[index]);
  }

  /** One pass over the bytes in two lanes, then stretched: no host of a simulation breaks hashes. */
  #signature(peer: PeerId, bytes: Uint8Array): Uint8Array {
    let high = this.#secrets.get(peer) ?? 0;
    let low = high ^ bytes.length;
    let index = 0;
    while (index < bytes.length) {
      const byte = bytes[index++] ?? 0;
      high = Math.imul(high ^ byte, FNV_PRIME);
      low = Math.imul(low ^ byte, GOLDEN) ^ (low >>> 15);
    }
    const signature = new Uint8Array(SIGNATURE_BYTES);
    const view = new DataView(signature.buffer);
    for (let word = 0; word < WORDS; word++) {
      high = Math.imul(high ^ (high >>> 15), GOLDEN) ^ low;
      low = Math.imul(low ^ (low >>> 13), FNV_PRIME) ^ word;
      view.setUint32(4 * word, (high ^ (high >>> 16)) >>> 0);
    }
    return signature;
  }
}
