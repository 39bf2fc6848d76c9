import { width, wrap } from '@hearsay/terminal';
import { dayOf, dayTitle } from '../text/clock-time.js';
import { type Look, NO_PAINT } from '../text/look.js';
import { messageRows, noticeHead } from './message-rows.js';
import type { Notice } from './notice.js';
import { noticeWords, type Tone } from './notice-words.js';

/** Turns notices into rows for a person, with a line wherever the day changes. */
export class ScreenRows {
  #day: string;

  constructor(nowMs: number) {
    this.#day = dayOf(nowMs);
  }

  rows(notice: Notice, nowMs: number, look: Look): string[] {
    const atMs = notice.kind === 'message' ? notice.message.sentMs : nowMs;
    const shown =
      notice.kind === 'message' ? messageRows(notice, look) : noticeRows(notice, nowMs, look);
    return [...this.#dayRows(atMs, look), ...shown];
  }

  #dayRows(atMs: number, { paint }: Look): string[] {
    const day = dayOf(atMs);
    if (day === this.#day) return [];
    this.#day = day;
    return [paint.dim(`-- ${dayTitle(atMs)} --`)];
  }
}

function noticeRows(
  notice: Exclude<Notice, { kind: 'message' }>,
  nowMs: number,
  look: Look,
): string[] {
  const { text, tone } = noticeWords(notice);
  const head = noticeHead(nowMs, look);
  const headWidth = width(noticeHead(nowMs, { ...look, paint: NO_PAINT }));
  const rows =
    look.columns === undefined ? [text] : wrap(text, Math.max(20, look.columns - headWidth - 1));
  return rows.map(
    (row, index) => (index === 0 ? head : ' '.repeat(headWidth)) + toned(row, tone, look),
  );
}

function toned(text: string, tone: Tone, { paint }: Look): string {
  switch (tone) {
    case 'quiet':
      return paint.dim(text);
    case 'good':
      return paint.good(text);
    case 'warn':
      return paint.warn(text);
    case 'alarm':
      return paint.alarm(text);
  }
}
