import type { PeerId } from '@hearsay/core';
import {
  type Line,
  type Role,
  type Span,
  span,
  tintOf,
  truncate,
  width,
  wrap,
} from '@hearsay/terminal';
import { textNow } from '../../chat/amended-text.js';
import { reactionCounts } from '../../chat/change.js';
import type { ChatMessage } from '../../chat/message.js';
import { clockTime, dayOf, dayTitle } from '../../text/clock-time.js';
import type { Glyphs } from '../../text/look.js';
import { sanitiseLine } from '../../text/sanitise.js';
import { shownLines } from '../../view/message-rows.js';
import type { Tone } from '../../view/notice-words.js';
import type { Conversation, Entry } from '../model/conversation.js';
import type { Layout } from './layout.js';

/** Columns at the right kept free for the mark of own messages. */
const MARK_COLUMNS = 5;
const HANGING_INDENT = 2;
const TEXT_COLUMNS_MIN = 10;

/** What rows of entries depend on, besides the entry. */
export interface RowStyle {
  readonly middle: number;
  readonly nickColumns: number;
  readonly narrow: boolean;
  readonly glyphs: Glyphs;
}

export function rowStyle({ middle, nickColumns, narrow }: Layout, glyphs: Glyphs): RowStyle {
  return { middle, nickColumns, narrow, glyphs };
}

/** Rows do not depend on who looks. */
const NOBODY = '' as PeerId; // No peer has it.

interface Cached {
  readonly style: RowStyle;
  readonly rows: readonly Line[];
}

/** Rows are made when they are first looked at, and again only in a window of another size. */
const cache = new WeakMap<Entry, Cached>();

/** The rows of an entry, without what stands above it, and without the mark of an own message. */
export function entryRows(entry: Entry, style: RowStyle): readonly Line[] {
  const known = cache.get(entry);
  if (known !== undefined && sameStyle(known.style, style)) return known.rows;
  const rows = makeRows(entry, style);
  cache.set(entry, { style, rows });
  return rows;
}

function sameStyle(left: RowStyle, right: RowStyle): boolean {
  return (
    left.middle === right.middle &&
    left.nickColumns === right.nickColumns &&
    left.narrow === right.narrow &&
    left.glyphs === right.glyphs
  );
}

/** What stands above an entry: a line where the day changes, and one above what is new. */
export function headings(
  conversation: Conversation,
  number: number,
  { middle, glyphs }: RowStyle,
): readonly Line[] {
  const { entries, newFrom } = conversation;
  const entry = entries.at(number);
  if (entry === undefined) return [];
  const before = entries.at(number - 1);
  const lines: Line[] = [];
  const day = dayOf(timeOf(entry));
  if (before !== undefined && dayOf(timeOf(before)) !== day) {
    lines.push(ruleWith(dayTitle(timeOf(entry)), middle, glyphs, 'dim'));
  }
  if (newFrom === number) lines.push(ruleWith('new', middle, glyphs, 'warn'));
  return lines;
}

function timeOf(entry: Entry): number {
  return entry.kind === 'message' ? entry.message.sentMs : entry.atMs;
}

/** `───── new ─────` */
function ruleWith(title: string, columns: number, glyphs: Glyphs, role: Role): Line {
  const words = ` ${truncate(title, Math.max(0, columns - 4), '')} `;
  const left = Math.max(0, Math.floor((columns - width(words)) / 2));
  const right = Math.max(0, columns - left - width(words));
  return [span(glyphs.rule.repeat(left) + words + glyphs.rule.repeat(right), role)];
}

function makeRows(entry: Entry, style: RowStyle): readonly Line[] {
  switch (entry.kind) {
    case 'message':
      return messageRows(entry, style);
    case 'notice':
      return noticeRows(entry, style);
    case 'answer':
      return [[span(truncate(` ${entry.row}`, style.middle, style.glyphs.more))]];
  }
}

