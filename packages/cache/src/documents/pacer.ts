/**
 * Runs one piece of work soon after it is asked for: at the end of the turn when idle, and after
 * heavy work not before as much time has passed as that took. So it takes at most half of the time,
 * and what comes meanwhile is done together.
 */
export class Pacer {
  readonly #work: () => void;
  #notBeforeMs = 0;
  #cancel: (() => void) | undefined;

  constructor(work: () => void) {
    this.#work = work;
  }

  request(): void {
    if (this.#cancel !== undefined) return;
    const waitMs = this.#notBeforeMs - performance.now();
    // Timers are good for whole milliseconds; less than half of one is over by the end of the turn.
    if (waitMs < 0.5) {
      const immediate = setImmediate(() => this.#run());
      this.#cancel = () => clearImmediate(immediate);
      return;
    }
    const timer = setTimeout(() => this.#run(), waitMs);
    this.#cancel = () => clearTimeout(timer);
  }

  /** Does it now, if it was asked for. */
  flush(): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#run();
  }

  #run(): void {
    this.#cancel = undefined;
    const startedMs = performance.now();
    this.#work();
    const endedMs = performance.now();
    this.#notBeforeMs = endedMs + (endedMs - startedMs);
  }
}
