import { formatMessageId, type Message, type PeerId } from '@hearsay/core';
import type { PeerMessage } from '../api.js';
import { type Author, DeliveredMessage } from './delivered-message.js';
import { Subscription } from './subscription.js';

/** What the inbox needs. */
export interface InboxOptions {
  readonly self: PeerId;
  readonly nickOf: (peer: PeerId) => string | undefined;
  readonly subscriberQueueMax: number;
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
    const listened = this.#options.hasListeners();
    const [first] = messages;
    if (first === undefined || (!listened && this.#byTopic.size === 0)) return;
    const author = this.#authorOf(first.id.peer); // What comes together has one author.
    for (const message of messages) {
      const subscriptions = this.#byTopic.get(message.topic);
      if (!listened && subscriptions === undefined) continue;
      const delivered = new DeliveredMessage(message, author);
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
    for (const message of history) subscription.push(this.describe(message));
    this.#add(topic, subscription);
    if (overlaps) {
      this.#alreadyHas.set(subscription, new Set(history.map(({ id }) => formatMessageId(id))));
      // Effects are carried out without a pause, so all of them are through by then.
      queueMicrotask(() => this.#alreadyHas.delete(subscription));
    }
    return subscription;
  }

  describe(message: Message): PeerMessage {
    return new DeliveredMessage(message, this.#authorOf(message.id.peer));
  }

  /** Ends every subscription. */
  close(): void {
    for (const subscriptions of [...this.#byTopic.values()]) {
      for (const subscription of [...subscriptions]) subscription.end();
    }
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
