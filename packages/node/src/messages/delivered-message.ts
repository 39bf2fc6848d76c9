import {
  formatMessageId,
  type HlcTime,
  type Message,
  type MessageId,
  type PeerId,
  type StreamId,
} from '@hearsay/core';
import type { PeerMessage } from '../api.js';

const decoder = new TextDecoder();

/** Who wrote a message, as far as it is known here. */
export interface Author {
  readonly from: PeerMessage['from'];
  readonly own: boolean;
}

/** What a message in a reserved topic is to us. */
export interface DirectContent {
  readonly payload: Uint8Array;
  readonly to: PeerId;
}

/** A delivered message; what not every reader needs is made when it is read. */
export class DeliveredMessage implements PeerMessage {
  readonly id: MessageId;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly from: PeerMessage['from'];
  readonly time: HlcTime;
  readonly own: boolean;
  readonly to: PeerId | undefined;
  readonly #message: Message;
  #text: string | undefined;

  constructor(message: Message, author: Author, direct?: DirectContent) {
    const { id, topic, payload, time } = message;
    this.#message = message;
    this.id = id;
    this.topic = topic;
    this.payload = direct?.payload ?? payload;
    this.from = author.from;
    this.time = time;
    this.own = author.own;
    this.to = direct?.to;
  }

  /** Put together when it is asked for. */
  get clock(): readonly (readonly [StreamId, number])[] {
    return this.#message.clock;
  }

  get direct(): boolean {
    return this.to !== undefined;
  }

  get key(): string {
    return formatMessageId(this.id);
  }

  get text(): string {
    this.#text ??= decoder.decode(this.payload);
    return this.#text;
  }
}
