import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import { type PeerId, parseStreamId, type StreamId } from '../ids.js';
import type { HoldBack } from './hold-back.js';
import type { LogDeltaItem } from './log-delta.js';

export type Floor = LogDeltaItem & { readonly kind: 'floor' };

/** Who told of a floor; undefined for what our own store held. */
type Teller = PeerId | undefined;

/** Floors of one stream that may wait at once: one who lies must not push out one who does not. */
const TELLERS_MAX = 4;

/**
 * Floors that neighbours told of and that may not be jumped to yet.
 *
 * What lies below a floor is skipped, its causes are not: batches above it no longer name them.
 * Floors may lean on each other (two peers that talked a lot), so they are taken as a set.
 */
export class Floors {
  readonly #waiting = new Map<StreamId, Map<Teller, Floor>>();
  readonly #max: number;
  readonly #held: HoldBack;
  readonly #mayGrow: (stream: StreamId) => boolean;

  /** @param mayGrow whether the author of a stream lives and may add to it; unless given, none does */
  constructor(
    streamsMax: number,
    held: HoldBack,
    mayGrow: (stream: StreamId) => boolean = () => false,
  ) {
    this.#max = streamsMax;
    this.#held = held;
    this.#mayGrow = mayGrow;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Files a floor; a higher one of the same teller replaces a lower, the newest teller makes room for
   * itself, and over the bound on streams the next sync brings it again.
   */
  add(floor: Floor, teller: Teller): void {
    const told = this.#waiting.get(floor.stream) ?? new Map<Teller, Floor>();
    const known = told.get(teller);
    if (known !== undefined && known.floor >= floor.floor) return;
    if (told.size === 0) {
      if (this.#waiting.size >= this.#max) return;
      this.#waiting.set(floor.stream, told);
    }
    if (known === undefined && told.size >= TELLERS_MAX) {
      for (const [oldest] of told) {
        told.delete(oldest);
        break;
      }
    }
    told.set(teller, floor);
  }

  /** Takes out the largest set of floors whose causes are held or lie below a floor of the set. */
  takeReady(clock: ReadonlyVectorClock, waived: (stream: StreamId) => boolean): readonly Floor[] {
    const ready = new Map<StreamId, Floor>();
    for (const [stream, told] of this.#waiting) {
      const best = this.#highest(told, clock.get(stream));
      if (told.size === 0) this.#waiting.delete(stream);
      if (best !== undefined) ready.set(stream, best);
    }
    const covered = (stream: StreamId, sequence: number): boolean =>
      clock.get(stream) >= sequence ||
      (ready.get(stream)?.floor ?? 0) >= sequence ||
      waived(stream);
    for (let shrank = true; shrank; ) {
      shrank = false;
      for (const { stream, causes } of ready.values()) {
        if (causes.every(([cause, sequence]) => covered(cause, sequence))) continue;
        ready.delete(stream);
        shrank = true;
      }
    }
    for (const stream of ready.keys()) this.#waiting.delete(stream);
    return [...ready.values()];
  }

  /** The highest floor that is believed; those that were reached are forgotten. */
  #highest(told: Map<Teller, Floor>, reached: number): Floor | undefined {
    let best: Floor | undefined;
    for (const [teller, floor] of told) {
      if (floor.floor <= reached) told.delete(teller);
      else if (floor.floor > (best?.floor ?? 0) && this.#believes(floor, teller)) best = floor;
    }
    return best;
  }

  /**
   * A floor is not signed, and whoever skips to one that its author has not reached loses what comes
   * next. So it is taken from our own store, from the author itself, under a batch that the author
   * signed, or when the author adds nothing any more.
   */
  #believes({ stream, floor }: Floor, teller: Teller): boolean {
    if (teller === undefined || teller === parseStreamId(stream).peer) return true;
    return this.#held.get(stream, floor + 1) !== undefined || !this.#mayGrow(stream);
  }
}
