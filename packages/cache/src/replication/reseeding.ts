import { compareIds, compareTimes, type PeerId } from '@hearsay/core';
import type { Survivor } from '../store/survivor.js';
import type { Floor } from './answer.js';
import type { Context } from './context.js';
import type { Holdings } from './holdings.js';
import type { Write } from './input.js';
import { toRepublish, unsentWrites } from './reseed.js';
import { type ReadonlyVector, Vector } from './vector.js';

/** What beginning anew asks of the rest. */
export interface ReseedingHandlers {
  /** Forget what is under way, and write on in another stream. */
  dropped(): void;
  write(write: Write): void;
}

/**
 * Who lacks deletions that others have forgotten could bring back what was deleted. So it drops what
 * it holds, takes all from one of them, and writes its own unsent writes anew where they are newer.
 */
export class Reseeding {
  readonly #context: Context;
  readonly #holdings: Holdings;
  readonly #handlers: ReseedingHandlers;
  /** Own writes that nobody had when we began anew, and by what they are judged. */
  #unsent: { readonly writes: readonly Survivor[]; readonly floor: Floor } | undefined;
  /** Whom what we hold comes from, and what it had forgotten then. */
  #base: { readonly peer: PeerId; readonly floor: Vector } | undefined;

  constructor(context: Context, holdings: Holdings, handlers: ReseedingHandlers) {
    this.#context = context;
    this.#holdings = holdings;
    this.#handlers = handlers;
  }

  /** True until all that the others hold was received. */
  get isUnderWay(): boolean {
    return this.#unsent !== undefined;
  }

  /**
   * A neighbour tells what it has forgotten, and then what it holds.
   * @returns false when what it sends is of no use now
   */
  floorOf(peer: PeerId, floor: Floor): boolean {
    const { vector, oldest } = this.#context;
    if (vector.dominates(floor.vector)) return true;
    if (oldest === undefined) {
      this.#base = { peer, floor: Vector.from(floor.vector.sorted()) };
      return true;
    }
    if (compareTimes(oldest, floor.time) > 0) return true; // All that is here is later than what was forgotten.
    if (this.#base?.peer === peer && this.#base.floor.dominates(floor.vector)) return true;
    if (this.#yieldsTo(peer, floor)) this.#begin(peer, floor);
    return false;
  }

  /** All that a neighbour holds was received. */
  complete(from: PeerId): void {
    const unsent = this.#unsent;
    if (unsent === undefined || this.#base?.peer !== from) return;
    this.#unsent = undefined;
    let republished = 0;
    for (const survivor of unsent.writes) {
      const change = toRepublish(this.#context, survivor, unsent.floor);
      if (change === undefined) continue;
      this.#handlers.write({ key: survivor.key, change });
      republished += 1;
    }
    const discarded = unsent.writes.length - republished;
    this.#context.outbox.event({ kind: 'reseeded', from, republished, discarded });
  }

  /** When each lacks what the other has forgotten, one begins anew: who has forgotten less lately. */
  #yieldsTo(peer: PeerId, theirs: Floor): boolean {
    const ours = this.#holdings.floor;
    if (this.#holdings.toldBy(peer)?.dominates(ours.vector) !== false) return true;
    const order = compareTimes(ours.time, theirs.time);
    return order < 0 || (order === 0 && compareIds(this.#context.self, peer) < 0);
  }

  #begin(peer: PeerId, floor: Floor): void {
    const { own, store, vector, heads, counters, outbox } = this.#context;
    const held: ReadonlyVector = this.#holdings.toldBy(peer) ?? new Vector();
    const unsent = this.#unsent?.writes ?? unsentWrites(this.#context, held);
    own.take();
    store.clear();
    vector.clear();
    heads.clear();
    this.#context.oldest = undefined;
    counters.reseeds += 1;
    outbox.push({ kind: 'dropped' });
    this.#handlers.dropped();
    this.#holdings.clear();
    this.#unsent = { writes: unsent, floor };
    this.#base = { peer, floor: Vector.from(floor.vector.sorted()) };
  }
}
