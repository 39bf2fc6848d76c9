import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { StreamId } from '../ids.js';
import type { LogDeltaItem } from './log-delta.js';

export type Floor = LogDeltaItem & { readonly kind: 'floor' };

/**
 * Floors that a neighbour told of and that may not be jumped to yet.
 *
 * What lies below a floor is skipped, its causes are not: batches above it no longer name them.
 * Floors may lean on each other (two peers that talked a lot), so they are taken as a set.
 * At most one a stream.
 */
export class Floors {
  readonly #waiting = new Map<StreamId, Floor>();
  readonly #max: number;

  constructor(streamsMax: number) {
    this.#max = streamsMax;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Files a floor; a higher one replaces a lower, and over the bound the next sync brings it again. */
  add(floor: Floor): void {
    const known = this.#waiting.get(floor.stream);
    if (known !== undefined && known.floor >= floor.floor) return;
    if (known === undefined && this.#waiting.size >= this.#max) return;
    this.#waiting.set(floor.stream, floor);
  }

  /** Takes out the largest set of floors whose causes are held or lie below a floor of the set. */
  takeReady(clock: ReadonlyVectorClock, waived: (stream: StreamId) => boolean): readonly Floor[] {
    for (const [stream, { floor }] of this.#waiting) {
      if (clock.get(stream) >= floor) this.#waiting.delete(stream);
    }
    const ready = new Map(this.#waiting);
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
}
