import type { StreamId } from '@hearsay/core';
import type { PlacedSurvivor, Survivor } from '../store/survivor.js';
import type { Operation } from '../values/operation.js';
import type { ReadonlyVector } from './vector.js';

/** What replication needs of a store. */
export interface ReplicatedStore {
  /** Writes of one stream, the first with this sequence; seen by readers all at once. */
  apply(stream: StreamId, first: number, operations: readonly Operation[], nowMs: number): void;
  /** What another peer holds of one key. @returns whether it changed anything */
  adopt(survivor: Survivor, nowMs: number): boolean;
  /**
   * The same for a key that may be missing here for no good reason.
   * @param vector of the other peer: it must know all deletions that are forgotten here
   */
  refill(survivor: Survivor, vector: ReadonlyVector, nowMs: number): boolean;
  /** Keys that lack what they hold elsewhere, since they expired here too early: at most so many. */
  readonly lapsed: number;
  /** Those of them that still do. */
  lapsedKeys(nowMs: number): readonly string[];
  /** Everything up to here is held, or was overwritten by something held. */
  advance(stream: StreamId, sequence: number): void;
  /** What survives of a stream after a sequence, in order. */
  above(stream: StreamId, after: number): Iterable<PlacedSurvivor>;
  /** Whether anything of a stream survives. */
  holds(stream: StreamId): boolean;
  /** Streams of which something may survive. */
  streams(): Iterable<StreamId>;
  /** All that is known of a key. */
  survivor(key: string): Survivor | undefined;
  /** Forgets deletions that all hold. @returns how many */
  forget(stable: ReadonlyVector): number;
  /** What it takes in memory, accounted. */
  readonly bytes: number;
  /** Forgets everything. */
  clear(): void;
  /** Eight bytes for each partition that has something to say, which are named. */
  digests(asOfMs: number): readonly PartitionDigest[];
  readonly partitions: number;
  partition(partition: number): Iterable<Survivor>;
}

/** The digest of one partition: 64 bits in two halves. */
export interface PartitionDigest {
  readonly partition: number;
  readonly high: number;
  readonly low: number;
}
