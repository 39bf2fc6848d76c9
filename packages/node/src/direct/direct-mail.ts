import type { Message, PeerId } from '@hearsay/core';
import type { PeerCounters } from '../api.js';
import { PeerError } from '../errors.js';
import type { DirectContent } from '../messages/delivered-message.js';
import { BOX_PURPOSE, type DirectBoxes } from './direct-boxes.js';
import { isDirectTopic, otherEnd } from './direct-topic.js';

/** Tells direct messages that are for us, or from us, from those that we only carry. */
export class DirectMail {
  readonly #self: PeerId;
  readonly #boxes: DirectBoxes;
  #carried = 0;
  #unreadable = 0;

  constructor(self: PeerId, boxes: DirectBoxes) {
    this.#self = self;
    this.#boxes = boxes;
  }

  get counters(): Pick<PeerCounters, 'directCarried' | 'directUnreadable'> {
    return { directCarried: this.#carried, directUnreadable: this.#unreadable };
  }

  /** @throws PeerError `bad-recipient` */
  close(to: PeerId, content: Uint8Array): Uint8Array {
    if (to === this.#self)
      throw new PeerError('bad-recipient', 'a direct message needs another peer');
    return this.#boxes.close(BOX_PURPOSE.message, to, content);
  }

  /** What two may read; undefined for everything else in reserved topics. */
  open({ id, topic, payload }: Message): DirectContent | undefined {
    const author = id.peer;
    const other = otherEnd(topic, this.#self);
    // Nobody speaks in a conversation of two others.
    if (other === undefined || (author !== this.#self && author !== other)) return undefined;
    const opened = this.#boxes.open(BOX_PURPOSE.message, other, payload);
    if (opened === undefined) return undefined;
    return { payload: opened, to: author === this.#self ? other : this.#self };
  }

  /** Counts a message that has just come. */
  count(message: Message): void {
    if (!isDirectTopic(message.topic) || message.id.peer === this.#self) return;
    if (otherEnd(message.topic, this.#self) === undefined) this.#carried += 1;
    else if (this.open(message) === undefined) this.#unreadable += 1;
  }
}
