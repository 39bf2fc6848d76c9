import { framesPerSecondMax } from '../limits.js';
import { renderLine } from '../style/render.js';
import { fitLine, type Line, lineWidth } from '../style/span.js';
import type { Theme } from '../style/theme.js';
import { type Cursor, diffFrames, ERASE_REST_OF_ROW, type RenderedFrame } from './differ.js';

/** What a view returns. */
export interface Frame {
  /** From the top; rows that are missing are empty, further ones are not shown. */
  readonly lines: readonly Line[];
  readonly cursor?: Cursor | undefined;
}

export interface PaintSurface {
  /** @returns false when the terminal takes no more for now */
  write(text: string): boolean;
  /** Calls back once, when it takes more again. */
  onceDrained(listener: () => void): void;
  size(): { readonly columns: number; readonly rows: number };
}

/** What a painter needs. Time is given to it, so that tests need not wait. */
export interface PainterOptions {
  readonly surface: PaintSurface;
  readonly theme: Theme;
  readonly draw: (size: { readonly columns: number; readonly rows: number }) => Frame;
  readonly readMs: () => number;
  /** Calls back after `waitMs`; @returns what takes it back */
  readonly schedule: (callback: () => void, waitMs: number) => () => void;
}

const FRAME_MS = 1_000 / framesPerSecondMax;

/**
 * Paints when something changed: the first frame after a rest at once, then at most
 * `framesPerSecondMax` a second, and none while the terminal has not taken the last one.
 */
export class Painter {
  readonly #options: PainterOptions;
  #shown: RenderedFrame | undefined;
  #paintedMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #blocked = false;
  #wanted = false;
  #stopped = true;
  #frames = 0;

  constructor(options: PainterOptions) {
    this.#options = options;
  }

  /** Frames written so far; one that changed nothing does not count. */
  get frames(): number {
    return this.#frames;
  }

  /** Begins, or begins again: nothing is known of what the terminal shows. */
  start(): void {
    this.#stopped = false;
    this.#shown = undefined;
    this.refresh();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Something changed. */
  refresh(): void {
    this.#wanted = true;
    if (this.#stopped || this.#blocked || this.#cancel !== undefined) return;
    const { readMs, schedule } = this.#options;
    const waitMs = Math.max(0, this.#paintedMs + FRAME_MS - readMs());
    this.#cancel = schedule(() => {
      this.#cancel = undefined;
      this.#paint();
    }, waitMs);
  }

  /** The window has another size, or somebody else wrote on it: all is painted anew. */
  repaint(): void {
    this.#shown = undefined;
    this.refresh();
  }

  #paint(): void {
    if (this.#stopped || !this.#wanted) return;
    const { surface, draw, readMs } = this.#options;
    this.#wanted = false;
    this.#paintedMs = readMs();
    const size = surface.size();
    const frame = this.#render(draw(size), size);
    const text = diffFrames(this.#shown, frame);
    this.#shown = frame;
    if (text === '') return;
    this.#frames += 1;
    if (surface.write(text)) return;
    this.#blocked = true;
    surface.onceDrained(() => {
      this.#blocked = false;
      if (this.#wanted) this.refresh();
    });
  }

  /** Rows that are too wide would wrap and push the others down, so they are cut here at the latest. */
  #render(frame: Frame, { columns, rows }: { columns: number; rows: number }): RenderedFrame {
    const { theme } = this.#options;
    const { cursor } = frame;
    const isOutside = cursor === undefined || cursor.row >= rows || cursor.column >= columns;
    return {
      rows: frame.lines.slice(0, rows).map((line) => {
        const used = lineWidth(line);
        if (used >= columns) return renderLine(fitLine(line, columns), theme);
        return renderLine(line, theme) + ERASE_REST_OF_ROW;
      }),
      cursor: isOutside ? undefined : cursor,
    };
  }
}
