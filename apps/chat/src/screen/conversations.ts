import type { ChatMessage } from '../chat/message.js';
import { keyOfPlace, type Place } from '../chat/place.js';
import { NOTHING_READ } from '../chat/read-mark.js';
import type { ChatSession } from '../chat/session.js';
import { keptPageMessages, scrollbackEntriesMax } from '../limits.js';
import type { ReadMarks } from '../profile/read-marks.js';
import { mentions } from '../view/mention.js';
import { type Conversation, type Entry, newConversation } from './model/conversation.js';

/** Reads conversations from what the peer keeps: the newest first, more when somebody scrolls up. */
export class Conversations {
  readonly #session: ChatSession;
  readonly #pageMessages: number;

  /** @param historyMax `--history`: earlier messages shown; older ones come by scrolling up */
  constructor(session: ChatSession, historyMax: number | undefined) {
    this.#session = session;
    this.#pageMessages = Math.min(historyMax ?? keptPageMessages, scrollbackEntriesMax);
  }

  /**
   * The rooms we are in, and everybody of whom a direct message is kept.
   * @param marks how far they were read; undefined: nobody knows, so nothing counts as new
   */
  first(marks?: ReadMarks): readonly Conversation[] {
    const { peer, rooms } = this.#session;
    const places: Place[] = rooms.map((room) => ({ kind: 'room', room }));
    for (const { id, self } of peer.members()) {
      const place: Place = { kind: 'direct', peer: id };
      if (!self && this.#session.history(place, 1).length > 0) places.push(place);
    }
    return places.map((place) => {
      const mark = marks === undefined ? undefined : (marks.get(keyOfPlace(place)) ?? NOTHING_READ);
      return newConversation(place, this.titleOf(place), this.kept(place), mark);
    });
  }

  titleOf(place: Place): string {
    return place.kind === 'room' ? `#${place.room}` : this.#session.names.of(place.peer);
  }

  /** The newest that is kept, oldest first. */
  kept(place: Place): readonly Entry[] {
    return this.#read(place, this.#pageMessages);
  }

  /** What is older than the `have` newest messages; each time as much again as is there. */
  older(place: Place, have: number): { entries: readonly Entry[]; complete: boolean } {
    const wanted = Math.min(Math.max(2 * have, keptPageMessages), scrollbackEntriesMax);
    const all = this.#read(place, wanted);
    const entries = all.slice(0, Math.max(0, all.length - have));
    return { entries, complete: all.length < wanted || wanted === scrollbackEntriesMax };
  }

  #read(place: Place, limit: number): readonly Entry[] {
    return this.#session.history(place, limit).map((message) => this.#entryOf(message));
  }

  #entryOf(message: ChatMessage): Entry {
    const { names, peer } = this.#session;
    const name = names.of(message.fromId, message.nick);
    return { kind: 'message', message, name, mention: mentions(message, peer.nick) };
  }
}
