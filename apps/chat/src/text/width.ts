/**
 * Columns that text takes in a terminal. A small table and graphemes instead of a package: those
 * cost a tenth of a second of start-up for their emoji expressions.
 */

/** East Asian Wide and Fullwidth, and the emoji blocks that terminals draw two columns wide. */
const WIDE =
  /^[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f1e6}-\u{1f265}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7eb}\u{1f90c}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const ZERO = /^(?:\p{M}|\u200c|\u200d)+$/u;
const EMOJI_STYLE = '\ufe0f';
const ASCII = /^[ -~]*$/;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. */
function graphemes(text: string): Iterable<string> {
  if (ASCII.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes(EMOJI_STYLE) ? 2 : 1;
}

/** Columns of sanitised text without newlines. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
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
  let kept = '';
  let used = width(mark);
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    kept += grapheme;
  }
  return kept + mark;
}

/** Rows of at most `columns`, broken at spaces where there are some. At least one row. */
export function wrap(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  let rowWidth = 0;
  let breakAt = 0; // Length of `row` just after its last space; 0 when it has none.
  for (const grapheme of graphemes(line)) {
    const wide = graphemeWidth(grapheme);
    // Twice at most: what stays after a break at a space may still leave no room for a wide one.
    while (rowWidth + wide > columns && row !== '') {
      const cut = breakAt > 0 && grapheme !== ' ' ? breakAt : row.length;
      rows.push(row.slice(0, cut).trimEnd());
      row = row.slice(cut);
      rowWidth = width(row);
      breakAt = 0;
    }
    if (grapheme === ' ' && row === '' && rows.length > 0) continue; // The break is the space.
    row += grapheme;
    rowWidth += wide;
    if (grapheme === ' ') breakAt = row.length;
  }
  rows.push(row);
  return rows;
}
