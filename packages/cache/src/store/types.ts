import type { Random } from '@hearsay/core';
import type { CacheLimits } from '../limits.js';
import type { Binary } from '../values/binary.js';
import type { Version } from '../values/stamp.js';

/** Which entry makes room when memory is full. `none`: no entry does, and local writes are refused. */
export type EvictionPolicy = 'lru' | 'lfu' | 'ttl' | 'none';

export interface StoreOptions {
  /** Picks the samples of eviction. */
  readonly random: Random;
  readonly limits?: CacheLimits;
  /** Accounted bytes; infinity by default. */
  readonly memoryBytesMax?: number;
  /** `none` by default. */
  readonly eviction?: EvictionPolicy;
  /** Told of every change, in order, within the call that made it. */
  readonly changed?: (event: StoreEvent) => void;
  /** Whether sets and deletes of a key are told now: nothing need be made of those that nobody asks for. Always by default. */
  readonly isWatched?: (key: string) => boolean;
}

/** What a key holds. */
export type Value =
  | { readonly kind: 'register'; readonly value: Binary }
  | { readonly kind: 'counter'; readonly value: number }
  | { readonly kind: 'set'; readonly elements: readonly Binary[] }
  | { readonly kind: 'hash'; readonly fields: ReadonlyMap<Binary, Binary> };

/** A key with what it holds. */
export interface Held {
  readonly value: Value;
  /** Of its latest write; `formatVersion` makes a text of it. */
  readonly version: Version;
  readonly deadlineMs: number | undefined;
}

/**
 * What an application sees happen to a key. `version` is that of the write, or of the value that
 * expired or was evicted.
 */
export interface StoreEvent {
  readonly kind: 'set' | 'delete' | 'expire' | 'evict';
  readonly key: string;
  readonly version: Version;
}

/**
 * - `applied`: something changed.
 * - `superseded`: it is known now, but what is held is later.
 * - `known`: it was known before.
 */
export type ApplyResult = 'applied' | 'superseded' | 'known';

export interface ScanOptions {
  readonly prefix?: string;
  /** What the page before returned; 0 at the start. */
  readonly cursor?: number;
  /** Entries looked at, so at most as many keys; a page may be empty before the end. */
  readonly limit?: number;
}

export interface ScanPage {
  readonly keys: readonly string[];
  /** For the next page; 0 at the end. */
  readonly cursor: number;
}

/** What the store takes, in accounted bytes. */
export interface MemoryView {
  readonly bytes: number;
  readonly bytesMax: number;
  /** Deleted, expired and evicted entries: what waits to be forgotten. */
  readonly deadBytes: number;
  /** Above it (a fifth of `bytesMax`), whoever keeps them from becoming stable should be expelled. */
  readonly deadBytesMax: number;
  /** More than a tenth over `bytesMax`: remote writes were not refused, and nothing could make room. */
  readonly overFull: boolean;
  /** Keys that hold something. */
  readonly live: number;
  /** Keys that are deleted, expired or evicted, and remembered. */
  readonly dead: number;
  /** Partitions of which something was evicted: no source of digests, nor of a full copy. */
  readonly partialPartitions: number;
}
