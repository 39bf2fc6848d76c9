import type { PeerId } from '@hearsay/core';
import type { InputEvent, ScreenSize } from '@hearsay/terminal';
import type { ChatMessage } from '../../chat/message.js';
import type { Place } from '../../chat/place.js';
import type { Glyphs } from '../../text/look.js';
import type { Tone } from '../../view/notice-words.js';
import type { MeshEvent } from '../mesh/mesh-event.js';
import type { DrillKind, MeshState } from '../mesh/mesh-state.js';
import type { Completion } from './completion.js';
import type { Conversation, Entry } from './conversation.js';
import type { KeyMap } from './keys.js';
import type { Surroundings } from './surroundings.js';

/** What lies over the chat. */
interface Overlay {
  readonly kind: 'help';
  readonly top: number;
}

/** What is looked for in the conversation on the screen, and which match is shown. */
export interface Search {
  readonly query: string;
  /** Numbers of entries, the newest first. */
  readonly matches: readonly number[];
  readonly index: number;
}

/** Somebody who types, by name. */
interface ShownTypist {
  readonly name: string;
  /** Key of the conversation. */
  readonly key: string;
}

/** Everything the screen shows. */
export interface ScreenState {
  readonly size: ScreenSize;
  readonly glyphs: Glyphs;
  readonly self: { readonly nick: string; readonly port: number };
  readonly network: string;
  /** Rooms in the order of joining, then direct conversations; never empty. */
  readonly conversations: readonly Conversation[];
  /** Key of the one on the screen. */
  readonly current: string;
  /** Key of the one before it, for Alt-Tab and the like. */
  readonly previous: string | undefined;
  readonly surroundings: Surroundings;
  readonly overlay: Overlay | undefined;
  readonly search: Search | undefined;
  /** Others who type now, and the conversation that shows it. */
  readonly typists: readonly ShownTypist[];
  /** Where we told last that we type, and when. */
  readonly typingTold: { readonly key: string; readonly atMs: number } | undefined;
  readonly mesh: MeshState;
  readonly keys: KeyMap;
  /** A line in place of the status, until the next key. */
  readonly hint: string | undefined;
  /** Somebody looks at the window, as far as the terminal tells. */
  readonly focused: boolean;
  /** Lines that were sent, oldest first, and where the Up key is in them. */
  readonly sent: readonly string[];
  readonly recalled: { readonly index: number; readonly draft: string } | undefined;
  readonly completion: Completion | undefined;
  /** When Ctrl-C was last pressed on an empty line. */
  readonly interruptedMs: number;
}

/** What happens to a screen. */
export type ScreenEvent =
  | { readonly kind: 'input'; readonly input: InputEvent; readonly nowMs: number }
  | { readonly kind: 'resized'; readonly size: ScreenSize }
  | { readonly kind: 'surroundings'; readonly surroundings: Surroundings }
  | { readonly kind: 'message'; readonly message: ChatMessage; readonly name: string }
  /** A line of the program's own, for every room, or for the one on the screen. */
  | {
      readonly kind: 'notice';
      readonly atMs: number;
      readonly text: string;
      readonly tone: Tone;
      readonly everywhere: boolean;
    }
  /** What a command printed. */
  | { readonly kind: 'answer'; readonly atMs: number; readonly rows: readonly string[] }
  /** A conversation is there now; shown at once when `show`. */
  | {
      readonly kind: 'opened';
      readonly place: Place;
      readonly title: string;
      readonly kept: readonly Entry[];
      readonly show: boolean;
    }
  | { readonly kind: 'closed'; readonly key: string }
  /** A message is not what it was. */
  | { readonly kind: 'amended'; readonly message: ChatMessage }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'typing'; readonly typists: readonly ShownTypist[] }
  | { readonly kind: 'mesh-event'; readonly event: MeshEvent }
  | { readonly kind: 'show-mesh' }
  | { readonly kind: 'hint'; readonly text: string }
  /** What is kept of a conversation and older than what it has. */
  | {
      readonly kind: 'older';
      readonly key: string;
      readonly entries: readonly Entry[];
      readonly complete: boolean;
    }
  | {
      readonly kind: 'renamed';
      readonly nick: string;
      readonly titles: ReadonlyMap<string, string>;
    };

/** What the screen asks its surroundings to do. */
export type ScreenEffect =
  | {
      readonly kind: 'submit';
      readonly place: Place;
      readonly text: string;
      /** Key of the message that was picked. */
      readonly picked: string | undefined;
    }
  | { readonly kind: 'show'; readonly place: Place }
  | {
      readonly kind: 'load-older';
      readonly key: string;
      readonly place: Place;
      readonly have: number;
    }
  | { readonly kind: 'drill'; readonly drill: DrillKind; readonly peer: PeerId }
  /** We type there; undefined: nowhere any more. */
  | { readonly kind: 'typing'; readonly place: Place | undefined }
  | { readonly kind: 'export-events' }
  | { readonly kind: 'bell' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'repaint' };

/** A state, and what is to be done because of it. */
export interface Step {
  readonly state: ScreenState;
  readonly effects: readonly ScreenEffect[];
}

/** The conversation on the screen. */
export function currentOf(state: ScreenState): Conversation {
  const found = state.conversations.find(({ key }) => key === state.current);
  const [first] = state.conversations;
  const current = found ?? first;
  if (current === undefined) throw new Error('a screen always has a conversation');
  return current;
}

/** The state with one conversation changed. */
export function withConversation(
  state: ScreenState,
  key: string,
  change: (conversation: Conversation) => Conversation,
): ScreenState {
  let changed = false;
  const conversations = state.conversations.map((conversation) => {
    if (conversation.key !== key) return conversation;
    const next = change(conversation);
    changed ||= next !== conversation;
    return next;
  });
  return changed ? { ...state, conversations } : state;
}
