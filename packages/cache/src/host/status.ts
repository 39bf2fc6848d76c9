import type { PeerId } from '@hearsay/core';
import type { ReplicationCounters } from '../replication/context.js';
import type { MemoryView } from '../store/types.js';
import type { CacheHost } from './cache-host.js';

/** How a cache is doing. */
export interface CacheStatus {
  /** Keys that hold something. */
  readonly keys: number;
  readonly memory: MemoryView;
  /** Peers that take part, this one not included; `linked` of them can be reached at once. */
  readonly members: readonly PeerId[];
  readonly linked: readonly PeerId[];
  /** Streams in the vector. */
  readonly streams: number;
  readonly heldBack: number;
  /** Takes over from others what it lacks, and holds a part of it. */
  readonly repairing: boolean;
  /** Partitions that differ from a neighbour's though both hold the same writes: a bug. */
  readonly diverged: readonly number[];
  readonly logBytes: number;
  readonly diskFailure: string | undefined;
  readonly counters: Readonly<ReplicationCounters>;
}

export function statusOf(host: CacheHost): CacheStatus {
  const { replication, box } = host;
  const memory = box.store.memory();
  return {
    keys: memory.live,
    memory,
    members: [...replication.members],
    linked: [...replication.linked],
    streams: replication.vector.size,
    heldBack: replication.heldBack,
    repairing: replication.isRepairing,
    diverged: replication.divergedPartitions,
    logBytes: host.logBytes,
    diskFailure: host.failure?.message,
    counters: { ...replication.counters },
  };
}
