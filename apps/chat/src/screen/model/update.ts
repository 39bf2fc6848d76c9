import { keyOfPlace } from '../../chat/place.js';
import { messageBytesMax, scrollbackEntriesMax } from '../../limits.js';
import { mentions } from '../../view/mention.js';
import { observed } from '../mesh/convergence.js';
import { meshInput } from '../mesh/mesh-keys.js';
import { withEvent } from '../mesh/mesh-state.js';
import { helpLineCount } from '../view/help-view.js';
import { chatKey, write } from './chat-keys.js';
import {
  asRead,
  type Conversation,
  type Entry,
  newConversation,
  withAmended,
  withEntry,
} from './conversation.js';
import { showConversation } from './navigate.js';
import { pastedText } from './pasted-text.js';
import { beginSearch, searchInput } from './search.js';
import {
  type ScreenEffect,
  type ScreenEvent,
  type ScreenState,
  type Step,
  withConversation,
} from './state.js';
import type { Surroundings } from './surroundings.js';
import { withTyping } from './typing.js';

/** What a state becomes when something happens, and what is to be done. Reads no clock. */
export function update(state: ScreenState, event: ScreenEvent): Step {
  switch (event.kind) {
    case 'input':
      return withTyping(state, onInput(state, event), event.nowMs);
    case 'resized':
      return still({ ...state, size: event.size });
    case 'surroundings':
      return still(onSurroundings(state, event.surroundings));
    case 'message':
      return onMessage(state, event);
    case 'notice': {
      const { atMs, text, tone } = event;
      return still(addLine(state, { kind: 'notice', atMs, text, tone }, event.everywhere));
    }
    case 'answer': {
      const { atMs } = event;
      const newest = withConversation(state, state.current, toNewest);
      return still(
        event.rows.reduce(
          (next, row) => addLine(next, { kind: 'answer', atMs, row }, false),
          newest,
        ),
      );
    }
    case 'opened':
      return onOpened(state, event);
    case 'amended': {
      const { message } = event;
      const key = keyOfPlace(message.place);
      return still(withConversation(state, key, (found) => withAmended(found, message)));
    }
    case 'search':
      return still(beginSearch(state, event.query));
    case 'typing':
      return still({ ...state, typists: event.typists });
    case 'mesh-event':
      return still({ ...state, mesh: withEvent(state.mesh, event.event) });
    case 'show-mesh':
      return still({ ...state, mesh: { ...state.mesh, shown: true } });
    case 'hint':
      return still({ ...state, hint: event.text });
    case 'closed':
      return still(onClosed(state, event.key));
    case 'older':
      return still(withConversation(state, event.key, (found) => withOlder(found, event)));
    case 'renamed':
      return still({
        ...state,
        self: { ...state.self, nick: event.nick },
        conversations: state.conversations.map((conversation) => ({
          ...conversation,
          title: event.titles.get(conversation.key) ?? conversation.title,
        })),
      });
  }
}

function still(state: ScreenState): Step {
  return { state, effects: [] };
}

/** While painting is paused the mesh is followed all the same. */
function onSurroundings(state: ScreenState, surroundings: Surroundings): ScreenState {
  const convergence = observed(state.mesh.convergence, surroundings);
  return { ...state, surroundings, mesh: { ...state.mesh, convergence } };
}

function onInput(
  state: ScreenState,
  { input, nowMs }: Extract<ScreenEvent, { kind: 'input' }>,
): Step {
  if (input.kind === 'focus') {
    const focused = { ...state, focused: input.focused };
    return still(input.focused ? withConversation(focused, state.current, asRead) : focused);
  }
  const awake = state.hint === undefined ? state : { ...state, hint: undefined };
  if (awake.mesh.shown) return meshInput(awake, input);
  if (awake.search !== undefined) return still(searchInput(awake, input));
  if (awake.overlay !== undefined) return still(onOverlayInput(awake, input));
  switch (input.kind) {
    case 'key':
      return chatKey(awake, input.key, nowMs);
    case 'text':
      return still(write(awake, input.text));
    case 'paste':
      return still(write(awake, pastedText(input.text)));
    case 'paste-too-long': {
      const hint = `paste too long (${input.chars} characters, limit ${messageBytesMax}): dropped`;
      return still({ ...awake, hint });
    }
  }
}

