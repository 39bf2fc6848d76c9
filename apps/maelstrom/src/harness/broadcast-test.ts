import { type Random, seededRandom } from '@hearsay/core';
import type { ProfileName } from '../profiles.js';
import { Cluster } from './cluster.js';

/** Maelstrom's default pace and place of the challenge (Gossip Glomers 3d, 3e). */
const RATE_PER_SECOND = 100;
const LATENCY_MS = 100;
const MS_PER_SECOND = 1_000;
/** Maelstrom partitions this often, and heals as often. */
const PARTITION_EVERY_MS = 10_000;
/** After the last request everything has this long to arrive, as in Maelstrom. */
const RECOVERY_MS = 10_000;
/** After partitions links have to come back first: redials wait up to 5 s, silence is cut after 7.5 s. */
const RECOVERY_PARTITIONED_MS = 30_000;
const PERCENT = 100;

export interface BroadcastOptions {
  readonly profile: ProfileName;
  readonly nodes: number;
  readonly seconds: number;
  readonly partitions: boolean;
  readonly seed: string;
}

export interface BroadcastOutcome {
  readonly operations: number;
  /** Between nodes, for each request of a client, reads too: as the challenge counts. */
  readonly messagesPerOperation: number;
  /** From the acknowledgement until the last node had it in a read, for each value. */
  readonly medianMs: number;
  readonly maxMs: number;
  /** Values acknowledged that some node never showed. */
  readonly lost: number;
  /** Requests without an answer. */
  readonly unanswered: number;
}

/** Clients broadcast and read in turn, at random nodes, evenly over time. */
export function testBroadcast(options: BroadcastOptions): BroadcastOutcome {
  const { profile, nodes, seconds, partitions, seed } = options;
  const random = seededRandom(`clients/${seed}`);
  const latencyMs = (): number => LATENCY_MS;
  const cluster = new Cluster({ nodes, workload: 'broadcast', profile, seed, latencyMs });
  const startMs = cluster.start();
  const record = new Record(cluster.names);
  const operations = seconds * RATE_PER_SECOND;
  for (let index = 0; index < operations; index += 1) {
    cluster.after((index * MS_PER_SECOND) / RATE_PER_SECOND, () => {
      const node = cluster.names[random.below(nodes)] ?? '';
      if (random.below(2) === 0) record.broadcast(cluster, node, index);
      else record.read(cluster, node);
    });
  }
  if (partitions) partitionAgain(cluster, random, startMs + seconds * MS_PER_SECOND);
  watch(cluster, record, seconds);
  cluster.run(seconds * MS_PER_SECOND);
  cluster.partition(undefined);
  // Counted until the last request, and what follows from it until all is quiet.
  cluster.run(partitions ? RECOVERY_PARTITIONED_MS : RECOVERY_MS);
  const messages = cluster.messages;
  for (const name of cluster.names) record.read(cluster, name);
  const sorted = record.latencies().toSorted((left, right) => left - right);
  return {
    operations,
    messagesPerOperation: messages / operations,
    medianMs: sorted[Math.floor((sorted.length * 50) / PERCENT)] ?? 0,
    maxMs: sorted.at(-1) ?? 0,
    lost: record.lost(),
    unanswered: record.unanswered,
  };
}

/** Which node showed which value when. */
class Record {
  unanswered = 0;
  readonly #names: readonly string[];
  readonly #ackedMs = new Map<number, number>();
  readonly #seenMs = new Map<number, Map<string, number>>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  broadcast(cluster: Cluster, node: string, value: number): void {
    this.unanswered += 1;
    cluster.ask(node, { type: 'broadcast', message: value }, () => {
      this.unanswered -= 1;
      this.#ackedMs.set(value, cluster.nowMs);
      this.#seenMs.set(value, new Map());
    });
  }

  read(cluster: Cluster, node: string): void {
    this.unanswered += 1;
    cluster.ask(node, { type: 'read' }, ({ messages }) => {
      this.unanswered -= 1;
      if (!Array.isArray(messages)) return;
      for (const value of messages) {
        const seen = this.#seenMs.get(value);
        if (seen !== undefined && !seen.has(node)) seen.set(node, cluster.nowMs);
      }
    });
  }

  latencies(): number[] {
    return [...this.#seenMs].flatMap(([value, seen]) => {
      const isComplete = seen.size === this.#names.length;
      return isComplete ? [Math.max(...seen.values()) - (this.#ackedMs.get(value) ?? 0)] : [];
    });
  }

  lost(): number {
    let lost = 0;
    for (const seen of this.#seenMs.values()) if (seen.size < this.#names.length) lost += 1;
    return lost;
  }
}

/** Besides the clients' reads every node is read often, at no cost: no value may hide between reads. */
function watch(cluster: Cluster, record: Record, seconds: number): void {
  const WATCH_EVERY_MS = 20;
  const endMs = cluster.nowMs + seconds * MS_PER_SECOND + RECOVERY_PARTITIONED_MS;
  const again = (): void => {
    for (const name of cluster.names) record.read(cluster, name);
    if (cluster.nowMs < endMs) cluster.after(WATCH_EVERY_MS, again);
  };
  again();
}

function partitionAgain(cluster: Cluster, random: Random, endMs: number): void {
  cluster.after(PARTITION_EVERY_MS, () => {
    if (cluster.nowMs >= endMs) return;
    cluster.partition(new Map(cluster.names.map((name) => [name, random.below(2)])));
    cluster.after(PARTITION_EVERY_MS, () => {
      cluster.partition(undefined);
      partitionAgain(cluster, random, endMs);
    });
  });
}
