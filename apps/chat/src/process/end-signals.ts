const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a shell reports for a process that a signal ended. */
const SIGNAL_EXIT_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<(typeof SIGNALS)[number], number>> = {
  SIGINT: 2,
  SIGTERM: 15,
  SIGHUP: 1,
};

/**
 * The first signal is a wish to leave in peace, the second one ends the process. A reader of
 * stdout that went away (`| head`) counts as such a wish too: there is nobody to write for.
 */
export class EndSignals {
  readonly first: Promise<'signal' | 'unread'>;
  #wished = false;
  #wish: (ending: 'signal' | 'unread') => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => {
      this.#wish = resolve;
    });
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.stdout.on('error', this.#onUnread);
  }

  /** Only signals: a stream without a listener would still throw while the process ends. */
  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#wished)
      process.exit(
        SIGNAL_EXIT_BASE +
          (signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP'
            ? SIGNAL_NUMBERS[signal]
            : 0),
      );
    this.#wished = true;
    this.#wish('signal');
  };

  readonly #onUnread = (): void => this.#wish('unread');
}
