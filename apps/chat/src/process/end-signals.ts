import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a shell reports for a process that a signal ended. */
const SIGNAL_EXIT_BASE = 128;

/**
 * The first signal is a wish to leave in peace, the second one ends the process. A reader of
 * stdout that went away (`| head`) counts as such a wish too: there is nobody to write for.
 */
export class EndSignals {
  readonly first: Promise<'signal' | 'unread'>;
  readonly #spared: () => boolean;
  #wished = false;
  #wish: (ending: 'signal' | 'unread') => void = () => undefined;

  /** @param spared asked about each Ctrl-C that is not pressed while leaving: true, it was only the first */
  constructor(spared: () => boolean = () => false) {
    this.#spared = spared;
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
    if (this.#wished) process.exit(SIGNAL_EXIT_BASE + constants.signals[signal]);
    if (signal === 'SIGINT' && this.#spared()) return;
    this.#wished = true;
    this.#wish('signal');
  };

  readonly #onUnread = (): void => this.#wish('unread');
}
