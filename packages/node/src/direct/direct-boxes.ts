import type { PeerId } from '@hearsay/core';
import { BOX_OVERHEAD_BYTES, closeBox, openBox } from '../crypto/box.js';
import { publicKeyOf } from '../crypto/ed25519-signer.js';
import {
  type ExchangeKeys,
  exchangeKeyOf,
  exchangeKeysOf,
  type SigningKeys,
} from '../crypto/keys.js';
import { PeerError } from '../errors.js';
import { BOX_KEYS_MAX } from '../limits.js';

/**
 * What a box is for. It is the first byte inside, so that nobody can make a box that was closed for
 * one thing pass for another.
 */
export const BOX_PURPOSE = { message: 1, networkKey: 2 } as const;

export type BoxPurpose = (typeof BOX_PURPOSE)[keyof typeof BOX_PURPOSE];

/** How much longer a box is than what is in it. */
export const DIRECT_OVERHEAD_BYTES: number = BOX_OVERHEAD_BYTES + 1;

/** Closes and opens boxes that only one other peer and we can open. */
export class DirectBoxes {
  readonly #keys: SigningKeys;
  #exchange: ExchangeKeys | undefined;
  /** Of peers we spoke with, the one spoken with the longest ago first. */
  readonly #theirs = new Map<PeerId, Uint8Array>();

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  /** Converted when they are first needed, which is long after the start. */
  get #ours(): ExchangeKeys {
    this.#exchange ??= exchangeKeysOf(this.#keys);
    return this.#exchange;
  }

  /** False for an id that is no key: others may tell us of any. */
  reaches(peer: PeerId): boolean {
    return this.#keyOf(peer) !== undefined;
  }

  /** @throws PeerError `bad-recipient` when the id is no key */
  close(purpose: BoxPurpose, to: PeerId, content: Uint8Array): Uint8Array {
    const theirs = this.#keyOf(to);
    if (theirs === undefined) {
      throw new PeerError('bad-recipient', `${to} is not the id of a peer that can be written to`);
    }
    return closeBox(Buffer.concat([Uint8Array.of(purpose), content]), theirs, this.#ours);
  }

  /** @returns undefined when it was not closed by `other` and us, or was for something else */
  open(purpose: BoxPurpose, other: PeerId, box: Uint8Array): Uint8Array | undefined {
    const theirs = this.#keyOf(other);
    const opened = theirs === undefined ? undefined : openBox(box, theirs, this.#ours);
    return opened?.[0] === purpose ? opened.subarray(1) : undefined;
  }

  #keyOf(peer: PeerId): Uint8Array | undefined {
    const known = this.#theirs.get(peer);
    this.#theirs.delete(peer);
    const publicKey = known === undefined ? publicKeyOf(peer) : undefined;
    const key = publicKey === undefined ? known : exchangeKeyOf(publicKey);
    if (key === undefined) return undefined;
    this.#theirs.set(peer, key);
    if (this.#theirs.size > BOX_KEYS_MAX) {
      const oldest = this.#theirs.keys().next();
      if (oldest.done !== true) this.#theirs.delete(oldest.value);
    }
    return key;
  }
}
