import type { RuntimeTimers } from '../timers.js';

/** What the announcer needs. */
export interface AnnouncerOptions {
  readonly timers: Pick<
    RuntimeTimers,
    'announceEarlyMs' | 'announceIntervalMs' | 'announceAnswerDelayMs' | 'announceAnswerIntervalMs'
  >;
  readonly readMonotonicMs: () => number;
  /** A number in 0 .. 1, so that peers that start together do not speak together. */
  readonly random: () => number;
  readonly announce: () => void;
}

/**
 * When to announce: often at the start, seldom later, and soon after somebody new was heard.
 *
 * Everybody answers a newcomer, so that it learns all peers at once. However many come together,
 * one answer serves them: at most one goes out in `announceAnswerIntervalMs`.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #early: readonly number[] = [];
  #periodic: NodeJS.Timeout | undefined;
  #answer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#startedMs = this.#options.readMonotonicMs();
    this.#early = this.#options.timers.announceEarlyMs;
    this.#options.announce();
    this.#schedule();
  }

  /** Somebody was heard who may not know us yet. */
  answerSoon(): void {
    if (this.#answer !== undefined) return;
    const { announceAnswerDelayMs, announceAnswerIntervalMs } = this.#options.timers;
    const sinceMs = this.#options.readMonotonicMs() - this.#answeredMs;
    const pauseMs = Math.max(0, announceAnswerIntervalMs - sinceMs);
    this.#answer = setTimeout(
      () => {
        this.#answer = undefined;
        this.#answeredMs = this.#options.readMonotonicMs();
        this.#options.announce();
      },
      pauseMs + announceAnswerDelayMs * this.#options.random(),
    );
  }

  close(): void {
    clearTimeout(this.#periodic);
    clearTimeout(this.#answer);
  }

  #schedule(): void {
    this.#periodic = setTimeout(() => {
      this.#options.announce();
      this.#schedule();
    }, this.#nextWaitMs());
  }

  #nextWaitMs(): number {
    const [next, ...rest] = this.#early;
    const elapsedMs = this.#options.readMonotonicMs() - this.#startedMs;
    if (next !== undefined) {
      this.#early = rest;
      return Math.max(0, next - elapsedMs);
    }
    return this.#options.timers.announceIntervalMs * (0.75 + this.#options.random() / 2);
  }
}
