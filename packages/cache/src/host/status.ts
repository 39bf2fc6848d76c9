import type { PeerId } from '@hearsay/core';
import type { DocumentsSummary } from '../documents/document-host.js';
import type { ReplicationCounters } from '../replication/context.js';
import { RETIRED } from '../replication/vector.js';
import type { MemoryView } from '../store/types.js';
import type { CacheHost } from './cache-host.js';

/** What is known of another member. */
export interface MemberStatus {
  readonly id: PeerId;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
  readonly linked: boolean;
  /** Writes held here that it is not known to hold: with any, it holds up forgetting deletions. */
  readonly lacks: number;
  /** Since it was last known to be alive. */
  readonly seenMsAgo: number;
  /** How late its newest frame came; undefined when none came in this run. */
  readonly lagMs: number | undefined;
}

/** How a cache is doing. */
export interface CacheStatus {
  /** Keys that hold something. */
  readonly keys: number;
  readonly memory: MemoryView;
  /** Peers that take part, this one not included; `linked` of them can be reached at once. */
  readonly members: readonly PeerId[];
  readonly linked: readonly PeerId[];
  /** Every other member, with what is known of it. */
  readonly peers: readonly MemberStatus[];
  /** The last write of each stream that is held here. */
  readonly vector: Readonly<Record<string, number>>;
  /** Streams in the vector. */
  readonly streams: number;
  /** Deleted, expired and evicted entries that are remembered. */
  readonly tombstones: number;
  /** All members held then what was held here; older deletions are forgotten. Milliseconds ago. */
  readonly stabilityAgeMs: number;
  /** From a write elsewhere until it was applied here, by the clocks of both, of the newest 512 frames. */
  readonly propagation: { readonly p50Ms: number; readonly p99Ms: number };
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly expirations: number;
  readonly heldBack: number;
  /** Takes over from others what it lacks, and holds a part of it. */
  readonly repairing: boolean;
  /** Partitions that differ from a neighbour's though both hold the same writes: a bug. */
  readonly diverged: readonly number[];
  readonly logBytes: number;
  readonly diskFailure: string | undefined;
  readonly counters: Readonly<ReplicationCounters>;
  /** Undefined when the cache was opened without documents. */
  readonly documents: DocumentsSummary | undefined;
}

export function statusOf(host: CacheHost): Omit<CacheStatus, 'documents'> {
  const { replication, box } = host;
  const memory = box.store.memory();
  const { vector } = replication;
  return {
    keys: memory.live,
    memory,
    members: [...replication.members],
    linked: [...replication.linked],
    peers: replication.members.map((id) => memberOf(host, id)),
    vector: Object.fromEntries(vector.sorted().filter(([, sequence]) => sequence !== RETIRED)),
    streams: vector.size,
    tombstones: memory.dead,
    stabilityAgeMs: Math.max(0, performance.now() - replication.standings.stableAtMs),
    propagation: {
      p50Ms: replication.arrivals.quantile(0.5),
      p99Ms: replication.arrivals.quantile(0.99),
    },
    ...host.tally,
    heldBack: replication.heldBack,
    repairing: replication.isRepairing,
    diverged: replication.divergedPartitions,
    logBytes: host.logBytes,
    diskFailure: host.failure?.message,
    counters: { ...replication.counters },
  };
}

function memberOf({ replication }: CacheHost, id: PeerId): MemberStatus {
  const { state, linked, lacks, seenMs } = replication.standings.standing(id);
  const seenMsAgo = state === 'alive' ? 0 : Math.max(0, Date.now() - seenMs);
  return { id, state, linked, lacks, seenMsAgo, lagMs: replication.arrivals.lastOf(id) };
}
