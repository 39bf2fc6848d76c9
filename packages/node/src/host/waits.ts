import { PeerError } from '../errors.js';
import { TIMER_MS_MAX } from '../timers.js';

/** What to wait for. */
export interface WaitOptions<Result> {
  /** The result once it is there. */
  readonly ready: () => Result | undefined;
  /** Undefined, or longer than a timer runs (24 days): as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What did not happen, for the `timeout` error. */
  readonly missing: () => string;
}

interface Wait {
  /** True when it is over. */
  readonly check: () => boolean;
  readonly fail: (error: unknown) => void;
}

/** Promises that a look at the state can fulfil; looked at no more often than every `intervalMs`. */
export class Waits {
  readonly #waits = new Set<Wait>();
  readonly #intervalMs: number;
  readonly #readMonotonicMs: () => number;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #later: NodeJS.Timeout | undefined;
  #closed: unknown;

  constructor(intervalMs: number, readMonotonicMs: () => number) {
    this.#intervalMs = intervalMs;
    this.#readMonotonicMs = readMonotonicMs;
  }

  get waiting(): boolean {
    return this.#waits.size > 0;
  }

  /**
   * @throws PeerError `timeout`, `closed`, or the signal's reason
   */
  wait<Result>({ ready, timeoutMs, signal, missing }: WaitOptions<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return void reject(this.#closed);
      if (signal?.aborted === true) return void reject(signal.reason);
      const found = ready();
      if (found !== undefined) return void resolve(found);
      let timer: NodeJS.Timeout | undefined;
      const onAbort = (): void => wait.fail(signal?.reason);
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waits.delete(wait);
      };
      const wait: Wait = {
        check: () => {
          const result = ready();
          if (result === undefined) return false;
          settle();
          resolve(result);
          return true;
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      this.#waits.add(wait);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (timeoutMs === undefined || timeoutMs > TIMER_MS_MAX) return;
      timer = setTimeout(() => {
        if (!wait.check()) wait.fail(new PeerError('timeout', missing()));
      }, timeoutMs);
    });
  }

  /** Something may have changed. */
  check(): void {
    if (this.#waits.size === 0 || this.#later !== undefined) return;
    const sinceMs = this.#readMonotonicMs() - this.#checkedMs;
    if (sinceMs >= this.#intervalMs) return this.#checkAll();
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.#checkAll();
    }, this.#intervalMs - sinceMs);
  }

  /** Rejects everything that waits, and whatever comes later. */
  close(error: unknown): void {
    this.#closed = error;
    clearTimeout(this.#later);
    for (const wait of [...this.#waits]) wait.fail(error);
  }

  #checkAll(): void {
    this.#checkedMs = this.#readMonotonicMs();
    for (const wait of [...this.#waits]) wait.check();
  }
}
