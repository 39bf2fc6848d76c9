import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, Painter } from '../src/paint/painter.js';
import { renderLine } from '../src/style/render.js';
import type { Line, Role } from '../src/style/span.js';
import { themeFor } from '../src/style/theme.js';

const theme = themeFor({ name: 'dark', colour: true });
const COLUMNS = 20;
const ROWS = 5;

/** A painter on a terminal without a window, with a clock that the test moves. */
function rig(size = { columns: COLUMNS, rows: ROWS }) {
  const terminal = new xterm.Terminal({
    cols: size.columns,
    rows: size.rows,
    allowProposedApi: true,
  });
  terminal.write('\u001b[?7l'); // As a session begins: what is too wide does not go on in the next row.
  let nowMs = 0;
  let due: { callback: () => void; atMs: number } | undefined;
  let frame: Frame = { lines: [] };
  let drained: (() => void) | undefined;
  const written: string[] = [];
  const state = { takes: true };
  const painter = new Painter({
    theme,
    draw: () => frame,
    readMs: () => nowMs,
    schedule: (callback, waitMs) => {
      due = { callback, atMs: nowMs + waitMs };
      return () => {
        due = undefined;
      };
    },
    surface: {
      write: (text) => {
        written.push(text);
        return state.takes;
      },
      onceDrained: (listener) => {
        drained = listener;
      },
      size: () => size,
    },
  });
  const pass = (ms: number): void => {
    const end = nowMs + ms;
    while (due !== undefined && due.atMs <= end) {
      const { callback, atMs } = due;
      nowMs = atMs;
      due = undefined;
      callback();
    }
    nowMs = end;
  };
  return {
    painter,
    state,
    written,
    pass,
    show: (lines: readonly Line[], cursor?: Frame['cursor']): void => {
      frame = { lines, cursor };
      painter.refresh();
    },
    drain: () => drained?.(),
    seen: async (): Promise<string[]> => {
      await new Promise<void>((resolve) => terminal.write(written.splice(0).join(''), resolve));
      const { active } = terminal.buffer;
      return Array.from(
        { length: size.rows },
        (_none, row) => active.getLine(row)?.translateToString(true) ?? '',
      );
    },
    cursor: () => ({ row: terminal.buffer.active.cursorY, column: terminal.buffer.active.cursorX }),
  };
}

const text = (...rows: readonly string[]): Line[] => rows.map((row) => [{ text: row }]);

