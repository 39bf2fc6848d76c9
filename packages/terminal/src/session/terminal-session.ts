import { PASTE_OFF, PASTE_ON } from '../keys/paste.js';

/** The streams of a terminal, as `process.stdin` and `process.stdout` are when it is one. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const CSI = '\u001b[';
/** Saves the screen and takes another one; without wrapping, a wide row cannot push others down. */
const TAKE = `${CSI}?1049h${CSI}?7l${CSI}?1004h${PASTE_ON}`;
/** The other way round, and whatever a frame may have left half done. */
const GIVE_BACK = `${CSI}?2026l${CSI}0m${PASTE_OFF}${CSI}?1004l${CSI}?7h${CSI}?25h${CSI}?1049l`;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has a terminal to itself, and gives it back on every end of the process that the process can
 * see: `release`, `process.exit`, an uncaught error, and signals. Not SIGKILL: who kills itself
 * that way releases first.
 */
export class TerminalSession {
  readonly #streams: TerminalStreams;
  #held = false;

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Takes the terminal. Idempotent. */
  take(): void {
    if (this.#held) return;
    this.#held = true;
    const { input, output } = this.#streams;
    process.on('exit', this.#onExit);
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    input.setRawMode(true);
    output.write(TAKE);
  }

  /** Gives it back. Idempotent, and safe while the process ends. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    const { input, output } = this.#streams;
    process.off('exit', this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    try {
      output.write(GIVE_BACK); // Writes to a terminal are synchronous where SIGKILL exists.
      input.setRawMode(false);
    } catch {
      // The terminal is gone, and with it what there was to give back.
    }
  }

  readonly #onExit = (): void => this.release();

  /** Somebody else listens: it decides, and the process ends through `exit`. Else we end it. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    this.release();
    process.kill(process.pid, signal);
  };
}
