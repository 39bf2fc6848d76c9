import type { MessageId, Receipt } from '@hearsay/core';

/** What the window needs. */
export interface PublishWindowOptions {
  /** Payload under way to others before the window is full, when few others are there. */
  readonly windowBytes: number;
  /** What all publishers together may have under way to one peer; shared by those who are live. */
  readonly sharedWindowBytes: number;
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
/** However many others there are, a window is at least this part of a whole one. */
const LEAST_PART = 16;

/**
 * How much of what we published some live peer does not hold yet.
 *
 * A socket takes megabytes before it says that it is full. A publisher that fills them makes
 * everything behind, probes too, wait for seconds, and a peer that answers late looks dead. What
 * others hold they tell all the time, so that is the measure. Whoever receives from many waits for
 * the sum of their windows, so more live peers make each one smaller. A peer that stands still does
 * not stop the others: the window then opens once every `laggardMs`.
 */
export class PublishWindow {
  readonly #options: PublishWindowOptions;
  #marks: Mark[] = [];
  #newest: Mark | undefined;
  #publishedBytes = 0;
  #heldBytes = 0;
  #progressMs = 0;
  #windowBytes: number;

  constructor(options: PublishWindowOptions) {
    this.#options = options;
    this.#windowBytes = options.windowBytes;
  }

  get full(): boolean {
    return this.#publishedBytes - this.#heldBytes > this.#windowBytes;
  }

  published(id: MessageId, bytes: number, nowMs: number): void {
    if (this.#marks.length === 0) this.#progressMs = nowMs;
    this.#publishedBytes += bytes;
    this.#newest = { id, bytes: this.#publishedBytes };
    const lastMark = this.#marks.at(-1)?.bytes ?? this.#heldBytes;
    if (this.#publishedBytes - lastMark < this.#windowBytes / MARKS_PER_WINDOW) return;
    this.#marks.push(this.#newest);
  }

  /** Looks at who holds what by now. */
  check(nowMs: number): void {
    this.#markNewest();
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

  /** The window may have shrunk below the distance of marks: it must have one to open again. */
  #markNewest(): void {
    if (this.full && this.#marks.length === 0 && this.#newest !== undefined) {
      this.#marks.push(this.#newest);
    }
  }

  #isHeld(id: MessageId): boolean {
    const { windowBytes, sharedWindowBytes, receipt } = this.#options;
    const { held, live } = receipt(id);
    const share = Math.max(sharedWindowBytes / Math.max(live, 1), windowBytes / LEAST_PART);
    this.#windowBytes = Math.min(windowBytes, share);
    return held >= live;
  }
}
