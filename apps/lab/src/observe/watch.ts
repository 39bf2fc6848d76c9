import { LabError } from '../errors.js';

export interface UntilOptions {
  /** Said in the error when it does not come: "dia and eve dead everywhere". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Wakes those who wait for something to become true, after anything was observed: once a turn of
 * the event loop, however much came in it. Times are read off the observations, so none is late.
 */
export class Watch {
  readonly #looks = new Set<() => void>();
  #scheduled = false;

  /** Something was observed. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const look of [...this.#looks]) look();
    });
  }

  /**
   * Resolves with what `look` finds as soon as that is not undefined.
   * @throws LabError `timeout`, or the reason of the signal
   */
  until<T>(look: () => T | undefined, { what, timeoutMs, signal }: UntilOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#looks.delete(attempt);
        end();
      };
      const attempt = () => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const timer = setTimeout(
        () => settle(() => reject(new LabError('timeout', notInTime(what, timeoutMs)))),
        timeoutMs,
      );
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      this.#looks.add(attempt);
      attempt();
    });
  }
}

function notInTime(what: string, timeoutMs: number): string {
  return `${what}: not within ${timeoutMs / 1_000} s`;
}
