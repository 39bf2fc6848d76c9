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

const SECOND_MS = 1_000;

/** Between frames that no key asked for: 20 a second are smooth, and leave ten for keys. */
const SPACED_MS = 50;

/**
 * Paints when something changed: the first frame after a rest at once, the answer to a key at once,
 * further ones `SPACED_MS` apart; never more than `framesPerSecondMax` in a second, and none while
 * the terminal has not taken the last one.
 */
export class Painter {
  readonly #options: PainterOptions;
  #shown: RenderedFrame | undefined;
  /** When the last frames of a second were painted, the oldest first. */
  #paintedMs: readonly number[] = [];
  #due: { readonly atMs: number; readonly cancel: () => void } | undefined;
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
    this.#due?.cancel();
    this.#due = undefined;
  }

  /** Something changed. */
  refresh(): void {
    this.#want(SPACED_MS);
  }

  /**
   * Somebody pressed a key and looks for what it does: painted at once, unless the second is full.
   * What else changes leaves room for that.
   */
  refreshNow(): void {
    this.#want(0);
  }

  #want(spacingMs: number): void {
    this.#wanted = true;
    if (this.#stopped || this.#blocked) return;
    const { readMs, schedule } = this.#options;
    const nowMs = readMs();
    const lastMs = this.#paintedMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    const [oldestMs = Number.NEGATIVE_INFINITY] = this.#paintedMs;
    const isFull = this.#paintedMs.length >= framesPerSecondMax;
    const fullUntilMs = isFull ? oldestMs + SECOND_MS : Number.NEGATIVE_INFINITY;
    const atMs = Math.max(nowMs, lastMs + spacingMs, fullUntilMs);
    if (this.#due !== undefined && this.#due.atMs <= atMs) return;
    this.#due?.cancel();
    const cancel = schedule(() => {
      this.#due = undefined;
      this.#paint();
    }, atMs - nowMs);
    this.#due = { atMs, cancel };
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
    const nowMs = readMs();
    const size = surface.size();
    const frame = this.#render(draw(size), size);
    const text = diffFrames(this.#shown, frame);
    this.#shown = frame;
    if (text === '') return;
    this.#frames += 1;
    this.#paintedMs = [...this.#paintedMs, nowMs].slice(-framesPerSecondMax);
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
