import { VectorClock } from '../clock/vector-clock.js';
import type { StreamId } from '../ids.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { hashText, mixHash, type StateHash, ZERO_HASH } from './state-hash.js';

/** A delivered batch as it is kept. */
export interface StoredBatch {
  readonly stream: StreamId;
  readonly first: number;
  readonly last: number;
  readonly bytes: Uint8Array;
  readonly hash: StateHash;
  readonly causes: readonly ClockEntry[];
  /** Position in the delivery order of this peer. */
  readonly order: number;
}

/** One origin's part of the log: a gap-free prefix, of which the newest batches are kept. */
export class StreamLog {
  readonly id: StreamId;
  /** Delivered up to here. */
  last = 0;
  /** Kept from here on (exclusive): what lies below is gone. */
  floor = 0;
  /** Hash over all delivered batches in order. */
  chain: StateHash = ZERO_HASH;
  floorChain: StateHash = ZERO_HASH;
  /** Everything the stream depends on up to `last`. */
  readonly causes: VectorClock = new VectorClock();
  readonly floorCauses: VectorClock = new VectorClock();
  readonly #nameHash: StateHash;
  #batches: StoredBatch[] = [];
  #dropped = 0;

  constructor(id: StreamId) {
    this.id = id;
    this.#nameHash = hashText(id);
  }

  /** This stream's share of the state hash. */
  get hash(): StateHash {
    const at = { high: this.last >>> 0, low: Math.floor(this.last / 2 ** 32) };
    return mixHash(mixHash(this.#nameHash, at), this.chain);
  }

  push(batch: StoredBatch): void {
    this.#batches.push(batch);
  }

  /** Kept batches that reach beyond a sequence, oldest first. */
  after(sequence: number): readonly StoredBatch[] {
    let low = this.#dropped;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle]?.last ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return this.#batches.slice(low);
  }

  /** Forgets its oldest batch. */
  dropOldest(): void {
    const oldest = this.#batches[this.#dropped];
    if (oldest === undefined) return;
    this.floor = oldest.last;
    this.floorChain = mixHash(this.floorChain, oldest.hash);
    for (const [stream, sequence] of oldest.causes) this.floorCauses.raise(stream, sequence);
    this.#dropped += 1;
    if (2 * this.#dropped > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  /** Skips to a floor told by a peer that no longer has what lies below. */
  jump(floor: number, chain: StateHash, causes: readonly ClockEntry[]): void {
    this.last = floor;
    this.floor = floor;
    this.chain = chain;
    this.floorChain = chain;
    this.#batches = [];
    this.#dropped = 0;
    for (const [stream, sequence] of causes) {
      this.causes.raise(stream, sequence);
      this.floorCauses.raise(stream, sequence);
    }
  }
}
