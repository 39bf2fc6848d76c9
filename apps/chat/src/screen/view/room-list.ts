import { fitLine, type Line, span, truncate, width } from '@hearsay/terminal';
import type { Conversation } from '../model/conversation.js';
import type { ScreenState } from '../model/state.js';

const KEYS: readonly string[] = ['Alt-1..9', 'Ctrl-N/P', 'Alt-A next', ' unread'];

/** Rooms, then direct conversations, with what is unread, exactly `count` rows. */
export function roomList(state: ScreenState, columns: number, count: number): Line[] {
  const { conversations, glyphs } = state;
  const rows: Line[] = [];
  conversations.forEach((conversation, index) => {
    const isFirstDirect =
      conversation.place.kind === 'direct' && conversations[index - 1]?.place.kind !== 'direct';
    if (isFirstDirect) rows.push([], [span('direct', 'dim')]);
    rows.push(roomRow(conversation, index + 1, state, columns));
  });
  const shown = rows.slice(0, count);
  const free = count - shown.length;
  if (free > KEYS.length) {
    while (shown.length < count - KEYS.length) shown.push([]);
    shown.push(...KEYS.map((text) => [span(text, 'dim')]));
  }
  while (shown.length < count) shown.push([]);
  return shown.map((line) => fitLine(line, columns, glyphs.more));
}

function roomRow(
  conversation: Conversation,
  number: number,
  { current, glyphs }: ScreenState,
  columns: number,
): Line {
  const isCurrent = conversation.key === current;
  const marker = isCurrent ? glyphs.current : ' ';
  const index = number < 10 ? String(number) : ' ';
  const mark = unreadMark(conversation);
  const room = columns - 3 - (mark === '' ? 0 : width(mark) + 1);
  const title = truncate(conversation.title, Math.max(1, room), glyphs.more);
  const gap = ' '.repeat(Math.max(0, columns - 3 - width(title) - width(mark)));
  const titleRole = isCurrent ? 'strong' : conversation.unread > 0 ? undefined : 'dim';
  return [
    span(marker, 'strong'),
    span(`${index} `, 'dim'),
    span(title, titleRole),
    span(gap),
    span(mark, conversation.mentioned ? 'mention' : 'warn'),
  ];
}

/** `3` unread, `!3` when one of them calls us. */
export function unreadMark({ unread, mentioned }: Conversation): string {
  if (unread === 0) return '';
  const count = unread > 99 ? '99+' : String(unread);
  return mentioned ? `!${count}` : count;
}
