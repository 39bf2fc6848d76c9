import { type ReadonlyVectorClock, VectorClock } from '../clock/vector-clock.js';
import type { Message } from '../effect.js';
import { invariant } from '../errors.js';
import { type StreamId, streamId, type Topic } from '../ids.js';
import type { Limits } from '../limits.js';
import type { MergeResult, Replica } from '../sync/replica.js';
import type { Counters } from '../view.js';
import {
  type Batch,
  type BatchHeader,
  type BatchRecord,
  openBatch,
  readBatch,
  readRecords,
} from '../wire/batch.js';
import { type ClockEntry, readClockEntries, writeClockEntries } from '../wire/clock-entries.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { type Floor, Floors } from './floors.js';
import { type Blocker, blockerOf, type HeldBatch, HoldBack } from './hold-back.js';
import { packLogDelta, readLogDelta } from './log-delta.js';
import type { LogProgress, Received } from './log-progress.js';
import { missingItems } from './missing-items.js';
import { hashBytes, mixHash, type StateHash, xorHash, ZERO_HASH } from './state-hash.js';
import { type StoredBatch, StreamLog } from './stream-log.js';

/** Deltas leave room for the frame around them. */
const DELTA_BYTES_MAX = 60 * 1_024;

/** Most steps deliver nothing. */
const NOTHING: readonly never[] = [];

/**
 * Every message, in causal order, each exactly once.
 *
 * Invariant: the clock advances over gap-free prefixes only, by whole batches, and a batch is
 * delivered after all its causes. A batch is stored and relayed as the bytes its origin made.
 */
export class CausalLog implements Replica {
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #own: StreamId | undefined;
  readonly #clock = new VectorClock();
  readonly #streams = new Map<StreamId, StreamLog>();
  readonly #held: HoldBack;
  readonly #floors: Floors;
  /** Kept batches in delivery order; evicted ones at the front are counted off. */
  #kept: StoredBatch[] = [];
  #evicted = 0;
  #keptMessages = 0;
  #keptBytes = 0;
  #order = 0;
  #hash: StateHash = ZERO_HASH;
  /** The clock as bytes, until it moves: every comparison asks for it. */
  #summary: Uint8Array | undefined;
  #progress: LogProgress[] = [];
  #risen = new Set<StreamId>();
  readonly #turnedAway = new Set<StreamId>();

  /** @param own the stream that only `append` may add to; room for it is kept */
  constructor(limits: Limits, counters: Counters, own?: StreamId) {
    this.#own = own;
    if (own !== undefined) this.#streams.set(own, new StreamLog(own));
    this.#limits = limits;
    this.#counters = counters;
    this.#held = new HoldBack(limits);
    this.#floors = new Floors(limits.streamsMax);
  }

  get clock(): ReadonlyVectorClock {
    return this.#clock;
  }

  /** Over clock and content; equal at peers that hold the same. */
  get hash(): StateHash {
    return this.#hash;
  }

  /** Whether messages of a stream can be kept; without room their effects do not wait for them. */
  hasRoomFor(stream: StreamId): boolean {
    return this.#streams.has(stream) || this.#streams.size < this.#limits.streamsMax;
  }

  get heldBack(): number {
    return this.#held.size;
  }

  /** Messages kept. */
  get size(): number {
    return this.#keptMessages;
  }

