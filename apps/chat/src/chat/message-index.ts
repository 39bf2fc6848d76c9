import { indexedMessagesMax } from '../limits.js';
import { type Amendment, amended, type Change, NO_AMENDMENT } from './change.js';
import type { ChatMessage } from './message.js';

/** What is remembered of a message, so that it can be changed and found by what changes it. */
interface Indexed {
  message: ChatMessage | undefined;
  amendment: Amendment;
}

/** The newest messages and what changes made of them; bounded, the one not touched the longest goes. */
export class MessageIndex {
  readonly #entries = new Map<string, Indexed>();

  /** Takes note of a message. @returns it with all changes that came before it */
  add(message: ChatMessage): ChatMessage {
    const indexed = this.#take(message.key);
    indexed.message = message;
    return withAmendment(message, indexed.amendment);
  }

  /** The message with all changes known by now. */
  amend(message: ChatMessage): ChatMessage {
    const indexed = this.#entries.get(message.key);
    return indexed === undefined ? message : withAmendment(message, indexed.amendment);
  }

  find(key: string): ChatMessage | undefined {
    const indexed = this.#entries.get(key);
    return indexed?.message && withAmendment(indexed.message, indexed.amendment);
  }

  /** @returns the message as it is now, if it is known; undefined when nothing changed */
  apply(change: Change): { readonly message: ChatMessage | undefined } | undefined {
    const indexed = this.#take(change.of);
    const after = amended(indexed.amendment, change);
    if (after === indexed.amendment) return undefined;
    indexed.amendment = after;
    return { message: this.find(change.of) };
  }

  /** The newest message that fits. */
  last(fits: (message: ChatMessage) => boolean): ChatMessage | undefined {
    let newest: ChatMessage | undefined;
    for (const { message } of this.#entries.values()) {
      if (message === undefined || !fits(message)) continue;
      if (newest === undefined || message.sentMs >= newest.sentMs) newest = message;
    }
    return newest && this.find(newest.key);
  }

  #take(key: string): Indexed {
    const indexed = this.#entries.get(key) ?? { message: undefined, amendment: NO_AMENDMENT };
    this.#entries.delete(key);
    this.#entries.set(key, indexed);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > indexedMessagesMax && !oldest.done) this.#entries.delete(oldest.value);
    return indexed;
  }
}

function withAmendment(message: ChatMessage, amendment: Amendment): ChatMessage {
  return amendment === NO_AMENDMENT ? message : { ...message, amendment };
}
