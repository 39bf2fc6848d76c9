import { KeyDecoder } from './keys/key-decoder.js';
import type { InputEvent } from './keys/key-event.js';
import { screenColumnsMax, screenRowsMax } from './limits.js';
import { type Frame, Painter } from './paint/painter.js';
import { TerminalSession, type TerminalStreams } from './session/terminal-session.js';
import type { Theme } from './style/theme.js';

/** What a screen needs. */
export interface ScreenOptions extends TerminalStreams {
  readonly theme: Theme;
  /** The view: called when something changed, with the size of the window. */
  readonly draw: (size: ScreenSize) => Frame;
  readonly onEvent: (event: InputEvent) => void;
  /** The window has another size; it is painted anew in any case. */
  readonly onResize?: (size: ScreenSize) => void;
  /** The terminal went away: nothing more can be typed or shown. */
  readonly onGone?: () => void;
  /** Characters of a paste; a longer one is dropped and told. */
  readonly pasteCharsMax?: number;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal that shows a view. */
export interface Screen {
  readonly size: ScreenSize;
  /** Frames written so far. */
  readonly frames: number;
  /** Something changed: paints it soon. */
  refresh(): void;
  /** Paints everything anew, as after another program wrote on the screen (Ctrl-L). */
  repaint(): void;
  bell(): void;
  /** Gives the terminal back for a while, as for Ctrl-Z; `resume` takes it again. */
  suspend(): void;
  resume(): void;
  /** Gives the terminal back. Idempotent. */
  close(): void;
}

/** After this long without more, an Escape was the key and no beginning of a sequence. */
const ESCAPE_MS = 30;
/** A terminal that does not tell its size says 0. */
const USUAL_SIZE: ScreenSize = { columns: 80, rows: 24 };
const BELL = '\u0007';

/** Takes a terminal and shows a view on it until `close`. */
export function openScreen(options: ScreenOptions): Screen {
  return new OpenScreen(options);
}

class OpenScreen implements Screen {
  readonly #options: ScreenOptions;
  readonly #session: TerminalSession;
  readonly #painter: Painter;
  readonly #keys: KeyDecoder;
  #escape: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#session = new TerminalSession(options);
    this.#keys = new KeyDecoder(options.pasteCharsMax);
    const { output, theme, draw } = options;
    this.#painter = new Painter({
      theme,
      draw,
      surface: {
        write: (text) => output.write(text),
        onceDrained: (listener) => output.once('drain', listener),
        size: () => this.size,
      },
      readMs: () => performance.now(),
      schedule: (callback, waitMs) => {
        if (waitMs === 0) {
          const immediate = setImmediate(callback);
          return () => clearImmediate(immediate);
        }
        const timer = setTimeout(callback, waitMs);
        return () => clearTimeout(timer);
      },
    });
    this.#open();
  }

  get size(): ScreenSize {
    const { columns, rows } = this.#options.output;
    return {
      columns: Math.min(columns || USUAL_SIZE.columns, screenColumnsMax),
      rows: Math.min(rows || USUAL_SIZE.rows, screenRowsMax),
    };
  }

  get frames(): number {
    return this.#painter.frames;
  }

  refresh(): void {
    this.#painter.refresh();
  }

  repaint(): void {
    this.#painter.repaint();
  }

  bell(): void {
    if (this.#session.held) this.#options.output.write(BELL);
  }

  suspend(): void {
    this.#painter.stop();
    this.#session.release();
  }

  resume(): void {
    if (this.#closed) return;
    this.#session.take();
    this.#painter.start();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#escape);
    const { input, output } = this.#options;
    input.off('data', this.#onData);
    input.off('end', this.#onGone);
    input.off('error', this.#onGone);
    input.on('error', () => undefined); // A terminal that vanishes now is of no interest.
    output.off('resize', this.#onResize);
    this.suspend();
    input.pause();
  }

  #open(): void {
    const { input, output } = this.#options;
    input.on('data', this.#onData);
    input.on('end', this.#onGone);
    input.on('error', this.#onGone);
    output.on('resize', this.#onResize);
    this.#session.take();
    this.#painter.start();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    clearTimeout(this.#escape);
    this.#tell(this.#keys.push(chunk));
    if (this.#closed || !this.#keys.pending) return;
    this.#escape = setTimeout(() => this.#tell(this.#keys.flush()), ESCAPE_MS);
  };

  #tell(events: readonly InputEvent[]): void {
    for (const event of events) {
      if (this.#closed) return;
      this.#options.onEvent(event);
    }
    if (events.length > 0) this.#painter.refreshNow();
  }

  readonly #onResize = (): void => {
    this.#options.onResize?.(this.size);
    this.#painter.repaint();
  };

  readonly #onGone = (): void => {
    if (!this.#closed) this.#options.onGone?.();
  };
}
