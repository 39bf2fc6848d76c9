import { compareTimes, type HlcTime, type PeerId, type StreamId } from '@hearsay/core';
import { Reader, readClock, Writer, writeClockEntries } from '@hearsay/core/wire';
import type { Survivor } from '../store/survivor.js';
import { readSurvivor } from '../store/survivor-codec.js';
import { StreamMemory } from '../values/stream-memory.js';
import { decodeFrame, type FrameHead, keepHead, readHead } from '../wire/frame.js';
import { placesOf, survivorTimes } from '../wire/survivor-dates.js';
import type { Floor } from './answer.js';
import { readOperations } from './delivery.js';
import type { CacheRecordKind } from './effect.js';
import type { Restored } from './input.js';
import { encodeCommit, encodeGroup } from './repair.js';
import type { ReplicatedStore } from './replicated-store.js';
import type { Replication } from './replication.js';
import { RETIRED, Vector } from './vector.js';

const MEMBERS_MAX = 4_096;
const GROUP_MAX = 65_536;
/** Survivors of a snapshot that share a record, by bytes of the record. */
const GROUP_BYTES: number = 48 * 1_024;

/** What a cache knows besides its entries. */
export interface CacheState {
  readonly floor: Floor;
  readonly oldest: HlcTime | undefined;
  readonly members: readonly (readonly [PeerId, number])[];
}

/** `floor-time floor-vector oldest members`, for the log. */
export function encodeState({ floor, oldest, members }: CacheState): Uint8Array {
  const writer = new Writer(256);
  writer.varuint(floor.time.ms).varuint(floor.time.counter);
  writeClockEntries(writer, floor.vector.sorted());
  writer.varuint(oldest?.ms ?? 0).varuint(oldest?.counter ?? 0);
  writer.list(members, ([peer, seenMs]) => writer.peer(peer).varuint(seenMs));
  return writer.finish();
}

/** @throws HearsayError `malformed` */
function decodeState(bytes: Uint8Array): CacheState {
  const reader = new Reader(bytes);
  const time = { ms: reader.varuint(), counter: reader.varuint() };
  const floor = { time, vector: Vector.from(readClock(reader)) };
  const oldest = { ms: reader.varuint(), counter: reader.varuint() };
  const members = reader.list(MEMBERS_MAX, () => [reader.peer(), reader.varuint()] as const);
  reader.end();
  return { floor, oldest: oldest.ms === 0 ? undefined : oldest, members };
}

/**
 * Everything that a cache holds, as records that `Replay` reads. It may be taken over many turns: what is
 * written after it was begun need not be in it, so it says only that it holds what was there then.
 */
export function* snapshotRecords(
  replication: Replication,
  store: ReplicatedStore,
): Generator<{ readonly kind: CacheRecordKind; readonly bytes: Uint8Array }> {
  const { floor, oldest, seen: members, heads, retired } = replication;
  yield { kind: 'state', bytes: encodeState({ floor, oldest, members }) };
  let group: Survivor[] = [];
  let bytes = 0;
  for (const stream of store.streams()) {
    for (const { survivor } of store.above(stream, 0)) {
      group.push(survivor);
      bytes += aboutBytes(survivor);
      if (bytes < GROUP_BYTES) continue;
      yield { kind: 'group', bytes: encodeGroup(group) };
      group = [];
      bytes = 0;
    }
  }
  if (group.length > 0) yield { kind: 'group', bytes: encodeGroup(group) };
  yield { kind: 'commit', bytes: encodeCommit(heads, retired) };
}

/** A guess at what a survivor takes in a record. */
function aboutBytes(survivor: Survivor): number {
  const OVERHEAD_BYTES = 96;
  if (survivor.kind === 'composite') return GROUP_BYTES;
  const { key, content } = survivor;
  return OVERHEAD_BYTES + key.length + (content.kind === 'value' ? content.value.length : 0);
}

/** Brings back what the log of an earlier run holds. */
export class Replay {
  readonly #store: ReplicatedStore;
  readonly #nowMs: number;
  readonly #vector = new Vector();
  readonly #ahead = new Vector();
  readonly #heads = new Map<StreamId, FrameHead>();
  readonly #memory = new StreamMemory();
  #state: CacheState | undefined;
  #oldest: HlcTime | undefined;
  #latest: HlcTime | undefined;

  constructor(store: ReplicatedStore, nowMs: number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /**
   * The next record.
   * @returns false when one before it is missing: nothing after it may be used
   * @throws HearsayError `malformed`
   */
  add(kind: CacheRecordKind, bytes: Uint8Array): boolean {
    switch (kind) {
      case 'frame':
        return this.#frame(bytes);
      case 'group':
        this.#group(bytes);
        return true;
      case 'commit':
        this.#commit(bytes);
        return true;
      case 'state':
        this.#state = decodeState(bytes);
        return true;
    }
  }

  finish(): Restored {
    const { floor, members = [], oldest } = this.#state ?? {};
    if (oldest !== undefined) this.#note(oldest);
    const vector = this.#vector;
    return {
      vector,
      ahead: this.#ahead,
      heads: this.#heads,
      floor,
      oldest: this.#oldest,
      latest: this.#latest,
      members,
    };
  }

  #frame(bytes: Uint8Array): boolean {
    const frame = decodeFrame(bytes);
    const { head } = frame;
    const known = this.#vector.get(head.stream);
    if (head.last <= known) return true;
    if (head.first > known + 1) return false;
    const operations = readOperations(frame);
    for (const { time } of operations) this.#note(time);
    this.#store.apply(head.stream, head.first, operations, this.#nowMs);
    this.#raise(head);
    return true;
  }

  #group(bytes: Uint8Array): void {
    const reader = new Reader(bytes);
    const survivors = reader.list(GROUP_MAX, () => readSurvivor(reader, this.#memory));
    reader.end();
    for (const survivor of survivors) {
      for (const time of survivorTimes(survivor)) this.#note(time);
      for (const [stream, sequence] of placesOf(survivor)) this.#ahead.raise(stream, sequence);
      this.#store.adopt(survivor, this.#nowMs);
    }
  }

  #commit(bytes: Uint8Array): void {
    const reader = new Reader(bytes);
    const heads = reader.list(GROUP_MAX, () => readHead(reader, bytes));
    const retired = readClock(reader);
    reader.end();
    for (const head of heads) if (head.last > this.#vector.get(head.stream)) this.#raise(head);
    for (const [stream] of retired) {
      this.#vector.raise(stream, RETIRED);
      for (const each of [...this.#heads.keys()]) {
        if (this.#vector.isRetired(each)) this.#heads.delete(each);
      }
    }
  }

  #raise(head: FrameHead): void {
    this.#vector.raise(head.stream, head.last);
    this.#store.advance(head.stream, head.last);
    this.#heads.set(head.stream, keepHead(head));
  }

  #note(time: HlcTime): void {
    if (this.#oldest === undefined || compareTimes(time, this.#oldest) < 0) this.#oldest = time;
    if (this.#latest === undefined || compareTimes(time, this.#latest) > 0) this.#latest = time;
  }
}
