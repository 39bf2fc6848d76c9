import { type PeerId, pick } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import type { Survivor } from '../store/survivor.js';
import { readSurvivor, writeSurvivor } from '../store/survivor-codec.js';
import { sameBytes } from '../wire/bytes.js';
import type { Verdict } from '../wire/post.js';
import { PART_BYTES } from '../wire/wire-limits.js';
import { type Context, holdsMoreThanCounts, witnessSurvivors } from './context.js';
import type { Holdings } from './holdings.js';
import { encodeGroup } from './repair.js';
import type { PartitionDigest } from './replicated-store.js';
import { hashSummary } from './summary.js';
import { encodeVector } from './vector.js';

/** Digests are taken as of so much later, so that no deadline passes between two of them. */
const AS_OF_AHEAD_MS = 10_000;
/** Of one comparison so many partitions are looked into; the next one finds the others. */
const PARTITIONS_TOLD_MAX = 8;
const KEYS_TOLD_MAX = 16;

/** Compares digests with neighbours that hold the same vector: a difference is a bug, and is shown. */
export class Divergence {
  readonly #context: Context;
  readonly #holdings: Holdings;
  #nextMs: number | undefined;
  /** Partitions found different and not found equal since. */
  readonly #differing = new Map<number, PeerId>();

  constructor(context: Context, holdings: Holdings) {
    this.#context = context;
    this.#holdings = holdings;
  }

  get partitions(): readonly number[] {
    return [...this.#differing.keys()];
  }

  /** @returns when the next comparison is due, monotonic */
  tick(): number {
    const { now, limits, random } = this.#context;
    this.#nextMs ??= now.monotonicMs + random.below(limits.digestIntervalMs);
    if (now.monotonicMs < this.#nextMs) return this.#nextMs;
    this.#nextMs = now.monotonicMs + limits.digestIntervalMs;
    this.#compareWithAny();
    return this.#nextMs;
  }

  /** Compares with one neighbour, which answers (`id` from 1); or with a random one. */
  compare(given: { readonly peer: PeerId; readonly id: number } | undefined): void {
    if (given === undefined) this.#compareWithAny();
    else this.#compareWith(given);
  }

  #compareWithAny(): void {
    const { now, random } = this.#context;
    const peer = pick([...this.#holdings.linked], random);
    if (peer !== undefined && !holdsMoreThanCounts(this.#context))
      this.#send(peer, 0, now.wallMs + AS_OF_AHEAD_MS);
  }

  #compareWith({ peer, id }: { readonly peer: PeerId; readonly id: number }): void {
    const { now, outbox } = this.#context;
    if (!holdsMoreThanCounts(this.#context)) {
      return this.#send(peer, id, now.wallMs + AS_OF_AHEAD_MS);
    }
    outbox.push({ kind: 'compared', peer, id, verdict: 'elsewhere', partitions: [] });
  }

  #send(peer: PeerId, id: number, asOfMs: number): void {
    const { store, outbox, vector } = this.#context;
    const writer = new Writer(16 * 1_024).varuint(asOfMs);
    writer.list(store.digests(asOfMs), ({ partition, high, low }) => {
      writer.varuint(partition).u32(high).u32(low);
    });
    const hash = hashSummary(encodeVector(vector));
    outbox.post({ kind: 'digests', id, vector: hash, digests: writer.finish() }, peer, 'bulk');
  }

  /** @throws HearsayError `malformed` */
  digests(from: PeerId, id: number, hash: Uint8Array, bytes: Uint8Array): void {
    const { store, counters, vector } = this.#context;
    const reader = new Reader(bytes);
    const asOfMs = reader.varuint();
    const theirs = reader.list(store.partitions, () => readDigest(reader));
    reader.end();
    const isSame = sameBytes(hashSummary(encodeVector(vector)), hash);
    if (!isSame || holdsMoreThanCounts(this.#context)) {
      return this.#answer(from, id, 'elsewhere', []);
    }
    counters.digestsCompared += 1;
    const ours = new Map(store.digests(asOfMs).map((each) => [each.partition, each]));
    const different: number[] = [];
    for (const { partition, high, low } of theirs) {
      const own = ours.get(partition);
      if (own === undefined || (own.high === high && own.low === low)) {
        this.#differing.delete(partition);
      } else {
        different.push(partition);
      }
    }
    for (const partition of different.slice(0, PARTITIONS_TOLD_MAX)) {
      this.#tellPartition(from, partition, true);
    }
    this.#answer(from, id, different.length === 0 ? 'equal' : 'different', different);
  }

  #answer(to: PeerId, id: number, verdict: Verdict, partitions: readonly number[]): void {
    if (id === 0) return;
    this.#context.outbox.post({ kind: 'compared', id, verdict, partitions }, to);
  }

  /**
   * The entries of a partition that differs.
   * @throws HearsayError `malformed`
   */
  partition(from: PeerId, partition: number, reply: boolean, bytes: Uint8Array): void {
    const { store, outbox, counters, now, vector } = this.#context;
    const reader = new Reader(bytes);
    const theirs = new Map<string, Survivor>();
    while (reader.remaining > 0) {
      const survivor = readSurvivor(reader);
      theirs.set(survivor.key, survivor);
    }
    const ours = new Map([...store.partition(partition)].map((each) => [each.key, each]));
    const keys = [...new Set([...theirs.keys(), ...ours.keys()])].filter(
      (key) => nameOf(theirs.get(key)) !== nameOf(ours.get(key)),
    );
    if (keys.length === 0) return;
    if (reply) this.#tellPartition(from, partition, false);
    let repaired = 0;
    for (const key of keys) {
      const survivor = theirs.get(key);
      if (survivor === undefined) continue;
      witnessSurvivors(this.#context, [{ survivor }]);
      if (!store.refill(survivor, vector, now.wallMs)) continue;
      outbox.record('group', encodeGroup([survivor]));
      repaired += 1;
    }
    counters.divergences += 1;
    this.#differing.set(partition, from);
    const told = keys.slice(0, KEYS_TOLD_MAX);
    outbox.event({ kind: 'diverged', peer: from, partition, keys: told, repaired });
  }

  /** As much of it as fits a post. */
  #tellPartition(peer: PeerId, partition: number, reply: boolean): void {
    const writer = new Writer(4_096);
    for (const survivor of this.#context.store.partition(partition)) {
      if (writer.length >= PART_BYTES / 2) break;
      if (survivor.key.length < PART_BYTES) writeSurvivor(writer, survivor);
    }
    const items = writer.finish();
    if (items.length > 2 * PART_BYTES) return;
    this.#context.outbox.post({ kind: 'partition', partition, reply, items }, peer, 'bulk');
  }
}

function readDigest(reader: Reader): PartitionDigest {
  return { partition: reader.varuint(), high: reader.u32(), low: reader.u32() };
}

/** What tells two visible states of a key apart; nothing where nothing is visible. */
function nameOf(survivor: Survivor | undefined): string {
  if (survivor === undefined) return '';
  if (survivor.kind === 'register' && survivor.content.kind !== 'value') return '';
  const writer = new Writer(256);
  writeSurvivor(writer, survivor);
  return hashSummary(writer.finish()).join('.');
}
