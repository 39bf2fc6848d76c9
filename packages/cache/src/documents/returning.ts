import type { PeerId } from '@hearsay/core';
import type { StandingPost, TracedPost } from './standing-posts.js';

/** A document that others may have deleted and forgotten. */
interface Traceable {
  readonly key: string;
  /** Some of those that have written to it. */
  readonly clients: readonly number[];
}

/** What beginning anew needs of whoever holds the documents. */
export interface ReturningHost {
  readonly self: PeerId;
  readMs(): number;
  post(post: StandingPost, to: PeerId): void;
  /** Keys of documents that came to be before then, and that nobody has open here. */
  bornBefore(wallMs: number): readonly string[];
  /** Undefined for one that cannot be read, or is gone. */
  trace(key: string): Traceable | undefined;
  /** Whether we hold something that one of these clients has written. */
  isKnown(key: string, clients: readonly number[]): boolean;
  /** It was deleted while we were away. */
  discard(key: string): void;
}

const QUESTIONS_MAX = 16;
const ASK_AGAIN_MS = 2_000;

/**
 * Begins anew beside others that have forgotten deletions we do not know of: each document is looked for
 * at one of them, and goes when it is not there any more, or another one under its name is. What came to be
 * after we parted cannot have been deleted there, and what somebody has open stays as it is.
 */
export class Returning {
  readonly #host: ReturningHost;
  #to: { readonly peer: PeerId; readonly era: number } | undefined;
  #waiting: string[] = [];
  readonly #asked = new Set<string>();
  #askedMs = 0;

  constructor(host: ReturningHost) {
    this.#host = host;
  }

  get isUnderWay(): boolean {
    return this.#to !== undefined;
  }

  isTo(peer: PeerId): boolean {
    return this.#to?.peer === peer;
  }

  /** @param sinceMs when we parted, by our wall clock. @returns whether that is all */
  begin(peer: PeerId, era: number, sinceMs: number): boolean {
    this.#to = { peer, era };
    this.#asked.clear();
    this.#waiting = [...this.#host.bornBefore(sinceMs)];
    return this.#ask();
  }

  /** @returns whether that is all */
  traced(from: PeerId, { key, isKnown }: TracedPost): boolean {
    if (!this.isTo(from) || !this.#asked.delete(key)) return false;
    if (!isKnown) this.#host.discard(key);
    return this.#ask();
  }

  /** Asks again what was not answered. @returns whether that is all */
  tick(): boolean {
    if (this.#to === undefined || this.#host.readMs() - this.#askedMs < ASK_AGAIN_MS) return false;
    this.#waiting.unshift(...this.#asked);
    this.#asked.clear();
    return this.#ask();
  }

  /** @throws Error when it was not begun */
  stop(): { readonly to: PeerId; readonly era: number } {
    const to = this.#to;
    if (to === undefined) throw new Error('nothing was begun anew');
    this.#to = undefined;
    this.#waiting = [];
    this.#asked.clear();
    return { to: to.peer, era: to.era };
  }

  #ask(): boolean {
    const to = this.#to;
    if (to === undefined) return false;
    while (this.#asked.size < QUESTIONS_MAX) {
      const key = this.#waiting.shift();
      if (key === undefined) break;
      const traceable = this.#host.trace(key);
      if (traceable === undefined) continue;
      this.#asked.add(key);
      this.#askedMs = this.#host.readMs();
      this.#host.post({ kind: 'trace', ...traceable }, to.peer);
    }
    return this.#asked.size === 0;
  }
}
