import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Now, seededRandom } from '@hearsay/core';
import type { Peer } from '@hearsay/node';
import {
  type Documents,
  type DocumentsOptions,
  openDocuments,
} from './documents/open-documents.js';
import { Cache } from './host/cache.js';
import { CacheHost } from './host/cache-host.js';
import { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.js';
import { type CacheDamage, CacheLog } from './persistence/cache-log.js';
import type { CacheRecord } from './persistence/cache-record.js';
import type { CacheDurability } from './persistence/durability.js';
import type { Restored } from './replication/input.js';
import { DEFAULT_REPLICATION_LIMITS, type ReplicationLimits } from './replication/limits.js';
import { generationAbove } from './replication/own-stream.js';
import { Replay } from './replication/replay.js';
import { Replication } from './replication/replication.js';
import { StoreBox } from './replication/store-box.js';
import { Store } from './store/store.js';
import type { EvictionPolicy, StoreEvent } from './store/types.js';

/** How a cache is opened; every field but `peer` has a default. */
export interface CacheOptions {
  /** The cache is shared with all peers of its mesh that open one. */
  readonly peer: Peer;
  /** Folder of the cache; undefined: in memory. It is used by one cache at a time. */
  readonly dir?: string;
  /** What a resolved write promises of that folder. Default `process`, without a folder `none`. */
  readonly durability?: CacheDurability;
  /** Bytes; default: no bound. */
  readonly maxMemory?: number;
  /** Which entries make room. Default `none`: over `maxMemory` writes here are refused. */
  readonly eviction?: EvictionPolicy;
  /** Milliseconds. Who was away longer drops what it held, and takes all from others. Default 24 h. */
  readonly forgetAfter?: number;
  readonly limits?: Partial<CacheLimits & ReplicationLimits>;
  /**
   * How documents are opened with it, in the folder `documents` of `dir`; false: none, for whoever
   * opens them with `openDocuments`.
   */
  readonly documents?: false | Omit<DocumentsOptions, 'peer'>;
}

/** Found at the opening. */
interface Found {
  readonly records: readonly CacheRecord[];
  readonly damages: readonly CacheDamage[];
}

/**
 * Opens the cache of a mesh on one peer.
 * @throws PeerError `port-taken` when this peer has one open already, or its documents, `closed`;
 *   DocumentError `disk-failed`; system errors of `dir`
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const { peer, dir } = options;
  const durability = dir === undefined ? 'none' : (options.durability ?? 'process');
  const { limits, replicationLimits } = limitsOf(options);
  const random = seededRandom(randomUUID());
  let changed: (event: StoreEvent) => void = () => undefined;
  let isWatched = (_key: string): boolean => false;
  const box = new StoreBox(
    () =>
      new Store({
        random: random.split('store'),
        limits,
        memoryBytesMax: options.maxMemory ?? Number.POSITIVE_INFINITY,
        eviction: options.eviction ?? 'none',
        changed: (event) => changed(event),
        isWatched: (key) => isWatched(key),
      }),
  );
  let found: Found = { records: [], damages: [] };
  let run: Run | undefined;
  const host = new CacheHost({
    peer,
    dir,
    durability,
    box,
    openLog: (handlers) => {
      if (dir === undefined || durability === 'none') return undefined;
      const opened = CacheLog.open({ dir, durability, ...handlers });
      found = opened;
      return opened.log;
    },
    makeReplication: (crypto) => {
      run = runOf(peer, box, found.records);
      return new Replication({
        self: peer.id,
        ...run,
        store: box,
        crypto,
        random: random.split('replication'),
        limits: replicationLimits,
      });
    },
  });
  changed = host.storeChanged;
  isWatched = (key) => host.changes.want(key);
  try {
    await host.start(run?.sequence !== 0);
  } catch (error) {
    await host.close();
    throw error;
  }
  try {
    const cache = new Cache(host, documentsOf(options));
    // Once whoever opened it has had a chance to listen.
    setImmediate(() => {
      for (const damage of found.damages) host.damages.emit(damage);
    });
    return cache;
  } catch (error) {
    await host.close();
    throw error;
  }
}

function documentsOf(options: CacheOptions): Documents | undefined {
  const { peer, dir, durability, forgetAfter, documents } = options;
  if (documents === false) return undefined;
  const kept = dir === undefined ? {} : { dir: join(dir, 'documents') };
  const promised = durability === undefined || durability === 'none' ? {} : { durability };
  const away = forgetAfter === undefined ? {} : { forgetAfterMs: forgetAfter };
  const limits = { ...away, ...documents?.limits };
  return openDocuments({ peer, ...kept, ...promised, ...documents, limits });
}

interface Run {
  readonly generation: number;
  readonly sequence: number;
  readonly restored: Restored;
}

/**
 * Where this run begins. Only a run that ended with a clean close is gone on with: after any other end,
 * others may have seen writes that our disk has not, and a new stream can never repeat a number.
 */
function runOf(peer: Peer, box: StoreBox, records: readonly CacheRecord[]): Run {
  const now: Now = { monotonicMs: performance.now(), wallMs: Date.now() };
  const replay = new Replay(box, now.wallMs);
  for (const { kind, bytes } of records) {
    if (kind === 'whole' || kind === 'closed' || kind === 'date') continue;
    if (!replay.add(kind, bytes)) break;
  }
  const restored = replay.finish();
  const last = records.at(-1);
  const closed = last?.kind === 'closed' ? closedAt(last.bytes) : undefined;
  if (closed?.peer === peer.id) {
    return { generation: closed.generation, sequence: closed.sequence, restored };
  }
  return {
    generation: generationAbove(peer.id, restored.vector, now.wallMs),
    sequence: 0,
    restored,
  };
}

function closedAt(bytes: Uint8Array): {
  readonly peer: string;
  readonly generation: number;
  readonly sequence: number;
} {
  const [peer = '', generation = '', sequence = ''] = new TextDecoder().decode(bytes).split(' ');
  return { peer, generation: Number(generation), sequence: Number(sequence) };
}

function limitsOf({ limits = {}, forgetAfter }: CacheOptions): {
  readonly limits: CacheLimits;
  readonly replicationLimits: ReplicationLimits;
} {
  const replicationLimits = { ...DEFAULT_REPLICATION_LIMITS, ...limits };
  return {
    limits: { ...DEFAULT_CACHE_LIMITS, ...limits },
    replicationLimits: {
      ...replicationLimits,
      forgetAfterMs: forgetAfter ?? replicationLimits.forgetAfterMs,
    },
  };
}
