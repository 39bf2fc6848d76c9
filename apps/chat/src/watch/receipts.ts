import type { MessageId } from '@hearsay/core';
import type { ChatMessage } from '../chat/message.js';
import { receiptsShownMax, watchedMessagesMax } from '../limits.js';
import type { Holding, Notice } from '../view/notice.js';
import type { Watch } from './watch.js';

/** After this long a message that not every live peer holds is worth a line. */
const WORRY_MS = 3_000;

interface Watched {
  readonly message: ChatMessage;
  readonly saidMs: number;
  worried: boolean;
}

export interface ReceiptSources {
  holdingOf(id: MessageId): Holding;
  /** Names of live peers that lack messages of ours. */
  behind(): readonly string[];
}

/**
 * Follows own messages until every live peer holds them. A printed line is never changed: when a
 * message is not held by all in time one line says so, and one more says when it is.
 */
export class Receipts implements Watch {
  readonly #sources: ReceiptSources;
  #watched: Watched[] = [];
  #recent: ChatMessage[] = [];
  #worriedTotal = 0;

  constructor(sources: ReceiptSources) {
    this.#sources = sources;
  }

  get wakeAtMs(): number | undefined {
    if (this.#worriedTotal > 0) return undefined; // Already told; what follows is good news.
    const next = this.#watched[0];
    return next === undefined ? undefined : next.saidMs + WORRY_MS;
  }

  /** Own messages that no live peer is known to hold. */
  get waiting(): number {
    return this.#watched.filter(({ message }) => this.#sources.holdingOf(message.id).held === 0)
      .length;
  }

  said(message: ChatMessage, nowMs: number): void {
    this.#recent = [...this.#recent, message].slice(-receiptsShownMax);
    this.#watched.push({ message, saidMs: nowMs, worried: false });
    if (this.#watched.length > watchedMessagesMax) this.#watched.shift();
  }

  /** The last own messages, oldest first, with who holds them now. */
  recent(): readonly { readonly message: ChatMessage; readonly holding: Holding }[] {
    return this.#recent.map((message) => ({
      message,
      holding: this.#sources.holdingOf(message.id),
    }));
  }

  tick(nowMs: number): readonly Notice[] {
    const open: Watched[] = [];
    for (const watched of this.#watched) {
      const holding = this.#sources.holdingOf(watched.message.id);
      if (holding.live === 0 || holding.held < holding.live) open.push(watched);
    }
    this.#watched = open;
    return this.#worriedTotal > 0 ? this.#reassure(open) : this.#worry(open, nowMs);
  }

  #worry(open: readonly Watched[], nowMs: number): readonly Notice[] {
    const first = open[0];
    if (first === undefined || nowMs < first.saidMs + WORRY_MS) return [];
    for (const watched of open) watched.worried = true;
    this.#worriedTotal = open.length;
    const holding = this.#sources.holdingOf(first.message.id);
    return [{ kind: 'unheld', count: open.length, holding, behind: this.#sources.behind() }];
  }

  #reassure(open: readonly Watched[]): readonly Notice[] {
    // Messages said since the warning belong to it: one line when all of them have arrived.
    this.#worriedTotal += open.filter(({ worried }) => !worried).length;
    for (const watched of open) watched.worried = true;
    if (open.length > 0) return [];
    const count = this.#worriedTotal;
    this.#worriedTotal = 0;
    return [{ kind: 'held', count }];
  }
}
