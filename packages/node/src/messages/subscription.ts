import type { PeerMessage } from '../api.js';

/** What a subscription needs. */
export interface SubscriptionOptions {
  readonly queueMax: number;
  readonly signal: AbortSignal | undefined;
  /** Called once for each time the reader fell behind, with the messages it lost until it caught up. */
  readonly onOverflow: () => void;
  /** Called once when it ends, however it ends. */
  readonly onEnd: () => void;
}

type Result = IteratorResult<PeerMessage, undefined>;

const DONE: Result = { done: true, value: undefined };

/**
 * Messages waiting for one reader. A slow reader loses the oldest and is told so; it never holds
 * up the mesh. Read it with one `for await`: two readers would share the messages.
 */
export class Subscription implements AsyncIterableIterator<PeerMessage> {
  readonly #options: SubscriptionOptions;
  #waiting: PeerMessage[] = [];
  #readers: ((result: Result) => void)[] = [];
  #overflowing = false;
  #ended = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  push(message: PeerMessage): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: message });
      return;
    }
    this.#waiting.push(message);
    if (this.#waiting.length <= this.#options.queueMax) return;
    this.#waiting.shift();
    if (this.#overflowing) return;
    this.#overflowing = true;
    this.#options.onOverflow();
  }

  /** No more messages come; those that wait can still be read. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#options.onEnd();
    for (const reader of this.#readers.splice(0)) reader(DONE);
  }

  next(): Promise<Result> {
    const value = this.#waiting.shift();
    if (value !== undefined) {
      if (this.#waiting.length === 0) this.#overflowing = false;
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  return(): Promise<Result> {
    this.#waiting = [];
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onAbort = (): void => this.end();
}
