import { placeTitle } from '../chat/place.js';
import { clockTime, dayOf, dayTitle } from '../text/clock-time.js';
import { formatDuration } from '../text/duration.js';
import { shownLines, wordsNow } from './message-rows.js';
import type { MessageNotice, Notice } from './notice.js';
import { noticeWords } from './notice-words.js';

/** A line for a pipe: what was said and who came and went is data, the rest is diagnostics. */
export interface PlainLine {
  readonly stream: 'data' | 'diagnostics';
  readonly text: string;
}

const INDENT = '    ';

/** Turns notices into lines for other programs; each begins with a time, continuations with spaces. */
export class PlainLines {
  #day: string;

  constructor(nowMs: number) {
    this.#day = dayOf(nowMs);
  }

  lines(notice: Notice, nowMs: number): PlainLine[] {
    const atMs = notice.kind === 'message' ? notice.message.sentMs : nowMs;
    return [...this.#dayLines(atMs), ...noticeLines(notice, nowMs)];
  }

  #dayLines(atMs: number): PlainLine[] {
    const day = dayOf(atMs);
    if (day === this.#day) return [];
    this.#day = day;
    return [{ stream: 'data', text: `${clockTime(atMs)} -- ${dayTitle(atMs)}` }];
  }
}

function noticeLines(notice: Notice, nowMs: number): PlainLine[] {
  const time = clockTime(nowMs);
  if (notice.kind === 'message') return messageLines(notice);
  if (notice.kind === 'member') {
    const silent =
      notice.silentMs === undefined || notice.state === 'alive' || notice.state === 'left';
    const since = silent ? '' : ` ${formatDuration(notice.silentMs ?? 0)}`;
    return [{ stream: 'data', text: `${time} -- ${notice.name} ${notice.state}${since}` }];
  }
  const isData = notice.kind === 'renamed' || notice.kind === 'change';
  const stream = isData ? 'data' : 'diagnostics';
  return [{ stream, text: `${time} -- ${noticeWords(notice).text}` }];
}

function messageLines({ message, name, toName }: MessageNotice): PlainLine[] {
  const who = message.action ? `* ${name}` : `<${name}>`;
  const to = toName === undefined ? '' : ` to ${toName}`;
  const head = `${clockTime(message.sentMs)} ${placeTitle(message.place)}${to} ${who} `;
  return shownLines(wordsNow(message), '...').map((line, index) => ({
    stream: 'data',
    text: (index === 0 ? head : INDENT) + line,
  }));
}
