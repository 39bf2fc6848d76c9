/** What the pace is set by; see `Limits` and `Config`. */
export interface DialPaceOptions {
  /** Dials that may start in a row: `dialGapMs` apart, and as much more for each that nobody answered yet. */
  readonly hearsayDialsMax: number;
  readonly hearsayDialsPerSecondMax: number;
  readonly dialGapMs: number;
}

const SECOND_MS = 1_000;

/**
 * How fast peers are dialled that were only heard of. An address costs nothing to invent, and a dial
 * costs a connection: so many at once, the rest by the second (a token bucket), and a few
 * milliseconds between two, so that what else there is to do gets its turn. Whoever is met gives its
 * place back, so a crowd that is really there is dialled as fast as it answers, and the gaps grow with those
 * that did not: a dial that leads nowhere costs a millisecond or two, and nobody must wait for many.
 */
export class DialPace {
  readonly #options: DialPaceOptions;
  #tokens: number;
  #filledMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: DialPaceOptions) {
    this.#options = options;
    this.#tokens = options.hearsayDialsMax;
  }

  /** When the next one may start: `nowMs` or later. */
  nextMs(nowMs: number): number {
    const { hearsayDialsMax, hearsayDialsPerSecondMax, dialGapMs } = this.#options;
    this.#fill(nowMs);
    const missing = Math.max(0, 1 - this.#tokens);
    const filledMs = nowMs + Math.ceil((missing * SECOND_MS) / hearsayDialsPerSecondMax);
    const unanswered = Math.ceil(hearsayDialsMax - this.#tokens);
    return Math.max(filledMs, this.#lastMs + dialGapMs * (1 + unanswered));
  }

  /** One starts now. */
  take(nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.max(0, this.#tokens - 1);
    this.#lastMs = nowMs;
  }

  /** Somebody answered where we dialled. */
  met(): void {
    this.#tokens = Math.min(this.#options.hearsayDialsMax, this.#tokens + 1);
  }

  #fill(nowMs: number): void {
    const { hearsayDialsMax, hearsayDialsPerSecondMax } = this.#options;
    const earned = ((nowMs - this.#filledMs) * hearsayDialsPerSecondMax) / SECOND_MS;
    this.#tokens = Math.min(hearsayDialsMax, this.#tokens + earned);
    this.#filledMs = nowMs;
  }
}
