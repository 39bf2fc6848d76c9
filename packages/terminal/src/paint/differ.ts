import { CERTAIN } from '../text/width.js';

/** Ends a row that is not full. After a full one it would erase the last character. */
export const ERASE_REST_OF_ROW = '\u001b[K';

/** What a screen shows: a rendered row each, and where the cursor stands. */
export interface RenderedFrame {
  readonly rows: readonly string[];
  /** Counted from 0; undefined: hidden. */
  readonly cursor: Cursor | undefined;
}

export interface Cursor {
  readonly row: number;
  readonly column: number;
}

const ESCAPE = '\u001b';
const CSI = `${ESCAPE}[`;
/** Terminals that know these show a frame at once; the others ignore them. */
const BEGIN_UPDATE = `${CSI}?2026h`;
const END_UPDATE = `${CSI}?2026l`;
const HIDE_CURSOR = `${CSI}?25l`;
const SHOW_CURSOR = `${CSI}?25h`;
const ERASE_SCREEN = `${CSI}2J`;

/**
 * What to write so that a terminal that shows `before` shows `after`; empty when nothing changed.
 * @param before undefined: nothing is known of the screen, all of it is painted
 */
export function diffFrames(before: RenderedFrame | undefined, after: RenderedFrame): string {
  let rows = before === undefined ? ERASE_SCREEN : '';
  const count = Math.max(after.rows.length, before?.rows.length ?? 0);
  for (let index = 0; index < count; index += 1) {
    const row = after.rows[index] ?? '';
    if (before === undefined ? row === '' : row === (before.rows[index] ?? '')) continue;
    const isClearedFirst = row === '' || !hasCertainWidth(row);
    rows += `${CSI}${index + 1};1H${isClearedFirst ? ERASE_REST_OF_ROW : ''}${row}`;
  }
  const moved = before === undefined || !sameCursor(before.cursor, after.cursor);
  if (rows === '' && !moved) return '';
  const cursor = placeCursor(before, after, rows !== '');
  return rows === '' ? cursor : `${BEGIN_UPDATE}${HIDE_CURSOR}${rows}${cursor}${END_UPDATE}`;
}

/**
 * Terminals differ in how wide they draw an emoji: a row that we take for full may leave columns as they
 * were.
 */
function hasCertainWidth(row: string): boolean {
  return CERTAIN.test(row.replaceAll(ESCAPE, ''));
}

function placeCursor(
  before: RenderedFrame | undefined,
  { cursor }: RenderedFrame,
  wasHidden: boolean,
): string {
  if (cursor === undefined) return wasHidden || before?.cursor === undefined ? '' : HIDE_CURSOR;
  const isShown = !wasHidden && before?.cursor !== undefined;
  return `${CSI}${cursor.row + 1};${cursor.column + 1}H${isShown ? '' : SHOW_CURSOR}`;
}

function sameCursor(left: Cursor | undefined, right: Cursor | undefined): boolean {
  return left?.row === right?.row && left?.column === right?.column;
}
