export interface SyncReporterOptions {
  readonly read: () => Readonly<Record<string, unknown>>;
  readonly report: (fields: Readonly<Record<string, unknown>>) => void;
}

/** At most this many reports a second, however fast things change. */
const INTERVAL_MS = 100;

/** Reports who is in sync: at once after a quiet time, then rarely, and only what changed. */
export class SyncReporter {
  readonly #options: SyncReporterOptions;
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #pending = false;

  constructor(options: SyncReporterOptions) {
    this.#options = options;
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#timer !== undefined) {
      this.#pending = true;
      return;
    }
    this.#report();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#pending) return;
      this.#pending = false;
      this.touch();
    }, INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #report(): void {
    const fields = this.#options.read();
    const text = JSON.stringify(fields);
    if (text === this.#last) return;
    this.#last = text;
    this.#options.report(fields);
  }
}
