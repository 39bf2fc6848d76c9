import { compareIds, type PeerId, parseStreamId, type StreamId, streamId } from '@hearsay/core';
import { type ClockEntry, Writer, writeClockEntries } from '@hearsay/core/wire';

/** In place of a sequence: this stream, and all older ones of its peer, ended long ago and hold nothing. */
export const RETIRED: number = 2 ** 48 - 1;

/** A vector that nobody may change through this reference. */
export interface ReadonlyVector {
  get(stream: StreamId): number;
  dominates(other: ReadonlyVector): boolean;
  sorted(): readonly ClockEntry[];
  readonly size: number;
}

/**
 * Stream -> highest sequence of a gap-free prefix, and for each peer the generation up to which its
 * streams are retired, so that a vector does not grow with every restart.
 */
export class Vector implements ReadonlyVector {
  readonly #entries = new Map<StreamId, number>();
  readonly #retired = new Map<PeerId, number>();

  static from(entries: Iterable<ClockEntry>): Vector {
    const vector = new Vector();
    for (const [stream, sequence] of entries) vector.raise(stream, sequence);
    return vector;
  }

  get size(): number {
    return this.#entries.size + this.#retired.size;
  }

  get(stream: StreamId): number {
    const known = this.#entries.get(stream);
    if (known !== undefined) return known;
    return this.#retired.size > 0 && this.isRetired(stream) ? RETIRED : 0;
  }

  isRetired(stream: StreamId): boolean {
    const { peer, generation } = parseStreamId(stream);
    return generation <= (this.#retired.get(peer) ?? -1);
  }

  /** Moves one entry up. @returns whether it moved */
  raise(stream: StreamId, sequence: number): boolean {
    if (sequence <= this.get(stream)) return false;
    if (sequence < RETIRED) this.#entries.set(stream, sequence);
    else this.#retire(stream);
    return true;
  }

  dominates(other: ReadonlyVector): boolean {
    for (const [stream, sequence] of other.sorted()) {
      if (this.get(stream) < sequence) return false;
    }
    return true;
  }

  includes(entries: Iterable<ClockEntry>): boolean {
    for (const [stream, sequence] of entries) if (this.get(stream) < sequence) return false;
    return true;
  }

  merge(other: ReadonlyVector): void {
    for (const [stream, sequence] of other.sorted()) this.raise(stream, sequence);
  }

  /** Streams that are not retired. */
  streams(): IterableIterator<[StreamId, number]> {
    return this.#entries.entries();
  }

  /** Everything in byte order of the streams: the same list wherever the same is held. */
  sorted(): readonly ClockEntry[] {
    const all: ClockEntry[] = [...this.#entries];
    for (const [peer, generation] of this.#retired) all.push([streamId(peer, generation), RETIRED]);
    return all.sort(([left], [right]) => compareIds(left, right));
  }

  copy(): Vector {
    return Vector.from(this.sorted());
  }

  clear(): void {
    this.#entries.clear();
    this.#retired.clear();
  }

  equals(other: Vector): boolean {
    return this.dominates(other) && other.dominates(this);
  }

  #retire(stream: StreamId): void {
    const { peer, generation } = parseStreamId(stream);
    this.#retired.set(peer, generation);
    for (const known of [...this.#entries.keys()]) {
      const parts = parseStreamId(known);
      if (parts.peer === peer && parts.generation <= generation) this.#entries.delete(known);
    }
  }
}

/** Equal bytes for equal vectors. */
export function encodeVector(vector: ReadonlyVector): Uint8Array {
  const writer = new Writer();
  writeClockEntries(writer, vector.sorted());
  return writer.finish();
}