function messageRows(entry: Extract<Entry, { kind: 'message' }>, style: RowStyle): Line[] {
  const { message, name, mention } = entry;
  const who = message.action ? `* ${name}` : name;
  const isCall = mention && message.place.kind === 'room';
  const head: Line = [
    span(`${timeWords(message.sentMs, style)} `, 'dim'),
    span(' '.repeat(nickPadding(who, style))),
    span(shownNick(who, style), isCall ? 'mention' : tintOf(message.fromId)),
    span(style.nickColumns > 0 ? '  ' : ' '),
  ];
  const role = isCall ? 'strong' : message.action ? 'dim' : undefined;
  const markColumns = message.own ? MARK_COLUMNS : 0;
  const { text, state } = textNow(message);
  const lines = state === 'deleted' ? ['(deleted)'] : shownLines(text, style.glyphs.more);
  const look = { role: state === 'deleted' ? 'dim' : role, markColumns, style } as const;
  const rows = rowsUnder(head, lines, look);
  const last = rows.at(-1);
  if (state === 'edited' && last !== undefined) {
    rows[rows.length - 1] = [...last, span(' (edited)', 'dim')];
  }
  return [...rows, ...reactionRows(message, head, style)];
}

/** `👍 2  🎉 1`, below the text. */
function reactionRows({ amendment }: ChatMessage, head: Line, { nickColumns }: RowStyle): Line[] {
  const counts = amendment === undefined ? [] : reactionCounts(amendment, NOBODY);
  if (counts.length === 0) return [];
  const indent =
    nickColumns > 0 ? head.reduce((sum, { text }) => sum + width(text), 0) : HANGING_INDENT;
  const words = counts.map(({ emoji, count }) => `${sanitiseLine(emoji)} ${count}`);
  return [[span(' '.repeat(indent) + words.join('  '), 'dim')]];
}

function noticeRows(entry: Extract<Entry, { kind: 'notice' }>, style: RowStyle): Line[] {
  const head: Line = [
    span(`${timeWords(entry.atMs, style)} `, 'dim'),
    span(' '.repeat(Math.max(0, style.nickColumns - 2))),
    span(style.nickColumns > 0 ? '--  ' : '-- ', 'dim'),
  ];
  return rowsUnder(head, [entry.text], { role: toneRole(entry.tone), markColumns: 0, style });
}

/** Text beside a head, further rows under the text. */
function rowsUnder(
  head: Line,
  lines: readonly string[],
  look: { readonly role: Role | undefined; readonly markColumns: number; readonly style: RowStyle },
): Line[] {
  const { role, markColumns } = look;
  const { middle, nickColumns } = look.style;
  const headColumns = head.reduce((sum, { text }) => sum + width(text), 0);
  const indent = nickColumns > 0 ? headColumns : HANGING_INDENT;
  const columns = Math.max(TEXT_COLUMNS_MIN, middle - indent - markColumns - 1);
  const firstColumns = Math.max(TEXT_COLUMNS_MIN, middle - headColumns - markColumns - 1);
  const texts = lines.flatMap((line, index) =>
    index > 0 || firstColumns === columns
      ? wrap(line, columns)
      : wrapHanging(line, firstColumns, columns),
  );
  return texts.map((text, index) => {
    const start: readonly Span[] = index === 0 ? head : [span(' '.repeat(indent))];
    return [...start, span(text, role)];
  });
}

/** The first row of a hanging text has less room than the others. */
function wrapHanging(line: string, first: number, others: number): string[] {
  const [row = '', ...more] = wrap(line, first);
  if (more.length === 0) return [row];
  const rest = line.slice(row.length).trimStart();
  return [row, ...wrap(rest, others)];
}

function toneRole(tone: Tone): Role {
  return tone === 'quiet' ? 'dim' : tone;
}

function timeWords(wallMs: number, { narrow }: RowStyle): string {
  const time = clockTime(wallMs);
  return narrow ? time.slice(0, 'hh:mm'.length) : time;
}

function nickPadding(who: string, { nickColumns }: RowStyle): number {
  return Math.max(0, nickColumns - width(who));
}

/** In a column that is too narrow the nick is cut, never the part of the id that tells it apart. */
function shownNick(who: string, { nickColumns, glyphs }: RowStyle): string {
  const columns = nickColumns === 0 ? 12 : nickColumns;
  if (width(who) <= columns) return who;
  const id = /~[0-9a-f]+$/.exec(who)?.[0] ?? '';
  return truncate(who.slice(0, who.length - id.length), columns - id.length, glyphs.more) + id;
}
