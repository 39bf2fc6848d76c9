/** A time that agrees with cause and effect and stays near the wall clock. */
export interface HlcTime {
  /** Milliseconds since 1970. */
  readonly ms: number;
  /** Tells apart events of one millisecond. */
  readonly counter: number;
}

const COUNTER_MAX = 0xffff;

/** Total order of times; ties are broken by the caller (by stream). */
export function compareTimes(left: HlcTime, right: HlcTime): number {
  return left.ms - right.ms || left.counter - right.counter;
}

/**
 * Hybrid logical clock (Kulkarni, Demirbas et al. 2014, figure 5).
 *
 * Reads the wall clock as an argument. A remote time further ahead than `aheadMaxMs` moves us no
 * further than that, so that one peer with a clock a year ahead cannot drag everybody along.
 */
export class HybridLogicalClock {
  readonly #aheadMaxMs: number;
  #ms = 0;
  #counter = 0;

  constructor(aheadMaxMs: number) {
    this.#aheadMaxMs = aheadMaxMs;
  }

  /** The time of an event here and now; always later than every time seen. */
  tick(wallMs: number): HlcTime {
    this.#advance(wallMs);
    return { ms: this.#ms, counter: this.#counter };
  }

  /** Takes note of a time that came with a message. @returns false when it lies too far ahead */
  witness(remote: HlcTime, wallMs: number): boolean {
    const bound = wallMs + this.#aheadMaxMs;
    if (remote.ms > bound) return false;
    if ((remote.ms - this.#ms || remote.counter - this.#counter) > 0) {
      this.#ms = remote.ms;
      this.#counter = remote.counter;
    }
    return true;
  }

  #advance(wallMs: number): void {
    if (wallMs > this.#ms) {
      this.#ms = wallMs;
      this.#counter = 0;
    } else if (this.#counter < COUNTER_MAX) {
      this.#counter += 1;
    } else {
      // More than 65,535 events in a millisecond: borrow the next one rather than repeat a time.
      this.#ms += 1;
      this.#counter = 0;
    }
  }
}
