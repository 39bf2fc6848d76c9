import type { LabelledValue, Measure, PeerHttp } from '@hearsay/node';
import type { Cache } from '../host/cache.js';
import type { CacheStatus, MemberStatus } from '../host/status.js';

const MS_PER_SECOND = 1_000;
const LOOK_MS = 50;

/** Adds what a cache tells about itself to `/metrics`. @returns a function that takes it away */
export function addMeasures(cache: Cache, http: PeerHttp): () => void {
  let status = cache.status();
  let takenMs = Number.NEGATIVE_INFINITY;
  // One look serves all numbers of a scrape.
  const look = (): CacheStatus => {
    if (performance.now() - takenMs > LOOK_MS) {
      status = cache.status();
      takenMs = performance.now();
    }
    return status;
  };
  const names = Object.keys(status.counters);
  const stops = measuresOf(look, names).map((measure) => http.measure(measure));
  return () => {
    for (const stop of stops) stop();
  };
}

function measuresOf(status: () => CacheStatus, counters: readonly string[]): readonly Measure[] {
  const gauge = (name: string, help: string, read: (status: CacheStatus) => number): Measure => {
    return { name: `hearsay_cache_${name}`, help, kind: 'gauge', read: () => read(status()) };
  };
  const total = (name: string, help: string, read: (status: CacheStatus) => number): Measure => {
    const full = `hearsay_cache_${name}_total`;
    return { name: full, help, kind: 'counter', read: () => read(status()) };
  };
  const perMember = (
    name: string,
    help: string,
    read: (member: MemberStatus) => number | undefined,
  ): Measure => ({
    name: `hearsay_cache_${name}`,
    help,
    kind: 'gauge',
    labels: ['peer'],
    read: () => labelled(status(), read),
  });
  return [
    gauge('keys', 'Keys that hold something.', ({ keys }) => keys),
    gauge('memory_bytes', 'Accounted bytes in use.', ({ memory }) => memory.bytes),
    gauge('memory_limit_bytes', 'Bound of them.', ({ memory }) => memory.bytesMax),
    gauge('dead_bytes', 'Bytes of deleted, expired and evicted entries.', ({ memory }) => {
      return memory.deadBytes;
    }),
    gauge('tombstones', 'Deleted, expired and evicted entries.', ({ tombstones }) => tombstones),
    gauge('held_back', 'Frames that wait for a cause.', ({ heldBack }) => heldBack),
    gauge('diverged_partitions', 'Partitions that differ from those of a neighbour.', (now) => {
      return now.diverged.length;
    }),
    gauge('repairing', '1 while it takes over what others hold.', (now) => Number(now.repairing)),
    gauge('stability_age_seconds', 'Age of the newest moment whose writes all hold.', (now) => {
      return now.stabilityAgeMs / MS_PER_SECOND;
    }),
    gauge('log_bytes', 'Bytes of the log on disk.', ({ logBytes }) => logBytes),
    total('hits', 'Reads that found something.', ({ hits }) => hits),
    total('misses', 'Reads that found nothing.', ({ misses }) => misses),
    total('evictions', 'Values that made room.', ({ evictions }) => evictions),
    total('expirations', 'Keys that reached their deadline.', ({ expirations }) => expirations),
    ...counters.map((name) =>
      total(snakeCase(name), `Total of ${name}.`, (now) => {
        return Object.entries(now.counters).find(([each]) => each === name)?.[1] ?? 0;
      }),
    ),
    {
      name: 'hearsay_cache_propagation_seconds',
      help: 'From a write elsewhere until it is applied here, by both clocks, lately.',
      kind: 'gauge',
      labels: ['quantile'],
      read: () => {
        const { p50Ms, p99Ms } = status().propagation;
        return [
          { labels: { quantile: '0.5' }, value: p50Ms / MS_PER_SECOND },
          { labels: { quantile: '0.99' }, value: p99Ms / MS_PER_SECOND },
        ];
      },
    },
    perMember('member_lacks_writes', 'Writes that a member is not known to hold.', (member) => {
      return member.lacks;
    }),
    perMember('origin_lag_seconds', 'How late the last write of a member came.', ({ lagMs }) => {
      return lagMs === undefined ? undefined : lagMs / MS_PER_SECOND;
    }),
  ];
}

function labelled(
  { peers }: CacheStatus,
  read: (member: MemberStatus) => number | undefined,
): readonly LabelledValue[] {
  return peers.flatMap((member) => {
    const value = read(member);
    return value === undefined ? [] : [{ labels: { peer: member.id }, value }];
  });
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
