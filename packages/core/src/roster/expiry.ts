import type { PeerId } from '../ids.js';

/** What ends within one of these is looked at together. */
const SLOT_MS = 10_000;

/** Who is to be looked at when, so that time passing costs what ends and not what there is. */
export class Expiry {
  readonly #slots = new Map<number, Set<PeerId>>();

  /** Looks at a member soon after a time; earlier wishes stay, and do no harm. */
  watch(peer: PeerId, atMs: number): void {
    const slot = Math.floor(atMs / SLOT_MS) + 1;
    const peers = this.#slots.get(slot);
    if (peers === undefined) this.#slots.set(slot, new Set([peer]));
    else peers.add(peer);
  }

  /** Those whose time has come. */
  *due(nowMs: number): Generator<PeerId> {
    for (const [slot, peers] of this.#slots) {
      if (slot * SLOT_MS > nowMs) continue;
      this.#slots.delete(slot);
      yield* peers;
    }
  }
}