describe('a painter', () => {
  it('shows what the view returns', async () => {
    const { painter, show, pass, seen, cursor } = rig();
    show(text('hello', '長い 👋 x', '', 'last'), { row: 3, column: 4 });
    painter.start();
    pass(0);
    expect(await seen()).toEqual(['hello', '長い 👋 x', '', 'last', '']);
    expect(cursor()).toEqual({ row: 3, column: 4 });
  });

  it('writes only rows that changed, and nothing when nothing did', async () => {
    const { painter, show, pass, seen, written } = rig();
    painter.start();
    show(text('one', 'two', 'three'));
    pass(100);
    await seen();
    show(text('one', 'two', 'three'));
    pass(100);
    expect(written).toEqual([]);
    show(text('one', '2', 'three'));
    pass(100);
    expect(written.join('')).not.toContain('one');
    expect(await seen()).toEqual(['one', '2', 'three', '', '']);
    expect(painter.frames).toBe(2);
  });

  it('cuts what is too wide, and keeps the last column of a full row', async () => {
    const { painter, show, pass, seen } = rig();
    painter.start();
    show(text('x'.repeat(COLUMNS + 5), `${'y'.repeat(COLUMNS - 1)}長`, '-'.repeat(COLUMNS)));
    pass(0);
    expect(await seen()).toEqual([
      'x'.repeat(COLUMNS),
      `${'y'.repeat(COLUMNS - 1)} `,
      '-'.repeat(COLUMNS),
      '',
      '',
    ]);
  });

  it('paints at most 30 times a second, however often something changes', () => {
    const { painter, show, pass } = rig();
    painter.start();
    for (let ms = 0; ms < 1_000; ms += 1) {
      show(text(String(ms)));
      pass(1);
    }
    expect(painter.frames).toBeLessThanOrEqual(30);
    expect(painter.frames).toBeGreaterThan(15);
  });

  it('answers a key at once in the middle of a flood, and still keeps to 30 a second', () => {
    const { painter, show, pass } = rig();
    painter.start();
    for (let ms = 0; ms < 1_000; ms += 1) {
      show(text(String(ms)));
      if (ms % 120 === 60) {
        const { frames } = painter;
        painter.refreshNow();
        pass(0);
        expect(painter.frames).toBe(frames + 1);
      }
      pass(1);
    }
    for (let ms = 0; ms < 3_000; ms += 1) {
      show(text(`typed ${ms}`));
      painter.refreshNow();
      pass(1);
    }
    expect(painter.frames).toBeLessThanOrEqual(4 * 30);
  });

  it('answers a change after a rest at once', () => {
    const { painter, show, pass } = rig();
    painter.start();
    pass(1_000);
    show(text('now'));
    pass(0);
    expect(painter.frames).toBe(2);
  });

  it('waits for a terminal that takes no more, then shows the newest', async () => {
    const { painter, show, pass, seen, drain, state } = rig();
    painter.start();
    state.takes = false;
    show(text('first'));
    pass(100);
    for (const word of ['second', 'third']) {
      show(text(word));
      pass(100);
    }
    expect(painter.frames).toBe(1);
    state.takes = true;
    drain();
    pass(100);
    expect((await seen())[0]).toBe('third');
    expect(painter.frames).toBe(2);
  });

  it('paints nothing once it is stopped, and everything when it starts again', async () => {
    const { painter, show, pass, seen, written } = rig();
    painter.start();
    show(text('kept'));
    pass(100);
    await seen();
    painter.stop();
    show(text('unseen'));
    pass(100);
    expect(written).toEqual([]);
    painter.start();
    pass(100);
    expect((await seen())[0]).toBe('unseen');
  });

  it('leaves the screen as if it had painted all of it, whatever came before', async () => {
    const cell = fc.constantFrom('a', 'b ', '長', '👋', '🇩🇪', '─', 'e\u0301', '\u001b[2J', '   ');
    const row = fc.array(cell, { maxLength: 14 }).map((cells) => cells.join(''));
    const frames = fc.array(fc.array(row, { maxLength: ROWS }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(frames, async (all) => {
        const changed = rig();
        changed.painter.start();
        for (const rows of all) {
          changed.show(text(...rows));
          changed.pass(100);
        }
        const fresh = rig();
        fresh.show(text(...(all.at(-1) ?? [])));
        fresh.painter.start();
        fresh.pass(0);
        const [one, other] = [await changed.seen(), await fresh.seen()];
        const trimmed = (rows: readonly string[]): string[] => rows.map((row) => row.trimEnd());
        expect(trimmed(one)).toEqual(trimmed(other));
      }),
      {
        numRuns: 60,
        // Emoji that this terminal draws narrower than we take them for.
        examples: [[[['\u001b[2J   a長   aab 🇩🇪'], ['👋\u001b[2Ja      👋ab b ']]]],
      },
    );
  });
});

describe('a rendered line', () => {
  it('says a style once and ends it', () => {
    const line: Line = [
      { text: 'a', role: 'dim' },
      { text: 'b', role: 'dim' },
      { text: 'c' },
      { text: 'd', role: 'good' },
    ];
    expect(renderLine(line, theme)).toBe('\u001b[2mab\u001b[0mc\u001b[32md\u001b[0m');
  });

  it('has no colour in the theme that has none', () => {
    const roles: readonly Role[] = ['good', 'warn', 'alarm', 'tint-3', 'mention'];
    const line = roles.map((role) => ({ text: 'x', role }));
    expect(renderLine(line, themeFor({ name: 'dark', colour: false }))).not.toMatch(/\[[\d;]*3\d/);
  });

  it('places by column what follows text that terminals measure differently', () => {
    expect(renderLine([{ text: '👋 ' }, { text: 'x' }], theme)).toBe('👋 \u001b[K\u001b[4Gx');
  });

  it('lets no control character out', () => {
    const out = renderLine([{ text: 'a\u001b[31mb\u009bc\n' }], theme);
    expect(out).toBe('a\ufffd[31mb\ufffdc\ufffd');
  });
});
