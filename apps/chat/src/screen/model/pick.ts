import { draftRowsMax } from '../../limits.js';
import { messageRowCount } from '../view/chat-view.js';
import { rowStyle } from '../view/entry-rows.js';
import { layoutOf } from '../view/layout.js';
import { bottomShowing } from '../view/message-pane.js';
import type { Conversation } from './conversation.js';
import { currentOf, type ScreenState, withConversation } from './state.js';

/** Picks the next message above (-1) or below the picked one; past the newest nothing is picked. */
export function pickMessage(state: ScreenState, by: 1 | -1): ScreenState {
  const conversation = currentOf(state);
  const { entries } = conversation;
  const from = conversation.picked ?? entries.end;
  for (let number = from + by; number >= entries.start && number < entries.end; number += by) {
    if (entries.at(number)?.kind === 'message') return withPicked(state, number);
  }
  return by > 0 ? withPicked(state, undefined) : state;
}

/** Picks an entry and has it on the screen. */
export function withPicked(state: ScreenState, number: number | undefined): ScreenState {
  const style = rowStyle(layoutOf(state.size, draftRowsMax), state.glyphs);
  const count = messageRowCount(state);
  return withConversation(state, state.current, (conversation) => {
    const picked: Conversation = { ...conversation, picked: number };
    if (number === undefined) return picked;
    return { ...picked, bottom: bottomShowing(picked, number, count, style) };
  });
}

/** Key of the picked message of the conversation on the screen. */
export function pickedKey(state: ScreenState): string | undefined {
  const { picked, entries } = currentOf(state);
  const entry = picked === undefined ? undefined : entries.at(picked);
  return entry?.kind === 'message' ? entry.message.key : undefined;
}
