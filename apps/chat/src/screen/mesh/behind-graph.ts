import { type Line, span } from '@hearsay/terminal';
import type { Glyphs } from '../../text/look.js';
import type { Look } from './mesh-state.js';

const SECONDS = 60;
const COLUMNS = 44;
const AXIS_COLUMNS = 6;
const HEIGHT_MAX = 5;

/** How much live peers lacked of each other over the last minute, as bars; exactly `rows` lines. */
export function behindGraph(look: Look, nowMs: number, rows: number, glyphs: Glyphs): Line[] {
  const height = Math.max(1, Math.min(HEIGHT_MAX, rows - 2));
  const values = columnsOf(look, nowMs);
  const top = Math.max(1, ...values);
  const lines: Line[] = [[span('BEHIND', 'title'), span(', all live peers, last 60 s', 'dim')]];
  for (let level = height; level >= 1; level -= 1) {
    const label = level === height ? String(top) : '';
    const bars = values.map((value) => barAt(value, top, level, height, glyphs)).join('');
    lines.push([
      span(`${label.padStart(AXIS_COLUMNS - 2)} ${glyphs.bar}`, 'dim'),
      span(bars, 'warn'),
    ]);
  }
  lines.push([
    span(`${'0'.padStart(AXIS_COLUMNS - 2)} ${glyphs.bar}${axis(look, nowMs, glyphs)}`, 'dim'),
  ]);
  return lines.slice(0, Math.max(1, rows));
}

/** The most of each column's time. */
function columnsOf({ convergence }: Look, nowMs: number): number[] {
  const now = Math.floor(nowMs / 1_000);
  const values = Array.from({ length: COLUMNS }, () => 0);
  for (const { second, behind } of convergence.samples) {
    const age = now - second;
    if (age < 0 || age >= SECONDS) continue;
    const column = COLUMNS - 1 - Math.floor((age * COLUMNS) / SECONDS);
    values[column] = Math.max(values[column] ?? 0, behind);
  }
  return values;
}

function barAt(value: number, top: number, level: number, height: number, glyphs: Glyphs): string {
  const eighths = Math.ceil((value / top) * height * 8) - (level - 1) * 8;
  const last = glyphs.bars.length - 1;
  if (eighths <= 0) return ' ';
  return glyphs.bars[Math.min(last, Math.ceil((Math.min(8, eighths) / 8) * last))] ?? ' ';
}

/** Below the bars: when somebody died, else the ends of the minute. */
function axis({ events }: Look, nowMs: number, glyphs: Glyphs): string {
  const death = events.findLast(
    ({ type, fields }) => type === 'peer' && fields['state'] === 'dead',
  );
  const cells = Array.from({ length: COLUMNS }, () => glyphs.rule);
  put(cells, 0, '60s');
  put(cells, COLUMNS - 3, 'now');
  const age = death === undefined ? SECONDS : Math.floor((nowMs - death.atMs) / 1_000);
  if (death !== undefined && age < SECONDS) {
    const words = `^ ${death.who} dead`;
    const at = COLUMNS - 1 - Math.floor((age * COLUMNS) / SECONDS);
    put(cells, Math.min(at, COLUMNS - words.length), words);
  }
  return cells.join('');
}

function put(cells: string[], at: number, text: string): void {
  [...text].forEach((character, index) => {
    cells[Math.max(0, at) + index] = character;
  });
  cells.length = COLUMNS;
}
