/** What the watch needs. */
export interface LoopHealthOptions {
  readonly sampleMs: number;
  readonly reportMs: number;
  readonly readMonotonicMs: () => number;
  /** The longest delay since the last report. */
  readonly onReport: (loopDelayMs: number) => void;
}

/**
 * Measures how late this process runs its timers: a peer that is late itself must not call
 * others slow. A plain timer sees what `monitorEventLoopDelay` sees and wakes an idle process
 * ten times less often.
 */
export class LoopHealth {
  readonly #options: LoopHealthOptions;
  readonly #timer: NodeJS.Timeout;
  #expectedMs: number;
  #reportAtMs: number;
  #worstMs = 0;

  constructor(options: LoopHealthOptions) {
    this.#options = options;
    const nowMs = options.readMonotonicMs();
    this.#expectedMs = nowMs + options.sampleMs;
    this.#reportAtMs = nowMs + options.reportMs;
    this.#timer = setInterval(() => this.#sample(), options.sampleMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const nowMs = this.#options.readMonotonicMs();
    this.#worstMs = Math.max(this.#worstMs, nowMs - this.#expectedMs);
    this.#expectedMs = nowMs + this.#options.sampleMs;
    if (nowMs < this.#reportAtMs) return;
    const loopDelayMs = this.#worstMs;
    this.#worstMs = 0;
    this.#reportAtMs = nowMs + this.#options.reportMs;
    this.#options.onReport(loopDelayMs);
  }
}
