import { signalsPerSecondMax } from './limits.js';

const SECOND_MS = 1_000;

/** Counts signals of one source, second by second. */
export class Rate {
  #fromMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** @returns false for one too many in this second */
  allows(nowMs: number): boolean {
    if (nowMs >= this.#fromMs + SECOND_MS) {
      this.#fromMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= signalsPerSecondMax;
  }
}
