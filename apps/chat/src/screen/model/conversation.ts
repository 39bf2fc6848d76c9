import type { ChatMessage } from '../../chat/message.js';
import { keyOfPlace, type Place } from '../../chat/place.js';
import { isRead, type ReadMark } from '../../chat/read-mark.js';
import { scrollbackEntriesMax } from '../../limits.js';
import type { Tone } from '../../view/notice-words.js';
import { type Editor, EMPTY_EDITOR } from './editor.js';
import { Scrollback } from './scrollback.js';

/** One thing in a conversation. Names in it are fit to be shown; text of messages is not yet. */
export type Entry =
  | {
      readonly kind: 'message';
      readonly message: ChatMessage;
      readonly name: string;
      /** It calls us by name, or is for us alone. */
      readonly mention: boolean;
    }
  /** A line of the program's own. */
  | { readonly kind: 'notice'; readonly atMs: number; readonly text: string; readonly tone: Tone }
  /** What a command printed: rows that are shown as they are, cut and not wrapped. */
  | { readonly kind: 'answer'; readonly atMs: number; readonly row: string };

/** A row of an entry at a certain width. */
export interface RowAt {
  /** Number of the entry. */
  readonly entry: number;
  /** Counted from the first row of the entry. */
  readonly row: number;
}

/** A room or a direct conversation, as far as it is read and written here. */
export interface Conversation {
  readonly key: string;
  readonly place: Place;
  /** `#lobby`, or the name of the other one. */
  readonly title: string;
  readonly entries: Scrollback<Entry>;
  /** The first entry that came while nobody looked; a line is drawn above it. */
  readonly newFrom: number | undefined;
  /** Messages that nobody looked at yet. */
  readonly unread: number;
  /** One of them calls us. */
  readonly mentioned: boolean;
  /** The lowest row that is shown; undefined: the newest. */
  readonly bottom: RowAt | undefined;
  /** Messages that came below what is shown. */
  readonly below: number;
  /** The entry that keys act on, or that a search found. */
  readonly picked: number | undefined;
  readonly draft: Editor;
  /** More is kept on disk than `entries` has. */
  readonly older: 'unknown' | 'none';
}

/** @param mark how far `kept` was read; undefined: to the end */
export function newConversation(
  place: Place,
  title: string,
  kept: readonly Entry[] = [],
  mark?: ReadMark,
): Conversation {
  const isNew = (entry: Entry): boolean =>
    mark !== undefined && entry.kind === 'message' && !isRead(mark, entry.message);
  const first = kept.findIndex(isNew);
  const news = kept.filter(isNew);
  return {
    key: keyOfPlace(place),
    place,
    title,
    entries: Scrollback.of(kept),
    newFrom: first < 0 ? undefined : first,
    unread: news.length,
    mentioned: news.some((entry) => entry.kind === 'message' && entry.mention),
    bottom: undefined,
    below: 0,
    picked: undefined,
    draft: EMPTY_EDITOR,
    older: 'unknown',
  };
}

/**
 * Adds an entry. What is shown stays where it is: who reads further up is told what came below,
 * who looks elsewhere finds a line above it.
 * @param watched it is the conversation on the screen, and somebody looks at it
 */
export function withEntry(
  conversation: Conversation,
  entry: Entry,
  watched: boolean,
): Conversation {
  const { entries, newFrom, unread, mentioned, below, bottom } = conversation;
  const isNews = entry.kind === 'message' && !entry.message.own;
  const number = entries.end;
  const grown = entries.append(entry);
  return {
    ...conversation,
    // While somebody reads far up nothing is taken away from under the eyes.
    entries: bottom === undefined ? grown.trimmed(scrollbackEntriesMax) : grown,
    newFrom: watched || !isNews ? newFrom : (newFrom ?? number),
    unread: watched || !isNews ? unread : unread + 1,
    mentioned: mentioned || (!watched && isNews && entry.mention),
    below: bottom !== undefined && entry.kind === 'message' ? below + 1 : below,
  };
}

/** The conversation with a message as it is now; nothing moves. */
export function withAmended(conversation: Conversation, message: ChatMessage): Conversation {
  const entries = conversation.entries.replaced(
    (entry) => entry.kind === 'message' && entry.message.key === message.key,
    (entry) => (entry.kind === 'message' ? { ...entry, message } : entry),
  );
  return entries === conversation.entries ? conversation : { ...conversation, entries };
}

/** Somebody looks at it now. */
export function asRead(conversation: Conversation): Conversation {
  if (conversation.unread === 0 && !conversation.mentioned) return conversation;
  return { ...conversation, unread: 0, mentioned: false };
}
