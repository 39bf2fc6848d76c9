import { formatMessageId, type Message, type PeerId } from '@hearsay/core';
import type { PeerMessage } from '../api.js';
import { isReservedTopic } from '../direct/reserved-topic.js';
import { type Author, DeliveredMessage, type DirectContent } from './delivered-message.js';
import { Subscription } from './subscription.js';

/** What the inbox needs. */
export interface InboxOptions {
  readonly self: PeerId;
  readonly nickOf: (peer: PeerId) => string | undefined;
  readonly subscriberQueueMax: number;
  /** Undefined for a message in a reserved topic that is not ours to read. */
  readonly openDirect: (message: Message) => DirectContent | undefined;
  /** Told of every message in a reserved topic, ours or not. */
  readonly onReserved: (message: Message) => void;
  readonly hasListeners: () => boolean;
  readonly emit: (message: PeerMessage) => void;
  readonly onOverflow: (topic: string) => void;
}

/** What a new subscription starts with. */
export interface SubscribeOptions {
  readonly signal: AbortSignal | undefined;
  readonly history: readonly Message[];
  /**
   * True when effects are still being carried out: some of the history may be among them, and
   * must not come twice.
   */
  readonly overlaps: boolean;
}

/** Hands delivered messages to listeners and subscriptions; without any it costs nothing. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #byTopic = new Map<string, Set<Subscription>>();
  /** Messages that a subscription has from the history and that are still to be delivered. */
  readonly #alreadyHas = new Map<Subscription, ReadonlySet<string>>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** @param messages of one author, in the order to show them */
  deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      if (isReservedTopic(message.topic)) this.#options.onReserved(message);
    }
    const listened = this.#options.hasListeners();
    const [first] = messages;
    if (first === undefined || (!listened && this.#byTopic.size === 0)) return;
    const author = this.#authorOf(first.id.peer); // What comes together has one author.
    for (const message of messages) {
      const subscriptions = this.#byTopic.get(message.topic);
      if (!listened && subscriptions === undefined) continue;
      const delivered = this.#read(message, author);
      if (delivered === undefined) continue;
      if (subscriptions !== undefined) this.#push(subscriptions, delivered);
      if (listened) this.#options.emit(delivered);
    }
  }

  subscribe(topic: string, { signal, history, overlaps }: SubscribeOptions): Subscription {
    const subscription: Subscription = new Subscription({
      queueMax: this.#options.subscriberQueueMax,
      signal,
      onOverflow: () => this.#options.onOverflow(topic),
      onEnd: () => this.#remove(topic, subscription),
    });
    if (signal?.aborted === true) {
      subscription.end();
      return subscription;
    }
    for (const message of history) {
      const described = this.describe(message);
      if (described !== undefined) subscription.push(described);
    }
    this.#add(topic, subscription);
    if (overlaps) {
      this.#alreadyHas.set(subscription, new Set(history.map(({ id }) => formatMessageId(id))));
      // Effects are carried out without a pause, so all of them are through by then.
      queueMicrotask(() => this.#alreadyHas.delete(subscription));
    }
    return subscription;
  }

  /** @returns undefined when it is not ours to read */
  describe(message: Message): PeerMessage | undefined {
    return this.#read(message, this.#authorOf(message.id.peer));
  }

  /** Ends every subscription. */
  close(): void {
    for (const subscriptions of [...this.#byTopic.values()]) {
      for (const subscription of [...subscriptions]) subscription.end();
    }
  }

  #read(message: Message, author: Author): DeliveredMessage | undefined {
    if (!isReservedTopic(message.topic)) return new DeliveredMessage(message, author);
    const direct = this.#options.openDirect(message);
    return direct === undefined ? undefined : new DeliveredMessage(message, author, direct);
  }

  #authorOf(id: PeerId): Author {
    return { from: { id, nick: this.#options.nickOf(id) }, own: id === this.#options.self };
  }

  #push(subscriptions: ReadonlySet<Subscription>, message: PeerMessage): void {
    for (const subscription of subscriptions) {
      if (this.#alreadyHas.get(subscription)?.has(message.key) !== true) subscription.push(message);
    }
  }

  #add(topic: string, subscription: Subscription): void {
    const subscriptions = this.#byTopic.get(topic);
    if (subscriptions === undefined) this.#byTopic.set(topic, new Set([subscription]));
    else subscriptions.add(subscription);
  }

  #remove(topic: string, subscription: Subscription): void {
    const subscriptions = this.#byTopic.get(topic);
    if (subscriptions?.delete(subscription) !== true) return;
    if (subscriptions.size === 0) this.#byTopic.delete(topic);
  }
}
