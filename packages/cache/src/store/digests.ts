import { invariant } from '@hearsay/core';
import type { Lanes } from '../values/hash.js';

/** Partitions a digest is kept of; a key belongs to one by its hash. */
export const PARTITIONS = 1_024;

/** The partition of a key with this hash. */
export function partitionOf(hash: number): number {
  return hash & (PARTITIONS - 1);
}

/** The digest of one partition: 64 bits in two halves. */
export interface PartitionDigest {
  readonly partition: number;
  readonly high: number;
  readonly low: number;
}

/**
 * A digest of each partition that does not depend on any order: the exclusive or of the hashes of
 * its versions. Adding and taking away are the same.
 */
export class Digests {
  readonly #words = new Int32Array(2 * PARTITIONS);
  readonly #partial = new Uint8Array(PARTITIONS);
  #partialCount = 0;

  /** Partitions that lack something evicted, and say nothing. */
  get partialCount(): number {
    return this.#partialCount;
  }

  toggle(hash: number, lanes: Lanes): void {
    const at = 2 * partitionOf(hash);
    // Both lie inside the array.
    this.#words[at] = (this.#words[at] as number) ^ lanes.a;
    this.#words[at + 1] = (this.#words[at + 1] as number) ^ lanes.b;
  }

  isPartial(partition: number): boolean {
    return this.#partial[partition] === 1;
  }

  markPartial(hash: number): void {
    const partition = partitionOf(hash);
    if (this.#partial[partition] === 1) return;
    this.#partial[partition] = 1;
    this.#partialCount += 1;
  }

  read(partition: number): PartitionDigest {
    const high = this.#words[2 * partition];
    const low = this.#words[2 * partition + 1];
    invariant(high !== undefined && low !== undefined, 'a partition is 0 to 1,023');
    return { partition, high: high >>> 0, low: low >>> 0 };
  }
}
