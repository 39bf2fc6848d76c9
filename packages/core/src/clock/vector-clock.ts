import { invariant } from '../errors.js';
import { compareIds, type StreamId } from '../ids.js';
import type { Dot } from './dot.js';

/** How two clocks stand to each other (Fidge 1988, Mattern 1989). */
export type ClockOrder = 'equal' | 'before' | 'after' | 'concurrent';

/** A clock nobody may change through this reference. */
export interface ReadonlyVectorClock {
  get(stream: StreamId): number;
  includes(dot: Dot): boolean;
  dominates(other: ReadonlyVectorClock): boolean;
  compare(other: ReadonlyVectorClock): ClockOrder;
  /** Events in this clock that `other` has not. */
  excessOver(other: ReadonlyVectorClock): number;
  entries(): IterableIterator<[StreamId, number]>;
  /** In byte order of the streams. */
  sorted(): [StreamId, number][];
  readonly size: number;
}

/**
 * Stream -> highest sequence of a gap-free prefix. An absent stream is 0.
 *
 * Because a prefix has no holes, the clock says exactly which messages a peer holds; receipts,
 * "behind by n" and "in sync" all follow from it.
 */
export class VectorClock implements ReadonlyVectorClock {
  readonly #entries = new Map<StreamId, number>();

  static from(entries: Iterable<readonly [StreamId, number]>): VectorClock {
    const clock = new VectorClock();
    for (const [stream, sequence] of entries) clock.raise(stream, sequence);
    return clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(stream: StreamId): number {
    return this.#entries.get(stream) ?? 0;
  }

  /** Moves one entry up; lower or equal values change nothing. @returns whether it moved */
  raise(stream: StreamId, sequence: number): boolean {
    invariant(Number.isSafeInteger(sequence) && sequence >= 0, 'a sequence is a whole number');
    if (sequence <= this.get(stream)) return false;
    this.#entries.set(stream, sequence);
    return true;
  }

  /** Forgets a stream that does not count any more. */
  remove(stream: StreamId): void {
    this.#entries.delete(stream);
  }

  /** Entry-wise maximum: commutative, associative, idempotent. */
  merge(other: ReadonlyVectorClock): void {
    for (const [stream, sequence] of other.entries()) this.raise(stream, sequence);
  }

  includes(dot: Dot): boolean {
    return this.get(dot.stream) >= dot.sequence;
  }

  dominates(other: ReadonlyVectorClock): boolean {
    for (const [stream, sequence] of other.entries()) {
      if (this.get(stream) < sequence) return false;
    }
    return true;
  }

  compare(other: ReadonlyVectorClock): ClockOrder {
    const above = this.dominates(other);
    const below = other.dominates(this);
    if (above && below) return 'equal';
    if (above) return 'after';
    return below ? 'before' : 'concurrent';
  }

  excessOver(other: ReadonlyVectorClock): number {
    let excess = 0;
    for (const [stream, sequence] of this.#entries) {
      excess += Math.max(0, sequence - other.get(stream));
    }
    return excess;
  }

  entries(): IterableIterator<[StreamId, number]> {
    return this.#entries.entries();
  }

  /** Entries in byte order of the streams: the same list at every peer that holds the same. */
  sorted(): [StreamId, number][] {
    return [...this.#entries].sort(([left], [right]) => compareIds(left, right));
  }

  copy(): VectorClock {
    return VectorClock.from(this.#entries);
  }
}
