import type { Message, PeerId } from '@hearsay/core';
import { BOX_PURPOSE, type DirectBoxes } from '../direct/direct-boxes.js';
import { PeerError, reasonOf } from '../errors.js';
import type { Emitter } from '../events/emitter.js';
import { NETWORK_KEYS_MAX } from '../limits.js';
import type { KeyEvent } from './key-event.js';
import { decodeKeyNews, encodeKeyNews, installNews, KEYS_TOPIC, type KeyNews } from './key-news.js';
import type { KeyChange, KeyOutcome } from './key-state.js';
import { NETWORK_KEY_BYTES } from './keyring.js';
import { type KeyId, keyIdOf, newNetworkKey, shortKeyId } from './network-key.js';
import type { NetworkKeys } from './network-keys.js';

export interface KeyRotationOptions {
  readonly self: PeerId;
  readonly keys: NetworkKeys;
  readonly boxes: DirectBoxes;
  readonly emitter: Emitter;
  readonly readWallMs: () => number;
  readonly publish: (topic: string, payload: Uint8Array) => void;
}

/** A word from further ahead than this is not followed: it would bar all later ones. */
const AHEAD_MS_MAX = 60_000;

const CHANGES: Readonly<Record<KeyNews['kind'], KeyEvent['change']>> = {
  install: 'installed',
  use: 'used',
  remove: 'removed',
};

/**
 * Changes the keys of the network at all members, live: each step is a signed message that every
 * member applies to its own keyring. A new key travels in boxes that only their recipients open, so
 * who listens with a leaked key does not get the next one.
 */
export class KeyRotation {
  readonly #options: KeyRotationOptions;

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /**
   * Hands a key to `recipients`, and takes it ourselves.
   * @param id one that is here; undefined: a new one
   * @throws PeerError `unknown-key`, `too-many-keys`, and as a publish
   */
  install(recipients: readonly PeerId[], id?: KeyId): KeyId {
    const { self, keys, boxes, emitter } = this.#options;
    const key = id === undefined ? newNetworkKey() : this.#known(id);
    const newId = keyIdOf(key);
    if (id === undefined && keys.all.length >= NETWORK_KEYS_MAX) {
      const what = `${NETWORK_KEYS_MAX} keys are installed; remove one first`;
      throw new PeerError('too-many-keys', what);
    }
    const close = (to: PeerId): Uint8Array => boxes.close(BOX_PURPOSE.networkKey, to, key);
    const others = recipients.filter((to) => to !== self && boxes.reaches(to));
    for (const news of installNews(newId, others, close)) this.#publish(news);
    if (this.#apply({ kind: 'install', key }) === 'done') {
      emitter.emit('keys', { change: 'installed', key: newId, by: self });
    }
    return newId;
  }

  /** Has all members dial with a key. @throws PeerError `unknown-key`, and as a publish */
  use(id: KeyId): void {
    this.#known(id);
    this.#publish({ kind: 'use', id });
  }

  /** Has all members forget a key. @throws PeerError `key-in-use`, and as a publish */
  remove(id: KeyId): void {
    if (this.#options.keys.ids[0] === id) {
      throw new PeerError('key-in-use', `key ${shortKeyId(id)} is in use; use another one first`);
    }
    this.#publish({ kind: 'remove', id });
  }

  /** Applies what a member said, ourselves included. Anything that is no word on keys is ignored. */
  take({ id: { peer }, topic, payload, time }: Message): void {
    const { readWallMs, emitter } = this.#options;
    if (topic !== KEYS_TOPIC || time.ms > readWallMs() + AHEAD_MS_MAX) return;
    const news = decodeKeyNews(payload);
    if (news === undefined) return;
    const change = this.#changeOf(news, peer, time);
    if (change === undefined) return;
    const outcome = this.#apply(change);
    if (outcome === 'done') {
      emitter.emit('keys', { change: CHANGES[news.kind], key: news.id, by: peer });
    }
    this.#warnOf(news, outcome);
  }

  #changeOf(news: KeyNews, peer: PeerId, { ms, counter }: Message['time']): KeyChange | undefined {
    if (news.kind !== 'install') {
      const { kind, id } = news;
      return kind === 'use' ? { kind, id, at: { ms, counter, peer } } : { kind, id };
    }
    const box = news.boxes.get(this.#options.self);
    const key = box && this.#options.boxes.open(BOX_PURPOSE.networkKey, peer, box);
    // Handed to others; or it is not what it is said to be.
    if (key?.length !== NETWORK_KEY_BYTES || keyIdOf(key) !== news.id) return undefined;
    return { kind: 'install', key: Buffer.from(key) };
  }

  #apply(change: KeyChange): KeyOutcome {
    const { outcome, saved } = this.#options.keys.change(change);
    saved.catch((error: unknown) => {
      this.#warn('network-unwritable', `the keys of the network are not kept: ${reasonOf(error)}`);
    });
    return outcome;
  }

  #warnOf({ id }: KeyNews, outcome: KeyOutcome): void {
    const key = `key ${shortKeyId(id)}`;
    if (outcome === 'in-use')
      this.#warn('key-in-use', `${key} was removed by others: kept, as it is in use here`);
    if (outcome === 'full')
      this.#warn('too-many-keys', `${key} is not taken: ${NETWORK_KEYS_MAX} others are here`);
  }

  #warn(code: string, message: string): void {
    this.#options.emitter.emit('warning', { code, message });
  }

  #known(id: KeyId): Uint8Array {
    const key = this.#options.keys.keyOf(id);
    if (key === undefined)
      throw new PeerError('unknown-key', `there is no key ${shortKeyId(id)} here`);
    return key;
  }

  #publish(news: KeyNews): void {
    this.#options.publish(KEYS_TOPIC, encodeKeyNews(news));
  }
}
