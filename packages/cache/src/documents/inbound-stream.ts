import type { DocumentLimits } from './limits.js';

/** Bytes held back behind holes, of all streams together. */
export interface HeldTotal {
  bytes: number;
}

/** What became of an update that came in. */
export type Arrival = 'next' | 'old' | 'held';

/**
 * The edits of one peer to one document, in the order it made them. Yjs applies an update before
 * those that it builds on only by looking through all that wait each time one comes; so what follows
 * a hole waits here, and the hole is pulled.
 */
export class InboundStream {
  readonly session: number;
  readonly #limits: DocumentLimits;
  readonly #total: HeldTotal;
  readonly #held = new Map<number, Uint8Array>();
  #next = 1;
  #blocked = false;
  /** The highest number heard of. */
  #heard = 0;

  constructor(session: number, limits: DocumentLimits, total: HeldTotal) {
    this.session = session;
    this.#limits = limits;
    this.#total = total;
  }

  /** Updates that wait. */
  get held(): number {
    return this.#held.size;
  }

  /** Something was posted that cannot be applied before something else is pulled. */
  get hasHole(): boolean {
    return this.#blocked || this.#heard >= this.#next;
  }

  /** What came last builds on something that is not here; nothing is next until that is pulled. */
  block(): void {
    this.#blocked = true;
  }

  arrive(sequence: number, update: Uint8Array): Arrival {
    if (sequence < this.#next) return 'old';
    this.#heard = Math.max(this.#heard, sequence);
    // An empty one stands for an update that must be pulled.
    if (sequence === this.#next && !this.#blocked && update.length > 0) {
      this.#next += 1;
      return 'next';
    }
    if (update.length > 0) this.#hold(sequence, update);
    return 'held';
  }

  /** Everything up to this number is here by another way. */
  caughtUp(upTo: number): void {
    this.#blocked = false;
    // Posts and answers come in order: what was heard of is in the answer, or waits here.
    this.#heard = Math.max(upTo, ...this.#held.keys());
    if (upTo < this.#next) return;
    this.#next = upTo + 1;
    for (const [sequence, update] of this.#held) {
      if (sequence <= upTo) this.#release(sequence, update);
    }
  }

  /** The next update that waited, if it is here. */
  take(): Uint8Array | undefined {
    const update = this.#blocked ? undefined : this.#held.get(this.#next);
    if (update === undefined) return undefined;
    this.#release(this.#next, update);
    this.#next += 1;
    return update;
  }

  /** Lets go of all that waits. @returns how much that was */
  clear(): number {
    const count = this.#held.size;
    for (const [sequence, update] of this.#held) this.#release(sequence, update);
    return count;
  }

  #hold(sequence: number, update: Uint8Array): void {
    if (this.#held.has(sequence)) return;
    const { heldUpdatesMax, heldBytesMax } = this.#limits;
    const full = this.#held.size >= heldUpdatesMax || this.#total.bytes >= heldBytesMax;
    // All of it: what was pulled holds it too, and a hole that stays is asked for.
    if (full) this.clear();
    if (this.#total.bytes + update.length > heldBytesMax) return;
    this.#held.set(sequence, update);
    this.#total.bytes += update.length;
  }

  #release(sequence: number, update: Uint8Array): void {
    this.#held.delete(sequence);
    this.#total.bytes -= update.length;
  }
}
