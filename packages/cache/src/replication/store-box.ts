import { type StreamId, VectorClock } from '@hearsay/core';
import { PARTITIONS } from '../store/digests.js';
import type { Store } from '../store/store.js';
import type { PlacedSurvivor, Survivor } from '../store/survivor.js';
import type { Operation } from '../values/operation.js';
import type { PartitionDigest, ReplicatedStore } from './replicated-store.js';
import { RETIRED, type ReadonlyVector } from './vector.js';

/** The store of a cache, which is made anew when the cache begins anew. */
export class StoreBox implements ReplicatedStore {
  readonly partitions: number = PARTITIONS;
  readonly #make: () => Store;
  #store: Store;

  /** @param make an empty store, told of the changes that readers see */
  constructor(make: () => Store) {
    this.#make = make;
    this.#store = make();
  }

  get store(): Store {
    return this.#store;
  }

  apply(stream: StreamId, first: number, operations: readonly Operation[], nowMs: number): void {
    let sequence = first;
    for (const operation of operations) {
      this.#store.apply(stream, sequence, operation, nowMs);
      sequence += 1;
    }
  }

  adopt(survivor: Survivor, nowMs: number): boolean {
    return this.#store.adopt(survivor, nowMs);
  }

  refill(survivor: Survivor, vector: ReadonlyVector, nowMs: number): boolean {
    return this.#store.refill(survivor, this.#clockOf(vector), nowMs);
  }

  get bytes(): number {
    return this.#store.memory().bytes;
  }

  get lapsed(): number {
    return this.#store.lapsed.size;
  }

  lapsedKeys(nowMs: number): readonly string[] {
    return this.#store.lapsed.keys(nowMs);
  }

  advance(stream: StreamId, sequence: number): void {
    this.#store.advance(VectorClock.from([[stream, sequence]]));
  }

  above(stream: StreamId, after: number): Iterable<PlacedSurvivor> {
    return this.#store.above(stream, after);
  }

  holds(stream: StreamId): boolean {
    return this.#store.above(stream, 0).next().done !== true;
  }

  streams(): Iterable<StreamId> {
    return this.#store.streams();
  }

  survivor(key: string): Survivor | undefined {
    return this.#store.survivor(key);
  }

  forget(stable: ReadonlyVector): number {
    return this.#store.forget(this.#clockOf(stable));
  }

  clear(): void {
    this.#store = this.#make();
  }

  digests(asOfMs: number): readonly PartitionDigest[] {
    return this.#store.digests(asOfMs);
  }

  partition(partition: number): Iterable<Survivor> {
    return this.#store.partition(partition);
  }

  /** Of a retired stream the store still knows its end. */
  #clockOf(vector: ReadonlyVector): VectorClock {
    const entries = this.#store.streams().map((stream) => [stream, vector.get(stream)] as const);
    return VectorClock.from(entries.filter(([, sequence]) => sequence <= RETIRED));
  }
}
