import type { Message } from '@hearsay/core';
import type { Emitter } from '../events/emitter.js';
import { KeyRotation } from '../network/key-rotation.js';
import type { NetworkKeys } from '../network/network-keys.js';
import { warnOfStrangeKeys } from '../network/strange-keys.js';
import type { Identity } from '../profile/profile.js';
import { DirectBoxes } from './direct-boxes.js';
import { DirectMail } from './direct-mail.js';

export interface ReservedTopicsOptions {
  readonly identity: Identity;
  readonly keys: NetworkKeys;
  readonly emitter: Emitter;
  readonly readWallMs: () => number;
  readonly publish: (topic: string, payload: Uint8Array) => void;
}

/** What travels in topics that are not for applications: direct messages, and changes of keys. */
export class ReservedTopics {
  readonly mail: DirectMail;
  readonly rotation: KeyRotation;
  /** Ends what it waits for. Idempotent. */
  readonly close: () => void;

  constructor({ identity, keys, emitter, readWallMs, publish }: ReservedTopicsOptions) {
    const boxes = new DirectBoxes(identity.keys);
    const self = identity.id;
    this.mail = new DirectMail(self, boxes);
    this.rotation = new KeyRotation({ self, keys, boxes, emitter, readWallMs, publish });
    this.close = warnOfStrangeKeys(emitter, keys);
  }

  /** Takes note of a message that has just come. */
  take(message: Message): void {
    this.mail.count(message);
    this.rotation.take(message);
  }
}
