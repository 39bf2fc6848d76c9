import type { ChatMessage } from '../chat/message.js';
import { NOTHING_READ, type ReadMark, readUpTo } from '../chat/read-mark.js';
import type { ReadMarkFile, ReadMarks } from '../profile/read-marks.js';
import type { Conversation } from './model/conversation.js';

/** What was read is kept this long after it was: many messages, one file. */
const SAVE_MS = 1_000;

/** Keeps what was read of each conversation, from what a screen shows. */
export class Reading {
  readonly #file: Pick<ReadMarkFile, 'save'>;
  readonly #marks: Map<string, ReadMark>;
  /** Of each conversation the number of the first entry that is not looked at yet. */
  readonly #nextOf = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #latest: readonly Conversation[] = [];

  /** @param before as they were loaded; undefined at the first start */
  constructor(file: Pick<ReadMarkFile, 'save'>, before: ReadMarks | undefined) {
    this.#file = file;
    this.#marks = new Map(before);
  }

  /** Takes note of what is read by now, now and then: costs nothing while much comes. */
  follow(conversations: readonly Conversation[]): void {
    this.#latest = conversations;
    if (this.#timer !== undefined || !conversations.some((each) => this.#hasNews(each))) return;
    this.#timer = setTimeout(() => void this.#save(), SAVE_MS);
  }

  /** Keeps the rest. */
  async close(): Promise<void> {
    await this.#save();
  }

  #hasNews(conversation: Conversation): boolean {
    return readEnd(conversation) > this.#nextIn(conversation);
  }

  #nextIn({ key, entries }: Conversation): number {
    return Math.max(entries.start, this.#nextOf.get(key) ?? entries.start);
  }

  /** @returns whether a message of it was read */
  #look(conversation: Conversation): boolean {
    const { key, entries } = conversation;
    const end = readEnd(conversation);
    const messages: ChatMessage[] = [];
    for (let number = this.#nextIn(conversation); number < end; number += 1) {
      const entry = entries.at(number);
      if (entry?.kind === 'message') messages.push(entry.message);
    }
    this.#nextOf.set(key, Math.max(end, this.#nextIn(conversation)));
    if (messages.length === 0) return false;
    const mark = readUpTo(this.#marks.get(key) ?? NOTHING_READ, messages);
    this.#marks.delete(key);
    this.#marks.set(key, mark);
    return true;
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const read = this.#latest.filter((conversation) => this.#look(conversation));
    if (read.length > 0) await this.#file.save(this.#marks);
  }
}

/** Number of the first entry that nobody looked at. */
function readEnd({ entries, unread, newFrom }: Conversation): number {
  return unread > 0 && newFrom !== undefined ? newFrom : entries.end;
}
