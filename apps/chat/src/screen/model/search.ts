import type { InputEvent } from '@hearsay/terminal';
import { textNow } from '../../chat/amended-text.js';
import { sanitiseLine } from '../../text/sanitise.js';
import type { Conversation, Entry } from './conversation.js';
import { withPicked } from './pick.js';
import { currentOf, type ScreenState, type Search } from './state.js';

/** Begins to search, with a query or an empty one. */
export function beginSearch(state: ScreenState, query: string): ScreenState {
  return searched(state, query);
}

/** What keys do while somebody searches. */
export function searchInput(state: ScreenState, input: InputEvent): ScreenState {
  const { search } = state;
  if (search === undefined) return state;
  if (input.kind === 'text') return searched(state, search.query + input.text);
  if (input.kind === 'paste') return searched(state, search.query + sanitiseLine(input.text));
  if (input.kind !== 'key') return state;
  switch (input.key) {
    case 'backspace':
      return searched(state, [...search.query].slice(0, -1).join(''));
    case 'ctrl-u':
      return searched(state, '');
    case 'up':
    case 'enter':
    case 'ctrl-r':
    case 'ctrl-f':
      return moved(state, search, 1);
    case 'down':
      return moved(state, search, -1);
    case 'escape':
    case 'ctrl-c':
      return { ...state, search: undefined };
    default:
      return state;
  }
}

function searched(state: ScreenState, query: string): ScreenState {
  const matches = query.trim() === '' ? [] : matchesOf(currentOf(state), query.toLowerCase());
  const next: ScreenState = { ...state, search: { query, matches, index: 0 } };
  const [first] = matches;
  return first === undefined ? next : withPicked(next, first);
}

function moved(state: ScreenState, search: Search, by: 1 | -1): ScreenState {
  const index = search.index + by;
  const target = search.matches[index];
  if (target === undefined) return state;
  return withPicked({ ...state, search: { ...search, index } }, target);
}

function matchesOf({ entries }: Conversation, wanted: string): number[] {
  const matches: number[] = [];
  for (let number = entries.end - 1; number >= entries.start; number -= 1) {
    const entry = entries.at(number);
    if (entry !== undefined && wordsOf(entry).toLowerCase().includes(wanted)) matches.push(number);
  }
  return matches;
}

function wordsOf(entry: Entry): string {
  switch (entry.kind) {
    case 'message':
      return `${entry.name} ${textNow(entry.message).text}`;
    case 'notice':
      return entry.text;
    case 'answer':
      return entry.row;
  }
}
