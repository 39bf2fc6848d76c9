/**
 * Columns that text takes in a terminal: graphemes, of which a terminal draws each in no, one or
 * two columns. `string-width` knows more about emoji, and costs a tenth of a second of start-up.
 */
import { eastAsianWidth } from 'get-east-asian-width';

const ZERO = /^(?:\p{M}|\u200c|\u200d)+$/u;
/** Asks for the coloured picture of a character that has two looks. */
const EMOJI_STYLE = '\ufe0f';
/** A flag is two of these; alone one is drawn as wide as a flag. */
const REGIONAL_INDICATOR = /^[\u{1f1e6}-\u{1f1ff}]/u;
/**
 * One column a code unit, on every terminal: ASCII, Latin, Greek, Cyrillic, dashes and dots, arrows,
 * boxes and blocks, ticks and crosses. Text of these, which is most, needs no segmenter.
 */
export const CERTAIN: RegExp =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. */
export function graphemes(text: string): Iterable<string> {
  if (CERTAIN.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Columns of one grapheme: 0, 1 or 2. */
export function graphemeWidth(grapheme: string): number {
  const code = grapheme.codePointAt(0) ?? 0;
  if (grapheme.length === 1 && code >= 0x20 && code < 0x7f) return 1;
  if (ZERO.test(grapheme)) return 0;
  if (grapheme.includes(EMOJI_STYLE) || REGIONAL_INDICATOR.test(grapheme)) return 2;
  return eastAsianWidth(code);
}

/** Columns of sanitised text without newlines. */
export function width(text: string): number {
  if (CERTAIN.test(text)) return text.length;
  let columns = 0;
  for (const grapheme of graphemes(text)) columns += graphemeWidth(grapheme);
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}

/** At most `columns` wide; what is cut is replaced by `mark`. */
export function truncate(text: string, columns: number, mark = '…'): string {
  if (width(text) <= columns) return text;
  const end = width(mark) <= columns ? mark : '';
  let kept = '';
  let used = width(end);
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    kept += grapheme;
  }
  return kept + end;
}

/** Rows of at most `columns` (at least 2), broken at spaces where there are some. At least one row. */
export function wrap(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  let rowWidth = 0;
  let breakAt = 0; // Length of `row` where it was last good to break; 0: nowhere.
  for (const grapheme of graphemes(line)) {
    const wide = graphemeWidth(grapheme);
    // Twice at most: what stays after a break at a space may still leave no room for a wide one.
    while (rowWidth + wide > columns && row !== '') {
      const cut = breakAt > 0 && grapheme !== ' ' && wide < 2 ? breakAt : row.length;
      rows.push(row.slice(0, cut).trimEnd());
      row = row.slice(cut);
      rowWidth = width(row);
      breakAt = 0;
    }
    if (grapheme === ' ' && row === '' && rows.length > 0) continue; // The break is the space.
    row += grapheme;
    rowWidth += wide;
    // Beside wide letters a line may break anywhere: they have no spaces.
    if (grapheme === ' ' || wide === 2) breakAt = row.length;
  }
  rows.push(row);
  return rows;
}
