import { padEnd, padStart, width, wrap } from '@hearsay/terminal';
import { textNow } from '../chat/amended-text.js';
import type { ChatMessage } from '../chat/message.js';
import { shownCharsMax, shownLinesMax } from '../limits.js';
import { clockTime } from '../text/clock-time.js';
import type { Look } from '../text/look.js';
import { sanitiseText } from '../text/sanitise.js';
import type { Holding, MessageNotice } from './notice.js';

/** Columns kept free at the right for the mark of an own message. */
const MARK_COLUMNS = 6;
/** Below this it is not worth keeping text in a column of its own. */
const TEXT_COLUMNS_MIN = 20;
/** Further lines of a message begin with this many spaces, so that none looks like a message. */
const PLAIN_INDENT = 4;

/** `✓` all live peers hold it, `1/2` some, `○` only here. */
export function holdingMark({ held, live }: Holding, { glyphs }: Pick<Look, 'glyphs'>): string {
  if (held === 0) return glyphs.onlyHere;
  return held >= live ? glyphs.heldByAll : `${held}/${live}`;
}

/** The mark of a line that is printed a moment after it was said, and never changed again. */
function printedMark(holding: Holding, look: Look): string {
  const isEarly = holding.held === 0 && holding.live > 0;
  return isEarly ? look.glyphs.onItsWay : holdingMark(holding, look);
}

/** What a message says now, with a word when that is not what it said first. */
export function wordsNow(message: Pick<ChatMessage, 'text' | 'amendment'>): string {
  const { text, state } = textNow(message);
  if (state === 'deleted') return '(deleted)';
  return state === 'edited' ? `${text} (edited)` : text;
}

/** The text of a message as it may be shown: harmless, and bounded in lines and characters. */
export function shownLines(text: string, more: string): string[] {
  const safe = sanitiseText(text);
  const cut =
    safe.length > shownCharsMax
      ? safe.slice(0, shownCharsMax).replace(/\p{Surrogate}$/u, '')
      : safe;
  const lines = cut.split('\n');
  const shown = lines.slice(0, shownLinesMax);
  const linesHidden = lines.length - shown.length;
  const charsHidden = safe.length - cut.length;
  if (linesHidden > 0) shown.push(`${more} ${linesHidden} more lines`);
  else if (charsHidden > 0) shown.push(`${more} ${charsHidden} more characters`);
  return shown;
}

/** A message as rows for a screen: time, who, text, and for own ones who holds it. */
export function messageRows(notice: MessageNotice, look: Look): string[] {
  const { message, holding } = notice;
  const { head, headWidth } = messageHead(notice, look);
  const mark = holding === undefined ? undefined : printedMark(holding, look);
  const rows = textRows(wordsNow(message), { look, headWidth, hasMark: mark !== undefined });
  const indent = ' '.repeat(indentOf(headWidth, look.columns));
  return rows.map((row, index) => {
    if (index > 0) return indent + row;
    return (head + (mark === undefined ? row : withMark({ row, mark, look, headWidth }))).trimEnd();
  });
}

/** Time, room if it is another one, and who; nicks of the current room stand in a column. */
function messageHead(notice: MessageNotice, look: Look): { head: string; headWidth: number } {
  const { message, elsewhere } = notice;
  const { paint } = look;
  const time = clockTime(message.sentMs);
  const room = elsewhere && message.place.kind === 'room' ? `#${message.place.room} ` : '';
  const who = whoWords(notice);
  const isAligned = room === '' && message.place.kind === 'room';
  const gap = isAligned ? ' '.repeat(Math.max(0, look.nickColumns - width(who))) : '';
  const head = `${paint.dim(time)} ${paint.dim(room)}${gap}${paint.nick(message.fromId, who)}  `;
  return { head, headWidth: width(`${time} ${room}${gap}${who}  `) };
}

/** Nicks have no spaces, so nobody can call himself `bob -> you`. */
function whoWords({ message: { action, place }, name, toName }: MessageNotice): string {
  const who = action ? `* ${name}` : name;
  return place.kind === 'room' ? who : `${who} -> ${toName ?? 'you'}`;
}

/** Where the text of further rows begins: under the first, unless the window is too narrow for that. */
function indentOf(headWidth: number, columns: number | undefined): number {
  return columns === undefined || isNarrow(headWidth, columns) ? PLAIN_INDENT : headWidth;
}

function isNarrow(headWidth: number, columns: number): boolean {
  return columns - headWidth - MARK_COLUMNS < TEXT_COLUMNS_MIN;
}

function textRows(
  text: string,
  { look, headWidth, hasMark }: { look: Look; headWidth: number; hasMark: boolean },
): string[] {
  const lines = shownLines(text, look.glyphs.more);
  const { columns } = look;
  if (columns === undefined) return lines;
  const free = columns - 1 - indentOf(headWidth, columns) - (hasMark ? MARK_COLUMNS : 0);
  const rows = lines.flatMap((line) => wrap(line, Math.max(TEXT_COLUMNS_MIN, free)));
  // In a narrow window the head has a row of its own.
  return isNarrow(headWidth, columns) ? ['', ...rows] : rows;
}

function withMark(request: { row: string; mark: string; look: Look; headWidth: number }): string {
  const { row, mark, look, headWidth } = request;
  if (look.columns === undefined) return `${row}  ${mark}`;
  const textColumns = look.columns - 1 - headWidth - width(mark);
  return `${padEnd(row, textColumns)}${look.paint.dim(mark)}`;
}

/** The place of `--` in front of a notice, under the nicks. */
export function noticeHead(atMs: number, { nickColumns, paint }: Look): string {
  return `${paint.dim(clockTime(atMs))} ${padStart('--', nickColumns)}  `;
}
