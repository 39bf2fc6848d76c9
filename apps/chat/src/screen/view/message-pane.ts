import { fitLine, justify, type Line, span, withRole } from '@hearsay/terminal';
import { holdingMark } from '../../view/message-rows.js';
import type { Conversation, RowAt } from '../model/conversation.js';
import type { Surroundings } from '../model/surroundings.js';
import { entryRows, headings, type RowStyle } from './entry-rows.js';

/** A row of the pane, and which row of which entry it is (headings count from -1 down). */
interface PlacedRow extends RowAt {
  readonly line: Line;
}

/** All rows of an entry, what stands above it first. */
function rowsOf(conversation: Conversation, number: number, style: RowStyle): PlacedRow[] {
  const entry = conversation.entries.at(number);
  if (entry === undefined) return [];
  const above = headings(conversation, number, style);
  const rows = entryRows(entry, style);
  return [
    ...above.map((line, index) => ({ entry: number, row: index - above.length, line })),
    ...rows.map((line, index) => ({ entry: number, row: index, line })),
  ];
}

/** The lowest row there is. */
function lastRow(conversation: Conversation, style: RowStyle): RowAt | undefined {
  const number = conversation.entries.end - 1;
  const last = rowsOf(conversation, number, style).at(-1);
  return last === undefined ? undefined : { entry: last.entry, row: last.row };
}

/** Rows that end with `bottom`, at most `count`, from the top; only these are ever made. */
function rowsUpTo(
  conversation: Conversation,
  bottom: RowAt,
  count: number,
  style: RowStyle,
): PlacedRow[] {
  const found: PlacedRow[] = [];
  const { start } = conversation.entries;
  for (let number = bottom.entry; number >= start && found.length < count; number -= 1) {
    const rows = rowsOf(conversation, number, style);
    const upTo = number === bottom.entry ? rows.filter(({ row }) => row <= bottom.row) : rows;
    found.unshift(...upTo);
  }
  return found.slice(-count);
}

/** The rows of a conversation that the pane shows. */
function visibleRows(conversation: Conversation, count: number, style: RowStyle): PlacedRow[] {
  const bottom = conversation.bottom ?? lastRow(conversation, style);
  return bottom === undefined ? [] : rowsUpTo(conversation, bottom, count, style);
}

/** The lowest row so that an entry is shown: as it is when it is, else the entry stands in the middle. */
export function bottomShowing(
  conversation: Conversation,
  number: number,
  count: number,
  style: RowStyle,
): RowAt | undefined {
  const isShown = visibleRows(conversation, count - 1, style).some(({ entry }) => entry === number);
  if (isShown) return conversation.bottom;
  const last = rowsOf(conversation, number, style).at(-1);
  if (last === undefined) return conversation.bottom;
  const from: Conversation = { ...conversation, bottom: { entry: last.entry, row: last.row } };
  return scrolled(from, Math.floor(count / 2), count, style).bottom;
}

/** What a scrolled view comes to. */
export interface Scrolled {
  readonly bottom: RowAt | undefined;
  /** The oldest entry that is held is on the screen: there may be more on disk. */
  readonly atStart: boolean;
}

/** Moves the view by rows: up when negative. @returns the lowest row then, undefined at the end */
export function scrolled(
  conversation: Conversation,
  by: number,
  count: number,
  style: RowStyle,
): Scrolled {
  const from = conversation.bottom ?? lastRow(conversation, style);
  if (from === undefined) return { bottom: undefined, atStart: true };
  return by < 0
    ? scrolledUp(conversation, from, -by, count, style)
    : scrolledDown(conversation, from, by, style);
}

function scrolledUp(
  conversation: Conversation,
  from: RowAt,
  by: number,
  count: number,
  style: RowStyle,
): Scrolled {
  const rows = rowsUpTo(conversation, from, count + by, style);
  const first = rows[0];
  const atStart = first === undefined || first.entry <= conversation.entries.start;
  const end = Math.max(Math.min(count, rows.length), rows.length - by);
  const bottom = rows[end - 1];
  const moved = end < rows.length && bottom !== undefined;
  return {
    bottom: moved ? { entry: bottom.entry, row: bottom.row } : conversation.bottom,
    atStart: atStart && rows.length <= count + by,
  };
}

function scrolledDown(
  conversation: Conversation,
  from: RowAt,
  by: number,
  style: RowStyle,
): Scrolled {
  let left = by;
  const { end } = conversation.entries;
  for (let number = from.entry; number < end; number += 1) {
    for (const { row } of rowsOf(conversation, number, style)) {
      if (number === from.entry && row <= from.row) continue;
      left -= 1;
      if (left === 0) {
        const isLast =
          number === end - 1 && !rowsOf(conversation, number, style).some((one) => one.row > row);
        return { bottom: isLast ? undefined : { entry: number, row }, atStart: false };
      }
    }
  }
  return { bottom: undefined, atStart: false };
}

/** The pane, exactly `count` rows: messages at its bottom, and how many more are below. */
export function messagePane(
  conversation: Conversation,
  { holdings }: Pick<Surroundings, 'holdings'>,
  count: number,
  style: RowStyle,
): Line[] {
  const rows = visibleRows(conversation, count, style);
  const lines = rows.map(({ entry: number, row, line }) => {
    const entry = conversation.entries.at(number);
    const isPicked = number === conversation.picked;
    const role = isPicked ? 'picked' : undefined;
    const plain = fitLine(line, style.middle, style.glyphs.more);
    const fitted = role === undefined ? plain : withRole(plain, role);
    if (row !== 0 || entry?.kind !== 'message') return fitted;
    const holding = holdings.get(entry.message.key);
    if (holding === undefined) return fitted;
    const mark = holdingMark(holding, style);
    const markRole = holding.live > 0 && holding.held >= holding.live ? 'good' : 'warn';
    const right = [span(mark, markRole), span(' ')];
    const marked = justify(line, right, style.middle, style.glyphs.more);
    return role === undefined ? marked : withRole(marked, role);
  });
  while (lines.length < count) lines.unshift(fitLine([], style.middle));
  if (conversation.bottom !== undefined && lines.length > 0) {
    lines[lines.length - 1] = moreBelow(conversation, style);
  }
  return lines;
}

/** `▼ 12 new` */
function moreBelow({ below }: Conversation, { middle, glyphs }: RowStyle): Line {
  const words = below === 0 ? 'more below' : `${below} new`;
  const label = ` ${glyphs.down} ${words} `;
  return justify([span('')], withRole([span(label)], 'picked'), middle);
}
