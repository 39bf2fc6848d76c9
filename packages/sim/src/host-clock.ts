import type { Now } from '@hearsay/core';
import { US_PER_MS } from './timeline.js';

/** Wall time at the start of every simulation: 2023-11-14T22:13:20Z, any fixed instant would do. */
const EPOCH_MS = 1_700_000_000_000;

/** The two clocks of one machine. The monotonic one counts from its own zero, as real ones do. */
export class HostClock {
  readonly #monotonicBaseMs: number;
  #offsetMs = 0;
  #driftPpm = 0;
  #driftSinceUs = 0;

  constructor(monotonicBaseMs: number) {
    this.#monotonicBaseMs = monotonicBaseMs;
  }

  read(us: number): Now {
    const ms = Math.floor(us / US_PER_MS);
    return {
      monotonicMs: this.#monotonicBaseMs + ms,
      wallMs: EPOCH_MS + Math.floor(us / US_PER_MS + this.#offsetAt(us)),
    };
  }

  /** The virtual time at which the monotonic clock shows this. */
  toUs(monotonicMs: number): number {
    return Math.ceil((monotonicMs - this.#monotonicBaseMs) * US_PER_MS);
  }

  /** How far the wall clock is from the truth. */
  errorMs(us: number): number {
    return this.#offsetAt(us);
  }

  /** Puts the wall clock this far from the truth, in a jump. The monotonic one never jumps. */
  setErrorMs(us: number, errorMs: number): void {
    this.#offsetMs = errorMs;
    this.#driftSinceUs = us;
  }

  /** From now on the wall clock gains this many microseconds a second. */
  setDriftPpm(us: number, driftPpm: number): void {
    this.#offsetMs = this.#offsetAt(us);
    this.#driftSinceUs = us;
    this.#driftPpm = driftPpm;
  }

  #offsetAt(us: number): number {
    const elapsedMs = (us - this.#driftSinceUs) / US_PER_MS;
    return this.#offsetMs + (elapsedMs * this.#driftPpm) / 1_000_000;
  }
}