function onOverlayInput(
  state: ScreenState,
  input: Extract<ScreenEvent, { kind: 'input' }>['input'],
): ScreenState {
  const { overlay, size } = state;
  if (overlay === undefined) return state;
  const page = Math.max(1, size.rows - 3);
  const last = Math.max(0, helpLineCount(size.columns) - (size.rows - 2));
  const moved = (by: number): ScreenState => ({
    ...state,
    overlay: { ...overlay, top: Math.max(0, Math.min(last, overlay.top + by)) },
  });
  const key = input.kind === 'key' ? input.key : input.kind === 'text' ? input.text : '';
  switch (key) {
    case 'up':
      return moved(-1);
    case 'down':
      return moved(1);
    case 'pageup':
      return moved(-page);
    case 'pagedown':
    case ' ':
      return moved(page);
    case 'escape':
    case 'f1':
    case 'q':
    case 'enter':
    case 'ctrl-c':
    case 'ctrl-d':
      return { ...state, overlay: undefined };
    default:
      return state;
  }
}

function onMessage(
  state: ScreenState,
  { message, name }: Extract<ScreenEvent, { kind: 'message' }>,
): Step {
  const key = keyOfPlace(message.place);
  const mention = mentions(message, state.self.nick);
  const entry: Entry = { kind: 'message', message, name, mention };
  const exists = state.conversations.some((conversation) => conversation.key === key);
  const known = exists ? state : withNew(state, newConversation(message.place, name));
  const isSeen = state.overlay === undefined && !state.mesh.shown;
  const isWatched = key === state.current && state.focused && isSeen;
  const next = withConversation(known, key, (conversation) => {
    const grown = withEntry(conversation, entry, isWatched);
    // Who says something wants to see it, and has read what was before it.
    return message.own ? { ...toNewest(grown), newFrom: undefined } : grown;
  });
  const effects: readonly ScreenEffect[] = mention ? [{ kind: 'bell' }] : [];
  return { state: next, effects };
}

function addLine(state: ScreenState, entry: Entry, everywhere: boolean): ScreenState {
  const add = (conversation: Conversation): Conversation => withEntry(conversation, entry, true);
  if (!everywhere) return withConversation(state, state.current, add);
  const conversations = state.conversations.map((conversation) =>
    conversation.place.kind === 'room' || conversation.key === state.current
      ? add(conversation)
      : conversation,
  );
  return { ...state, conversations };
}

function onOpened(
  state: ScreenState,
  { place, title, kept, show }: Extract<ScreenEvent, { kind: 'opened' }>,
): Step {
  const key = keyOfPlace(place);
  const exists = state.conversations.some((conversation) => conversation.key === key);
  const next = exists ? state : withNew(state, newConversation(place, title, kept));
  return still(show ? showConversation(next, key) : next);
}

/** Rooms stand before direct conversations. */
function withNew(state: ScreenState, conversation: Conversation): ScreenState {
  const { conversations } = state;
  const rooms = conversations.filter(({ place }) => place.kind === 'room').length;
  const at = conversation.place.kind === 'room' ? rooms : conversations.length;
  return { ...state, conversations: conversations.toSpliced(at, 0, conversation) };
}

function onClosed(state: ScreenState, key: string): ScreenState {
  const conversations = state.conversations.filter((conversation) => conversation.key !== key);
  const [first] = conversations;
  if (first === undefined) return state;
  const closed = { ...state, conversations };
  return state.current === key ? showConversation(closed, first.key) : closed;
}

function toNewest(conversation: Conversation): Conversation {
  return { ...conversation, bottom: undefined, below: 0 };
}

function withOlder(
  conversation: Conversation,
  { entries: older, complete }: Extract<ScreenEvent, { kind: 'older' }>,
): Conversation {
  const isFull = conversation.entries.length + older.length >= scrollbackEntriesMax;
  return {
    ...conversation,
    entries: conversation.entries.prepend(older),
    older: complete || isFull ? 'none' : 'unknown',
  };
}
