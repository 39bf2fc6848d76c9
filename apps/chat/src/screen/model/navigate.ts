import { draftRowsMax } from '../../limits.js';
import { messageRowCount } from '../view/chat-view.js';
import { rowStyle } from '../view/entry-rows.js';
import { layoutOf } from '../view/layout.js';
import { scrolled } from '../view/message-pane.js';
import { asRead } from './conversation.js';
import {
  currentOf,
  type ScreenEffect,
  type ScreenState,
  type Step,
  withConversation,
} from './state.js';

/** Puts a conversation on the screen; what was new in the one before it has been seen. */
export function showConversation(state: ScreenState, key: string): ScreenState {
  if (key === state.current) return withConversation(state, key, asRead);
  const left = withConversation(state, state.current, (conversation) => ({
    ...conversation,
    newFrom: undefined,
  }));
  const shown = withConversation(left, key, asRead);
  return { ...shown, current: key, previous: state.current, completion: undefined };
}

/** The conversation `by` places further down the list, round its end. */
export function neighbour(state: ScreenState, by: 1 | -1): Step {
  const { conversations } = state;
  const index = conversations.findIndex(({ key }) => key === state.current);
  const next = conversations[(index + by + conversations.length) % conversations.length];
  return next === undefined ? { state, effects: [] } : shown(state, next.key);
}

/** Where somebody called us, else where something is unread; in the order of the list. */
export function nextActivity(state: ScreenState): Step {
  const { conversations } = state;
  const target =
    conversations.find(({ mentioned }) => mentioned) ??
    conversations.find(({ unread }) => unread > 0);
  if (target === undefined) return { state: { ...state, hint: 'nothing unread' }, effects: [] };
  return shown(state, target.key);
}

export function numbered(state: ScreenState, number: number): Step {
  const target = state.conversations[number - 1];
  return target === undefined ? { state, effects: [] } : shown(state, target.key);
}

/** Shows a conversation, and has whoever sends text know it. */
export function shown(state: ScreenState, key: string): Step {
  const next = showConversation(state, key);
  return { state: next, effects: [{ kind: 'show', place: currentOf(next).place }] };
}

/** Moves the messages by rows: up when negative. At the top more is fetched. */
export function scrollBy(state: ScreenState, by: number): Step {
  const conversation = currentOf(state);
  const style = rowStyle(layoutOf(state.size, draftRowsMax), state.glyphs);
  const { bottom, atStart } = scrolled(conversation, by, messageRowCount(state), style);
  const effects: ScreenEffect[] = [];
  if (atStart && conversation.older === 'unknown') {
    const { key, place, entries } = conversation;
    const have = [...entries.entries()].filter(({ kind }) => kind === 'message').length;
    effects.push({ kind: 'load-older', key, place, have });
  }
  const next = withConversation(state, state.current, (found) => ({
    ...found,
    bottom,
    below: bottom === undefined ? 0 : found.below,
  }));
  return { state: next, effects };
}

/** Rows that a page moves: two stay in sight. */
export function pageRows(state: ScreenState): number {
  return Math.max(1, messageRowCount(state) - 2);
}
