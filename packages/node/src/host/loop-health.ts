/** What the watch needs. */
export interface LoopHealthOptions {
  readonly intervalMs: number;
  readonly readMonotonicMs: () => number;
  /** The longest delay since the last report. */
  readonly onReport: (loopDelayMs: number) => void;
}

/**
 * How late this process runs its timers: a peer that is late itself must not call others slow.
 *
 * It looks at timers that are there anyway. `monitorEventLoopDelay` would wake an idle process a
 * hundred times a second for the same answer, and to wake up is most of what an idle peer costs.
 */
export class LoopHealth {
  readonly #options: LoopHealthOptions;
  readonly #timer: NodeJS.Timeout;
  #expectedMs: number;
  #worstMs = 0;
  #reportedMs = 0;
  constructor(options: LoopHealthOptions) {
    this.#options = options;
    this.#expectedMs = options.readMonotonicMs() + options.intervalMs;
    this.#timer = setInterval(() => this.#report(), options.intervalMs);
  }

  /** Some timer fired this much too late. */
  observe(lateMs: number): void {
    this.#worstMs = Math.max(this.#worstMs, lateMs);
  }

  /** The longest delay of this period and the one before. */
  get delayMs(): number {
    return Math.max(this.#worstMs, this.#reportedMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    const nowMs = this.#options.readMonotonicMs();
    this.observe(nowMs - this.#expectedMs);
    this.#expectedMs = nowMs + this.#options.intervalMs;
    const loopDelayMs = this.#worstMs;
    this.#worstMs = 0;
    this.#reportedMs = loopDelayMs;
    this.#options.onReport(loopDelayMs);
  }
}
