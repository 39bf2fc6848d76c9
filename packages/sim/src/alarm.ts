import type { Random } from '@hearsay/core';
import type { Timeline } from './timeline.js';

/** One timer in so many fires before its time; event loops round. */
const EARLY_ONE_IN = 32;

/** The one timer of a process: it fires a little late, and now and then a little early. */
export class Alarm {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #slopUs: number;
  readonly #ring: () => void;
  #dueUs = Number.POSITIVE_INFINITY;
  #takenMs = 0;
  #taken = 0;
  #armedUs = Number.POSITIVE_INFINITY;

  constructor(timeline: Timeline, random: Random, slopUs: number, ring: () => void) {
    this.#timeline = timeline;
    this.#random = random;
    this.#slopUs = slopUs;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#dueUs < Number.POSITIVE_INFINITY;
  }

  get isDue(): boolean {
    return this.#dueUs <= this.#timeline.nowUs;
  }

  /** Replaces the time before. A past one rings at once, in a turn of its own. */
  set(atUs: number): void {
    this.#dueUs = Math.max(atUs, this.#timeline.nowUs + 1);
    this.#arm();
  }

  /** Uses the time up. @returns how often it was used up in this millisecond */
  take(): number {
    this.#dueUs = Number.POSITIVE_INFINITY;
    const ms = Math.floor(this.#timeline.nowMs);
    this.#taken = ms === this.#takenMs ? this.#taken + 1 : 1;
    this.#takenMs = ms;
    return this.#taken;
  }

  /** Keeps one event in the queue that is no later than the due time. */
  #arm(): void {
    if (this.#dueUs >= this.#armedUs) return;
    const armedUs = this.#dueUs;
    this.#armedUs = armedUs;
    const slopUs = this.#drawSlop();
    this.#timeline.at(armedUs + slopUs, () => {
      if (this.#armedUs === armedUs) this.#armedUs = Number.POSITIVE_INFINITY;
      if (this.#dueUs + Math.min(0, slopUs) <= this.#timeline.nowUs) this.#ring();
      else this.#arm();
    });
  }

  #drawSlop(): number {
    const early = this.#random.below(EARLY_ONE_IN) === 0;
    const slopUs = this.#random.below(this.#slopUs + 1);
    return early ? -slopUs : slopUs;
  }
}
