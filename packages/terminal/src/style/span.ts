import { graphemes, graphemeWidth, truncate, width } from '../text/width.js';

/**
 * What a piece of text means; a theme says how that looks. `tint-0` to `tint-8` only tell things
 * apart, such as people.
 */
export type Role =
  | 'dim'
  | 'strong'
  | 'good'
  | 'warn'
  | 'alarm'
  | 'title'
  /** The row that keys act on. */
  | 'picked'
  /** Text that calls the reader. */
  | 'mention'
  | Tint;

export type Tint = `tint-${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/** Text without control characters, in one style. */
export interface Span {
  readonly text: string;
  readonly role?: Role | undefined;
}

/** A row of a screen. */
export type Line = readonly Span[];

const TINTS: readonly Tint[] = [
  'tint-0',
  'tint-1',
  'tint-2',
  'tint-3',
  'tint-4',
  'tint-5',
  'tint-6',
  'tint-7',
  'tint-8',
];

/** The same tint for the same id, on every screen. */
export function tintOf(id: string): Tint {
  return TINTS[hash(id) % TINTS.length] ?? 'tint-0';
}

/** A span; an empty text gives an empty span. */
export function span(text: string, role?: Role): Span {
  return role === undefined ? { text } : { text, role };
}

/** Columns of a line. */
export function lineWidth(line: Line): number {
  let columns = 0;
  for (const { text } of line) columns += width(text);
  return columns;
}

/** What a line says, without its style. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** A line exactly `columns` wide: cut, with `more` at its end, or filled with spaces. */
export function fitLine(line: Line, columns: number, more = ''): Line {
  const used = lineWidth(line);
  if (used === columns) return line;
  if (used < columns) return [...line, { text: ' '.repeat(columns - used) }];
  const kept: Span[] = [];
  let left = columns - Math.min(columns, width(more));
  for (const { text, role } of line) {
    const part = truncate(text, left, '');
    kept.push(span(part, role));
    left -= width(part);
    if (part !== text) break;
  }
  kept.push({ text: (width(more) <= columns ? more : '') + ' '.repeat(left) });
  return kept;
}

/** A line with something at its right end, which stays when there is no room for both. */
export function justify(left: Line, right: Line, columns: number, more = ''): Line {
  const rightColumns = Math.min(columns, lineWidth(right));
  return [
    ...fitLine(left, columns - rightColumns, more),
    ...(rightColumns === columns ? fitLine(right, columns) : right),
  ];
}

/** The line with another role for all of it, over the roles it had. */
export function withRole(line: Line, role: Role): Line {
  return line.map(({ text }) => ({ text, role }));
}

/** Cuts `text` where it has taken `columns`; never inside a grapheme. */
export function splitAtColumn(text: string, columns: number): readonly [string, string] {
  let used = 0;
  let length = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    length += grapheme.length;
  }
  return [text.slice(0, length), text.slice(length)];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