  /** Streams whose entry rose since this was last asked. */
  takeRisen(): readonly StreamId[] {
    if (this.#risen.size === 0) return NOTHING;
    const risen = [...this.#risen];
    this.#risen.clear();
    return risen;
  }

  /** What was delivered and skipped since this was last asked, in order. */
  takeProgress(): readonly LogProgress[] {
    if (this.#progress.length === 0) return NOTHING;
    const progress = this.#progress;
    this.#progress = [];
    return progress;
  }

  /**
   * Takes a batch as it travelled.
   * @throws HearsayError `malformed`
   */
  receive(bytes: Uint8Array): Received {
    const opened = openBatch(bytes, this.#limits);
    const { header } = opened;
    const stream = streamId(header.origin, header.generation);
    const last = header.firstSequence + header.count - 1;
    const isOld = this.#clock.get(stream) >= last;
    if (isOld || this.#held.has(stream, header.firstSequence)) {
      this.#counters.batchesDuplicate += 1;
      return 'duplicate';
    }
    if (stream === this.#own || header.firstSequence <= this.#clock.get(stream)) {
      // Nobody else writes our stream, and batches overlap only if their origin cut the same
      // messages twice, differently.
      this.#counters.batchesDropped += 1;
      return 'conflict';
    }
    const batch: HeldBatch = { stream, batch: readRecords(opened, this.#limits), bytes };
    const blocker = this.#blockerOf(batch);
    if (blocker !== undefined) {
      if (!this.#hold(batch)) return 'no-room';
      this.#counters.batchesHeldBack += 1;
      return blocker.stream === stream ? 'hole' : 'cause';
    }
    if (!this.#deliver(batch)) return 'no-room';
    this.#release(stream);
    this.#jumpReady();
    return 'delivered';
  }

  /** Adds a batch of our own, made a moment ago. */
  append(batch: Batch, bytes: Uint8Array): void {
    const stream = streamId(batch.origin, batch.generation);
    const delivered = this.#deliver({ stream, batch, bytes });
    invariant(delivered, 'there is always room for our own stream');
    this.#release(stream);
  }

  summary(): Uint8Array {
    this.#summary ??= this.#encodeClock();
    return this.#summary;
  }

  missing(summary: Uint8Array): Iterable<Uint8Array> {
    const reader = new Reader(summary);
    const theirs = VectorClock.from(readClockEntries(reader));
    reader.end();
    return packLogDelta(missingItems(this.#streams.values(), theirs), DELTA_BYTES_MAX);
  }

  merge(delta: Uint8Array): MergeResult {
    const before = this.#counters.messagesDelivered;
    for (const item of readLogDelta(delta)) {
      if (item.kind === 'batch') this.receive(item.bytes);
      else if (item.stream !== this.#own) this.#floors.add(item);
    }
    this.#jumpReady();
    return { added: this.#counters.messagesDelivered - before };
  }

  /** The newest kept messages, oldest first. @param topic undefined for all */
  history(topic: Topic | undefined, limit: number): readonly Message[] {
    const start = this.#historyStart(topic, limit);
    const causes = new Map<StreamId, VectorClock>();
    const messages: Message[] = [];
    for (let index = this.#evicted; index < this.#kept.length; index++) {
      const stored = this.#kept[index];
      if (stored === undefined) break;
      const clock = causes.get(stored.stream) ?? this.#floorCauses(stored.stream);
      causes.set(stored.stream, clock);
      for (const [stream, sequence] of stored.causes) clock.raise(stream, sequence);
      if (stored.first > 1) clock.raise(stored.stream, stored.first - 1);
      if (index < start) continue;
      const batch = readBatch(stored.bytes, this.#limits);
      const entries = clock.sorted();
      batch.records.forEach((record, offset) => {
        if (topic !== undefined && record.topic !== topic) return;
        messages.push(toMessage(batch, record, offset, entries));
      });
    }
    return limit > 0 ? messages.slice(-limit) : [];
  }

  #deliver(held: HeldBatch): boolean {
    const { batch } = held;
    const stream = this.#streams.get(held.stream) ?? this.#addStream(held.stream);
    if (stream === undefined) {
      this.#counters.batchesDropped += 1;
      return false;
    }
    invariant(stream.last === batch.firstSequence - 1, 'a stream grows without holes');
    for (const [cause, sequence] of batch.causes) stream.causes.raise(cause, sequence);
    const hash = hashBytes(held.bytes);
    const last = batch.firstSequence + batch.count - 1;
    this.#order += 1;
    const stored: StoredBatch = {
      stream: held.stream,
      first: batch.firstSequence,
      last,
      bytes: held.bytes,
      hash,
      causes: batch.causes,
      order: this.#order,
    };
    const clock = clockOf(stream, batch.firstSequence);
    this.#advance(stream, () => {
      stream.last = last;
      stream.chain = mixHash(stream.chain, hash);
    });
    stream.push(stored);
    this.#keep(stored);
    const messages = batch.records.map((record, index) => toMessage(batch, record, index, clock));
    this.#progress.push({ kind: 'delivery', batch, messages });
    this.#counters.batchesDelivered += 1;
    this.#counters.messagesDelivered += messages.length;
    return true;
  }

  #blockerOf(batch: HeldBatch): Blocker | undefined {
    return blockerOf(batch, this.#clock, this.#isWaived);
  }

  /** Frees what waited for a stream, and what that frees in turn. */
  #release(risen: StreamId): void {
    if (this.#held.size === 0) return;
    const queue = [risen];
    for (let stream = queue.shift(); stream !== undefined; stream = queue.shift()) {
      for (const held of this.#held.take(stream, this.#clock.get(stream))) {
        if (this.#clock.get(held.stream) >= held.batch.firstSequence) continue;
        if (this.#blockerOf(held) !== undefined) this.#hold(held);
        else if (this.#deliver(held)) queue.push(held.stream);
      }
    }
  }

  #hold(batch: HeldBatch): boolean {
    const blocker = this.#blockerOf(batch);
    invariant(blocker !== undefined, 'only a blocked batch is held back');
    const held = this.#held.add(batch, blocker);
    if (!held) this.#counters.batchesDropped += 1;
    return held;
  }

  /** Skips to floors whose causes are held; a jump may free batches, and they other floors. */
  #jumpReady(): void {
    while (this.#floors.size > 0) {
      const ready = this.#floors.takeReady(this.#clock, this.#isWaived);
      if (ready.length === 0) return;
      for (const floor of ready) this.#jump(floor);
      for (const { stream } of ready) this.#release(stream);
    }
  }

  #jump({ stream: id, floor, chain, causes }: Floor): void {
    const stream = this.#streams.get(id) ?? this.#addStream(id);
    if (stream === undefined) return;
    this.#progress.push({ kind: 'gap', stream: id, from: stream.last + 1, to: floor });
    this.#counters.gaps += 1;
    for (const stored of stream.after(0)) this.#unkeep(stored);
    this.#kept = this.#kept.slice(this.#evicted).filter((stored) => stored.stream !== id);
    this.#evicted = 0;
    this.#advance(stream, () => stream.jump(floor, chain, causes));
  }

  #encodeClock(): Uint8Array {
    const writer = new Writer();
    writeClockEntries(writer, this.#clock.sorted());
    return writer.finish();
  }

  /** Moves one stream forward and the clock and hash with it. */
  #advance(stream: StreamLog, move: () => void): void {
    this.#summary = undefined;
    if (stream.last > 0) this.#hash = xorHash(this.#hash, stream.hash);
    move();
    this.#hash = xorHash(this.#hash, stream.hash);
    this.#clock.raise(stream.id, stream.last);
    this.#risen.add(stream.id);
  }

  #addStream(id: StreamId): StreamLog | undefined {
    if (this.#streams.size >= this.#limits.streamsMax) {
      this.#turnAway(id);
      return undefined;
    }
    const stream = new StreamLog(id);
    this.#streams.set(id, stream);
    return stream;
  }

  readonly #isWaived = (stream: StreamId): boolean => {
    if (this.hasRoomFor(stream)) return false;
    this.#turnAway(stream);
    return true;
  };

  #turnAway(stream: StreamId): void {
    const limit = this.#limits.streamsMax;
    if (this.#turnedAway.has(stream) || this.#turnedAway.size >= limit) return;
    this.#turnedAway.add(stream);
    this.#progress.push({ kind: 'no-room', stream, limit });
  }

  #keep(stored: StoredBatch): void {
    this.#kept.push(stored);
    this.#keptMessages += stored.last - stored.first + 1;
    this.#keptBytes += stored.bytes.length;
    const { logMessagesMax, logBytesMax } = this.#limits;
    while (this.#keptMessages > logMessagesMax || this.#keptBytes > logBytesMax) {
      const oldest = this.#kept[this.#evicted];
      if (oldest === undefined || oldest === stored) return;
      this.#evicted += 1;
      this.#unkeep(oldest);
      this.#streams.get(oldest.stream)?.dropOldest();
    }
    if (2 * this.#evicted > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#evicted);
      this.#evicted = 0;
    }
  }

  #unkeep(stored: StoredBatch): void {
    this.#keptMessages -= stored.last - stored.first + 1;
    this.#keptBytes -= stored.bytes.length;
  }

  /** Index of the kept batch with which the newest `limit` messages of a topic begin. */
  #historyStart(topic: Topic | undefined, limit: number): number {
    let count = 0;
    for (let index = this.#kept.length - 1; index >= this.#evicted; index--) {
      const stored = this.#kept[index];
      if (stored === undefined) break;
      const { records } = readBatch(stored.bytes, this.#limits);
      count += records.filter((record) => topic === undefined || record.topic === topic).length;
      if (count >= limit) return index;
    }
    return this.#evicted;
  }

  #floorCauses(id: StreamId): VectorClock {
    return this.#streams.get(id)?.floorCauses.copy() ?? new VectorClock();
  }
}

function clockOf(stream: StreamLog, firstSequence: number): readonly ClockEntry[] {
  const clock: ClockEntry[] = [...stream.causes.entries()];
  if (firstSequence > 1) clock.push([stream.id, firstSequence - 1]);
  return clock;
}

function toMessage(
  { origin, generation, firstSequence }: BatchHeader,
  { topic, payload, time }: BatchRecord,
  offset: number,
  clock: readonly ClockEntry[],
): Message {
  const id = { peer: origin, generation, sequence: firstSequence + offset };
  return { id, topic, payload, time, clock };
}
