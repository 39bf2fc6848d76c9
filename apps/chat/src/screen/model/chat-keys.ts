import { textNow } from '../../chat/amended-text.js';
import { inputHistoryMax } from '../../limits.js';
import { beginCompletion, completed, nextCompletion } from './completion.js';
import type { Entry } from './conversation.js';
import {
  type Edit,
  type Editor,
  EMPTY_EDITOR,
  edit,
  editOf,
  insert,
  onFirstLine,
  onLastLine,
  withText,
} from './editor.js';
import type { Action } from './keys.js';
import { neighbour, nextActivity, numbered, pageRows, scrollBy, shown } from './navigate.js';
import { pickedKey, pickMessage, withPicked } from './pick.js';
import type { Scrollback } from './scrollback.js';
import { beginSearch } from './search.js';
import { currentOf, type ScreenState, type Step, withConversation } from './state.js';

/** So long after the first Ctrl-C the second one means it. */
const TWICE_MS = 3_000;
const FAR = 1_000_000_000;

/** What a key does on the chat screen. */
export function chatKey(state: ScreenState, key: string, nowMs: number): Step {
  const digit = /^alt-([1-9])$/.exec(key)?.[1];
  if (digit !== undefined) return numbered(state, Number(digit));
  const action = state.keys[key];
  const draft = currentOf(state).draft;
  // In a draft Ctrl-D deletes, as in a shell; and one of several lines has lines to go to.
  if (action === 'end' && draft.text !== '') return edited(state, 'delete-char');
  if (action === 'recall-older' && !onFirstLine(draft)) return edited(state, 'previous-line');
  if (action === 'recall-newer' && !onLastLine(draft)) return edited(state, 'next-line');
  if (action !== undefined) return act(state, action, nowMs);
  const change = editOf(key);
  return change === undefined ? still(state) : edited(state, change);
}

function act(state: ScreenState, action: Action, nowMs: number): Step {
  switch (action) {
    case 'send':
      return send(state);
    case 'complete':
      return complete(state, 1);
    case 'complete-back':
      return complete(state, -1);
    case 'recall-older':
      return still(recall(state, -1));
    case 'recall-newer':
      return still(recall(state, 1));
    case 'page-up':
      return scrollBy(state, -pageRows(state));
    case 'page-down':
      return scrollBy(state, pageRows(state));
    case 'row-up':
      return scrollBy(state, -1);
    case 'row-down':
      return scrollBy(state, 1);
    case 'oldest':
      return scrollBy(state, -FAR);
    case 'newest':
      return scrollBy(withPicked(state, undefined), FAR);
    case 'search':
      return still(beginSearch(state, ''));
    case 'pick-older':
      return still(pickMessage(state, -1));
    case 'pick-newer':
      return still(pickMessage(state, 1));
    case 'edit':
      return still(draftCommand(state, `/edit ${pickedText(state)}`));
    case 'delete':
      return still(draftCommand(state, '/delete'));
    case 'react':
      return still(draftCommand(state, '/react '));
    case 'next-conversation':
      return neighbour(state, 1);
    case 'previous-conversation':
      return neighbour(state, -1);
    case 'next-activity':
      return nextActivity(state);
    case 'last-conversation':
      return state.previous === undefined ? still(state) : shown(state, state.previous);
    case 'help':
      return still({ ...state, overlay: { kind: 'help', top: 0 } });
    case 'mesh':
      return still({ ...state, mesh: { ...state.mesh, shown: true } });
    case 'repaint':
      return { state, effects: [{ kind: 'repaint' }] };
    case 'interrupt':
      return interrupt(state, nowMs);
    case 'end':
      return { state, effects: [{ kind: 'leave' }] };
    case 'suspend':
      return { state, effects: [{ kind: 'suspend' }] };
  }
}

function still(state: ScreenState): Step {
  return { state, effects: [] };
}

/** The first Ctrl-C clears the draft, the next asks, the one after that leaves. */
function interrupt(state: ScreenState, nowMs: number): Step {
  if (currentOf(state).draft.text !== '') return still(withDraft(state, EMPTY_EDITOR));
  if (nowMs < state.interruptedMs + TWICE_MS) return { state, effects: [{ kind: 'leave' }] };
  return still({ ...state, interruptedMs: nowMs, hint: 'Ctrl-C again to leave' });
}

function send(state: ScreenState): Step {
  const { draft, place } = currentOf(state);
  const { text } = draft;
  if (text.trim() === '') return still(state);
  const sent = state.sent.at(-1) === text ? state.sent : [...state.sent, text];
  const picked = pickedKey(state);
  const next: ScreenState = {
    ...withDraft(withPicked(state, undefined), { ...EMPTY_EDITOR, cut: draft.cut }),
    sent: sent.slice(-inputHistoryMax),
    recalled: undefined,
  };
  return { state: next, effects: [{ kind: 'submit', place, text, picked }] };
}

/** Through what was sent before; past the newest stands what was being written. */
function recall(state: ScreenState, by: 1 | -1): ScreenState {
  const { draft } = currentOf(state);
  const { sent, recalled } = state;
  const from = recalled?.index ?? sent.length;
  const index = from + by;
  if (index < 0 || index > sent.length || from === index) return state;
  const kept = recalled?.draft ?? draft.text;
  const text = index === sent.length ? kept : (sent[index] ?? '');
  const next = withDraft(state, withText(draft, text));
  return { ...next, recalled: index === sent.length ? undefined : { index, draft: kept } };
}

function complete(state: ScreenState, step: 1 | -1): Step {
  const { draft } = currentOf(state);
  const completion =
    state.completion === undefined
      ? beginCompletion(draft, wordsOf(state))
      : nextCompletion(state.completion, step);
  if (completion === undefined) return still(state);
  const next = withDraft(state, completed(completion));
  return still({ ...next, completion: completion.hits.length > 1 ? completion : undefined });
}

function wordsOf(state: ScreenState): { names: string[]; rooms: string[] } {
  const { surroundings, conversations } = state;
  const names = surroundings.members.filter(({ self }) => !self).map(({ name }) => name);
  const rooms = conversations
    .filter(({ place }) => place.kind === 'room')
    .map(({ title }) => title);
  return { names, rooms };
}

/** Puts a command into the draft, to be looked at and sent. */
function draftCommand(state: ScreenState, text: string): ScreenState {
  return withDraft(state, withText(currentOf(state).draft, text));
}

/** What the picked message says, to be written anew. */
function pickedText(state: ScreenState): string {
  const { picked, entries } = currentOf(state);
  const last = picked ?? lastOwn(entries);
  const entry = last === undefined ? undefined : entries.at(last);
  return entry?.kind === 'message' && entry.message.own ? textNow(entry.message).text : '';
}

function lastOwn(entries: Scrollback<Entry>): number | undefined {
  for (let number = entries.end - 1; number >= entries.start; number -= 1) {
    const entry = entries.at(number);
    if (entry?.kind === 'message' && entry.message.own) return number;
  }
  return undefined;
}

function edited(state: ScreenState, change: Edit): Step {
  const { draft } = currentOf(state);
  return still(withDraft(state, edit(draft, change)));
}

/** Puts another draft into the conversation on the screen; whatever Tab offered is over. */
function withDraft(state: ScreenState, draft: Editor): ScreenState {
  const changed = withConversation(state, state.current, (conversation) => ({
    ...conversation,
    draft,
  }));
  return { ...changed, completion: undefined };
}

/** Puts text into the draft where the cursor is. */
export function write(state: ScreenState, text: string): ScreenState {
  return withDraft(state, insert(currentOf(state).draft, text));
}
