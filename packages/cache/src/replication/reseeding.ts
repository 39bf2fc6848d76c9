import { compareIds, compareTimes, type HlcTime, type PeerId } from '@hearsay/core';
import type { Survivor } from '../store/survivor.js';
import type { Change } from '../values/operation.js';
import type { Floor } from './answer.js';
import type { Context } from './context.js';
import type { Holdings } from './holdings.js';
import type { Write } from './input.js';
import { batchesOf, toRepublish, unsentWrites } from './reseed.js';
import { changesToRepublish } from './reseed-composites.js';
import { type ReadonlyVector, Vector } from './vector.js';

const NOTHING: Vector = new Vector();

/** What beginning anew asks of the rest. */
export interface ReseedingHandlers {
  /** Forget what is under way, and write on in another stream. */
  dropped(): void;
  write(writes: readonly Write[]): void;
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
  #unsent:
    | {
        readonly writes: readonly Survivor[];
        readonly floor: Floor;
        /** What the others were known to hold then. */
        readonly held: ReadonlyVector;
      }
    | undefined;
  /** Whom what we hold comes from, and what it had forgotten then. */
  #base: { readonly peer: PeerId; readonly floor: Vector } | undefined;

  /** Who told last what it has forgotten. */
  #told: { readonly peer: PeerId; readonly floor: Floor } | undefined;

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
   * @param theirOldest date of the oldest write that it may hold
   * @returns false when what it sends is of no use now
   */
  floorOf(peer: PeerId, floor: Floor, theirOldest: HlcTime | undefined): boolean {
    const { vector, oldest } = this.#context;
    this.#told = { peer, floor };
    // What it has forgotten since we began anew counts too when our own writes are judged.
    if (this.#unsent !== undefined && this.#base?.peer === peer) {
      this.#unsent = { ...this.#unsent, floor };
    }
    if (vector.dominates(floor.vector)) return true;
    if (oldest === undefined) {
      this.#base = { peer, floor: Vector.from(floor.vector.sorted()) };
      return true;
    }
    if (compareTimes(oldest, floor.time) > 0) return true; // All that is here is later than what was forgotten.
    if (this.#base?.peer === peer && this.#base.floor.dominates(floor.vector)) return true;
    if (this.#yieldsTo(peer, floor, theirOldest)) this.#begin(peer, floor);
    return false;
  }

  /** All that a neighbour holds was received. */
  complete(from: PeerId): void {
    if (this.#told?.peer === from) this.#holdings.mergeFloor(this.#told.floor);
    const unsent = this.#unsent;
    if (unsent === undefined || this.#base?.peer !== from) return;
    this.#unsent = undefined;
    let republished = 0;
    // What was written together is written together again.
    for (const batch of batchesOf(unsent.writes)) {
      const writes = batch.flatMap((survivor) => {
        const changes = this.#toRepublish(survivor, unsent);
        if (changes.length > 0) republished += 1;
        return changes.map((change) => ({ key: survivor.key, change }));
      });
      if (writes.length > 0) this.#handlers.write(writes);
    }
    const discarded = unsent.writes.length - republished;
    this.#context.outbox.event({ kind: 'reseeded', from, republished, discarded });
  }

  #toRepublish(
    survivor: Survivor,
    { floor, held }: { readonly floor: Floor; readonly held: ReadonlyVector },
  ): readonly Change[] {
    if (survivor.kind === 'composite') return changesToRepublish(this.#context, survivor, held);
    const change = toRepublish(this.#context, survivor, floor);
    return change === undefined ? [] : [change];
  }

  /** When each lacks what the other has forgotten, one begins anew: who has forgotten less lately. */
  #yieldsTo(peer: PeerId, theirs: Floor, theirOldest: HlcTime | undefined): boolean {
    const ours = this.#holdings.floor;
    if (!this.#holdings.isStale(peer, theirOldest)) return true;
    const order = compareTimes(ours.time, theirs.time);
    return order < 0 || (order === 0 && compareIds(this.#context.self, peer) < 0);
  }

  #begin(peer: PeerId, floor: Floor): void {
    const { own, store, vector, ahead, heads, counters, outbox } = this.#context;
    const held = new Vector();
    for (const each of this.#holdings.members) held.merge(this.#holdings.toldBy(each) ?? NOTHING);
    const unsent = this.#unsent ?? { writes: unsentWrites(this.#context, held), held };
    own.take();
    store.clear();
    vector.clear();
    ahead.clear();
    heads.clear();
    this.#context.oldest = undefined;
    counters.reseeds += 1;
    outbox.push({ kind: 'dropped' });
    this.#handlers.dropped();
    this.#holdings.clear();
    this.#unsent = { ...unsent, floor };
    this.#base = { peer, floor: Vector.from(floor.vector.sorted()) };
  }
}
