import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Links, OpenLink } from './links.js';

/** Between two looks at links that nobody wants. */
const LOOK_MS = 2_000;
/** A link must be unwanted this long: members come in groups, and each changes who is wanted. */
const UNWANTED_MS = 5_000;
/** Who needs its link is asked again after this long. */
const KEEP_MS = 30_000;
/** With so few links none is let go. */
const SCARCE_LINKS = 3;

/** Links of a capped mesh that are no longer wanted: the other side is asked before one goes. */
export class Surplus {
  readonly #context: Context;
  readonly #links: Links;
  readonly #isWanted: (link: OpenLink) => boolean;
  /** When each may be asked about. */
  readonly #askMs = new Map<PeerId, number>();
  #lookMs = 0;

  constructor(context: Context, links: Links, isWanted: (link: OpenLink) => boolean) {
    this.#context = context;
    this.#links = links;
    this.#isWanted = isWanted;
  }

  /** Too few links to let one go. */
  get isScarce(): boolean {
    return this.#links.openCount <= SCARCE_LINKS;
  }

  /** Asks about what is unwanted for long enough. @returns when to look again */
  tick(): number {
    const nowMs = this.#context.now.monotonicMs;
    if (nowMs < this.#lookMs) return this.#lookMs;
    this.#lookMs = nowMs + LOOK_MS;
    for (const peer of this.#askMs.keys()) {
      if (this.#links.of(peer) === undefined) this.#askMs.delete(peer);
    }
    for (const link of this.#links.neighbours()) {
      const askMs = this.#askMs.get(link.peer);
      if (this.#isWanted(link)) {
        this.#askMs.delete(link.peer);
      } else if (askMs === undefined) {
        this.#askMs.set(link.peer, nowMs + UNWANTED_MS);
      } else if (askMs <= nowMs && !this.isScarce) {
        this.#askMs.set(link.peer, nowMs + KEEP_MS);
        this.#context.outbox.send(link.id, { kind: 'release' });
      }
    }
    return this.#lookMs;
  }

  /** The other side needs it. */
  keep(peer: PeerId): void {
    this.#askMs.set(peer, this.#context.now.monotonicMs + KEEP_MS);
  }

  /** Its link is gone. */
  forget(peer: PeerId): void {
    this.#askMs.delete(peer);
  }
}
