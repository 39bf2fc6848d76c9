import type { PeerId, StreamId } from '@hearsay/core';
import { type FrameCrypto, type FrameHead, isSigned, keepHead } from '../wire/frame.js';

/**
 * The newest head of each stream: the proof of how far it reaches. A head that came over the link of its
 * own author needs no proof for us, as the link proves who spoke, but for everybody whom we show it. So
 * its signature is checked when it is shown first, and of many heads of one stream only the newest is.
 */
export class Heads {
  readonly #crypto: FrameCrypto;
  readonly #proven = new Map<StreamId, FrameHead>();
  /** Newer ones, of which nobody has looked at the signature. */
  readonly #claimed = new Map<StreamId, FrameHead>();
  /** Whose own link brought a head that does not hold: what they say is checked at once. */
  readonly #liars = new Set<PeerId>();
  readonly #onForged: (head: FrameHead) => void;

  /** @param onForged a head came over the link of its author, who did not sign it; called once for each */
  constructor(crypto: FrameCrypto, onForged: (head: FrameHead) => void) {
    this.#crypto = crypto;
    this.#onForged = onForged;
  }

  /** Whether what an author says on its own link is taken at its word. */
  trusts(author: PeerId): boolean {
    return !this.#liars.has(author);
  }

  /** A head whose signature was checked, or is ours. */
  prove(head: FrameHead): void {
    this.#proven.set(head.stream, keepHead(head));
    this.#claimed.delete(head.stream);
  }

  /** A head that came over the link of its author. */
  claim(head: FrameHead): void {
    this.#claimed.set(head.stream, keepHead(head));
  }

  /** The newest head of a stream that holds. */
  of(stream: StreamId): FrameHead | undefined {
    this.#check(stream);
    return this.#proven.get(stream);
  }

  /** Of all streams. */
  all(): readonly FrameHead[] {
    for (const stream of [...this.#claimed.keys()]) this.#check(stream);
    return [...this.#proven.values()];
  }

  /** Forgets the streams that are over. */
  retire(isRetired: (stream: StreamId) => boolean): void {
    for (const heads of [this.#proven, this.#claimed]) {
      for (const stream of [...heads.keys()]) if (isRetired(stream)) heads.delete(stream);
    }
  }

  clear(): void {
    this.#proven.clear();
    this.#claimed.clear();
  }

  #check(stream: StreamId): void {
    const head = this.#claimed.get(stream);
    if (head === undefined) return;
    this.#claimed.delete(stream);
    if (isSigned(head, this.#crypto)) {
      this.#proven.set(stream, head);
      return;
    }
    this.#liars.add(head.origin);
    this.#onForged(head);
  }
}
