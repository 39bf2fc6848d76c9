import type { MessageId, Receipt } from '@hearsay/core';

/** What the window needs. */
export interface PublishWindowOptions {
  /** Payload under way to others before the window is full. */
  readonly windowBytes: number;
  /** Without any progress for this long the window opens again. */
  readonly laggardMs: number;
  readonly receipt: (id: MessageId) => Receipt;
}

interface Mark {
  readonly id: MessageId;
  /** All published up to and with that message. */
  readonly bytes: number;
}

/** Marks in one window: more look at it more often, fewer let it move in larger jumps. */
const MARKS_PER_WINDOW = 8;

/**
 * How much of what we published some live peer does not hold yet.
 *
 * A socket takes megabytes before it says that it is full. A publisher that fills them makes
 * everything behind, probes too, wait for seconds, and a peer that answers late looks dead. What
 * others hold they tell all the time, so that is the measure. A peer that stands still does not
 * stop the others: the window then opens once every `laggardMs`.
 */
export class PublishWindow {
  readonly #options: PublishWindowOptions;
  #marks: Mark[] = [];
  #publishedBytes = 0;
  #heldBytes = 0;
  #progressMs = 0;

  constructor(options: PublishWindowOptions) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#publishedBytes - this.#heldBytes > this.#options.windowBytes;
  }

  published(id: MessageId, bytes: number, nowMs: number): void {
    if (this.#marks.length === 0) this.#progressMs = nowMs;
    this.#publishedBytes += bytes;
    const lastMark = this.#marks.at(-1)?.bytes ?? this.#heldBytes;
    if (this.#publishedBytes - lastMark < this.#options.windowBytes / MARKS_PER_WINDOW) return;
    this.#marks.push({ id, bytes: this.#publishedBytes });
  }

  /** Looks at who holds what by now. */
  check(nowMs: number): void {
    const reached = this.#marks.findIndex(({ id }) => !this.#isHeld(id));
    const held = reached < 0 ? this.#marks.length : reached;
    if (held > 0) {
      this.#heldBytes = this.#marks[held - 1]?.bytes ?? this.#heldBytes;
      this.#marks = this.#marks.slice(held);
      this.#progressMs = nowMs;
    } else if (this.full && nowMs - this.#progressMs >= this.#options.laggardMs) {
      this.#marks = [];
      this.#heldBytes = this.#publishedBytes;
    }
  }

  #isHeld(id: MessageId): boolean {
    const { held, live } = this.#options.receipt(id);
    return held >= live;
  }
}
