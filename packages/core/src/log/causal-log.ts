import type { HlcTime } from '../clock/hybrid-logical-clock.js';
import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { Message } from '../effect.js';
import { invariant } from '../errors.js';
import { type PeerId, type StreamId, streamId, type Topic } from '../ids.js';
import type { Limits } from '../limits.js';
import type { MergeResult, Replica } from '../sync/replica.js';
import type { Counters } from '../view.js';
import { type Batch, openBatch, readBatch, readRecords } from '../wire/batch.js';
import type { BatchStore, StoredRecord } from './batch-store.js';
import { checkProof, type Floor, Floors } from './floors.js';
import { clockOf, messageOf, readHistory } from './history.js';
import { type Blocker, blockerOf, type HeldBatch, HoldBack, type Waiter } from './hold-back.js';
import { KeptBatches } from './kept-batches.js';
import { encodeLogDeltaItem, type LogDeltaItem, readLogDelta } from './log-delta.js';
import { LogDigest } from './log-digest.js';
import type { LogOptions } from './log-options.js';
import type { LogProgress, Received, Retired } from './log-progress.js';
import { MemoryBatchStore } from './memory-batch-store.js';
import { replay } from './replay.js';
import { restoreStreams } from './restore.js';
import { contradiction, forged, hashOfBatch, sameSignature } from './signed-batch.js';
import type { StateHash } from './state-hash.js';
import { newestOf, type StreamLog } from './stream-log.js';
import { Streams } from './streams.js';
import { topicMask } from './topic-mask.js';
import { Trails } from './trails.js';
import { Upkeep } from './upkeep.js';

const NOTHING: readonly never[] = [];

/**
 * Every message, in causal order, each exactly once.
 *
 * Invariant: the clock advances over gap-free prefixes only, by whole batches, and a batch is
 * delivered after all its causes. A batch is stored and relayed as the bytes its origin made, and
 * only after its signature was found to be its origin's.
 */
export class CausalLog implements Replica {
  /** What is held of each stream, batch by batch. */
  readonly trails: Trails;
  readonly upkeep: Upkeep;
  /** What we say of what we hold. */
  readonly digest: LogDigest;
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #isBatchBy: LogOptions['isBatchBy'];
  readonly #own: StreamId | undefined;
  readonly #streams: Streams;
  readonly #held: HoldBack;
  readonly #floors: Floors;
  readonly #kept: KeptBatches;
  readonly #store: BatchStore;
  /** Since what waits was last looked through. */
  #someAreWaived = false;
  #progress: LogProgress[] = [];
  /** Told after what was delivered: the first message of the run that ended them among it. */
  #ended: Retired[] = [];

  constructor(options: LogOptions) {
    const { limits, counters, isBatchBy, own, store = new MemoryBatchStore() } = options;
    this.#isBatchBy = isBatchBy;
    this.#store = store;
    this.#kept = new KeptBatches(store, limits, (id) => this.#streams.get(id));
    this.#own = own;
    this.#streams = new Streams({
      streamsMax: limits.streamsMax,
      own,
      noRoom: (stream, limit) => this.#progress.push({ kind: 'no-room', stream, limit }),
      move: (stream, move) => this.digest.change(stream, move),
      retired: (stream) => this.#retired(stream),
      filled: () => {
        this.#someAreWaived = true;
      },
    });
    this.digest = new LogDigest(this.#streams, this.#kept, limits);
    this.trails = new Trails(this.#streams, this.#kept);
    this.upkeep = new Upkeep(store, this.#streams, this.#kept, limits.logAgeMaxMs);
    this.#limits = limits;
    this.#counters = counters;
    this.#held = new HoldBack(limits);
    this.#floors = new Floors(limits, this.#held);
  }

  get clock(): ReadonlyVectorClock {
    return this.#streams.clock;
  }

  /** Equal at peers that hold the same. */
  get hash(): StateHash {
    return this.#streams.hash;
  }

  /** Whether messages of a stream can be kept; without room their effects do not wait for them. */
  hasRoomFor(stream: StreamId): boolean {
    return this.#streams.hasRoomFor(stream);
  }

  /** Whether a run does not count any more: so many newer ones of its peer are here. */
  isOver(stream: StreamId): boolean {
    return this.#streams.isOver(stream);
  }

  /** Of the newest message delivered. */
  get newest(): HlcTime {
    return newestOf(this.#streams.all());
  }

  /** Whether somebody speaks of a message of our own that we never wrote. */
  isInvented(stream: StreamId, sequence: number): boolean {
    return stream === this.#own && sequence > this.clock.get(stream);
  }

  /** True when a message is here and only waits for what must be delivered before it. */
  isHeldBack(stream: StreamId, sequence: number): boolean {
    return this.#held.endsAt(stream, sequence);
  }

  get heldBack(): number {
    return this.#held.size;
  }

  /** Messages kept. */
  get size(): number {
    return this.#kept.messages;
  }

  /** Streams whose entry rose since this was last asked. */
  takeRisen(): readonly StreamId[] {
    return this.#streams.takeRisen();
  }

  /** What was delivered and skipped since this was last asked, in order. */
  takeProgress(): readonly LogProgress[] {
    if (this.#progress.length === 0) return NOTHING;
    return [...this.#progress.splice(0), ...this.#ended.splice(0)];
  }

  /**
   * Takes a batch as it travelled. Its signature is checked once, when it is no duplicate.
   * @throws HearsayError `malformed`, `forged`
   */
  receive(bytes: Uint8Array): Received {
    const opened = openBatch(bytes, this.#limits);
    const { header } = opened;
    const stream = streamId(header.origin, header.generation);
    const last = header.firstSequence + header.count - 1;
    const rival = this.bytesWith(stream, header.firstSequence);
    const isOld = this.clock.get(stream) >= last || this.#streams.isOver(stream);
    if (rival === undefined ? isOld : sameSignature(rival, bytes)) {
      this.#counters.batchesDuplicate += 1;
      return 'duplicate';
    }
    // What is dropped anyway is not worth the look at its signature, which is dearer than all else.
    const isUseless = rival === undefined && this.#floors.hasNoUseFor(stream, header, bytes);
    if (isUseless && this.#blockerOf({ stream, batch: header }) !== undefined) {
      this.#counters.batchesDropped += 1;
      return 'no-room';
    }
    const batch: HeldBatch = { stream, batch: readRecords(opened, this.#limits), bytes };
    if (!this.#isBatchBy(header.origin, bytes)) {
      this.#counters.batchesForged += 1;
      throw forged(header);
    }
    if (this.#streams.saw(stream)) this.#someAreWaived = true;
    this.#floors.vouch(stream, header.firstSequence - 1);
    this.#jumpReady();
    const isReached = this.clock.get(stream) >= header.firstSequence;
    if (rival !== undefined || stream === this.#own || isReached) {
      this.#contradict(batch);
      return 'conflict';
    }
    if (header.causes.some(([cause, sequence]) => this.isInvented(cause, sequence))) {
      this.#counters.claimsForged += 1;
      return 'impossible';
    }
    const blocker = this.#blockerOf(batch);
    if (blocker !== undefined) {
      if (!this.#hold(batch)) return 'no-room';
      this.#counters.batchesHeldBack += 1;
      // What came before it may be here, and wait for a cause itself.
      const lost = blocker.stream === stream && !this.isHeldBack(stream, blocker.sequence);
      return lost ? 'hole' : 'cause';
    }
    if (!this.#deliver(batch)) return 'no-room';
    this.#release(stream);
    this.#jumpReady();
    return 'delivered';
  }

  /**
   * Takes over what the store has of an earlier run, and tells nothing of it as progress. What waits
   * for something that was lost is delivered once sync has brought that.
   * @throws HearsayError `malformed` when it does not decode although it is undamaged
   */
  load(): void {
    this.#held.isBounded = false;
    const stored = this.#store.load();
    const { streams, waived } = restoreStreams(this.#kept, stored.states, stored.indexes);
    this.#streams.restore(streams, waived);
    replay(stored, {
      batch: (record) => this.#replay(record),
      claim: (item) => {
        if (item.kind === 'over') this.#streams.waive(item.peer, item.generation);
        else if (item.floor > this.clock.get(item.stream)) this.#jump(item, true);
      },
      receive: (bytes) => void this.receive(bytes),
      receiveClaim: (item) => {
        if (item.kind === 'over') this.#waive(item);
        else this.#floors.add(item, undefined);
      },
    });
    this.#jumpReady();
    this.#kept.evict();
    this.#held.isBounded = true;
    this.#progress = [];
    this.#ended = [];
    this.takeRisen();
    this.#store.loaded(this.#held.size === 0);
  }

  /** Adds a batch of our own, made a moment ago. */
  append(batch: Batch, bytes: Uint8Array): void {
    const stream = streamId(batch.origin, batch.generation);
    const delivered = this.#deliver({ stream, batch, bytes });
    invariant(delivered, 'there is always room for our own stream');
    this.#release(stream);
    this.#jumpReady();
  }

  summary(): Uint8Array {
    return this.digest.summary();
  }

  contentHash(): StateHash {
    return this.digest.hash;
  }

  missing(summary: Uint8Array): Iterable<Uint8Array> {
    return this.digest.missing(summary);
  }

  merge(delta: Uint8Array, from?: PeerId): MergeResult {
    const before = this.#counters.messagesDelivered;
    let next: Uint8Array | undefined;
    this.#floors.takeLearned();
    for (const item of readLogDelta(delta)) {
      if (item.kind === 'batch') this.receive(item.bytes);
      else if (item.kind === 'narrowing') next = this.digest.refine(item.narrowing);
      else if (item.kind === 'over') this.#waive(item);
      else if (item.stream !== this.#own && item.floor > this.clock.get(item.stream)) {
        checkProof(item, this.#limits, this.#isBatchBy);
        this.#floors.add(item, from);
      }
    }
    this.#jumpReady();
    const learned = this.#floors.takeLearned();
    return { added: this.#counters.messagesDelivered - before, next, learned };
  }

  /** The newest kept messages, oldest first. @param topic undefined for all */
  history(topic: Topic | undefined, limit: number): readonly Message[] {
    return readHistory(this.#kept, this.#limits, topic, limit);
  }

  /** @param position where it is stored already, if it is */
  #deliver(held: HeldBatch, position?: number): boolean {
    const { batch } = held;
    const stream = this.#streams.obtain(held.stream);
    if (stream === undefined) {
      this.#counters.batchesDropped += 1;
      return false;
    }
    invariant(stream.last === batch.firstSequence - 1, 'a stream grows without holes');
    const hash = hashOfBatch(held.bytes);
    const last = batch.firstSequence + batch.count - 1;
    const time = batch.records.at(-1)?.time ?? stream.newest;
    const topics = topicMask(new Set(batch.records.map((record) => record.topic)));
    const delivered = { bytes: held.bytes, last, hash, causes: batch.causes, time, topics };
    if (position === undefined) this.upkeep.markIfWanted();
    this.#streams.advance(stream, () => this.#kept.add(stream, delivered, position));
    this.#kept.evict();
    if (position !== undefined) return true;
    const clock = clockOf(stream, batch.firstSequence);
    const messages = batch.records.map((record, index) => messageOf(batch, record, index, clock));
    this.#progress.push({ kind: 'delivery', batch, messages });
    this.#counters.batchesDelivered += 1;
    this.#counters.messagesDelivered += messages.length;
    return true;
  }

  /** Takes over the next batch of our own log. @returns false for one whose time has not come */
  #replay({ bytes, position }: StoredRecord): boolean {
    const batch = readBatch(bytes, this.#limits);
    const stream = streamId(batch.origin, batch.generation);
    this.#streams.saw(stream);
    if (this.clock.get(stream) !== batch.firstSequence - 1) return false;
    const held = { stream, batch, bytes };
    return this.#blockerOf(held) === undefined && this.#deliver(held, position);
  }

  /** What is kept or waits in the place of a message, if anything; good until the next look. */
  bytesWith(stream: StreamId, sequence: number): Uint8Array | undefined {
    return this.trails.batchWith(stream, sequence) ?? this.#held.get(stream, sequence)?.bytes;
  }

  /** Something else is in its place. If its origin signed both, the first stays, the second is proof. */
  #contradict({ stream, batch, bytes }: HeldBatch): void {
    const rival = this.bytesWith(stream, batch.firstSequence);
    if (rival !== undefined && sameSignature(rival, bytes)) return;
    this.#counters.batchesDropped += 1;
    if (rival === undefined) return;
    this.#progress.push(contradiction(stream, batch.firstSequence, [rival, bytes]));
  }

  #blockerOf(batch: Waiter): Blocker | undefined {
    return blockerOf(batch, this.clock, this.#streams.isWaived);
  }

  /** Frees what waited for a stream, and what that frees in turn. */
  #release(risen: StreamId): void {
    if (this.#held.size === 0) return;
    const queue = [risen];
    for (let stream = queue.shift(); stream !== undefined; stream = queue.shift()) {
      const isWaived = this.#streams.isWaived(stream);
      const reached = isWaived ? Number.POSITIVE_INFINITY : this.clock.get(stream);
      for (const held of this.#held.take(stream, reached)) {
        if (this.clock.get(held.stream) >= held.batch.firstSequence) this.#contradict(held);
        else if (this.#blockerOf(held) !== undefined) this.#hold(held);
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

  /**
   * To be called now and then: what waited through so many calls is let go of. The clock does not
   * count it, so whoever has what it waited for brings both.
   */
  giveUpHeld(looksMax: number): void {
    for (const { held, blocker } of this.#held.giveUp(looksMax)) {
      const { firstSequence: from, count } = held.batch;
      const to = from + count - 1;
      this.#counters.batchesGivenUp += 1;
      this.#progress.push({ kind: 'gave-up', stream: held.stream, from, to, missing: blocker });
    }
  }

  /** Skips to floors whose causes are held; a jump may free batches, and they other floors. */
  #jumpReady(): void {
    while (this.#someAreWaived) {
      this.#someAreWaived = false;
      const waived = this.#held.waitedFor().filter(this.#streams.isWaived);
      for (const stream of waived) this.#release(stream);
    }
    while (this.#floors.size > 0) {
      const ready = this.#floors.takeReady(this.clock, this.#streams.isWaived);
      if (ready.length === 0) return;
      for (const floor of ready) this.#jump(floor);
      for (const { stream } of ready) this.#release(stream);
    }
  }

  /** @param isStored read from the store, so known there */
  #jump(item: Floor, isStored = false): void {
    const { stream: id, floor } = item;
    const stream = this.#streams.obtain(id);
    if (stream === undefined) return;
    if (!isStored) {
      this.upkeep.markIfWanted();
      this.#store.append('floor', encodeLogDeltaItem(item));
    }
    this.#progress.push({ kind: 'gap', stream: id, from: stream.last + 1, to: floor });
    this.#counters.gaps += 1;
    this.#streams.advance(stream, () => this.#kept.jump(stream, item));
  }

  /** A neighbour says that these runs are over; effects of what they said need not wait. */
  #waive(item: LogDeltaItem & { readonly kind: 'over' }): void {
    if (!this.#streams.waive(item.peer, item.generation)) return;
    this.upkeep.markIfWanted();
    this.#store.append('floor', encodeLogDeltaItem(item));
    this.#someAreWaived = true;
  }

  #retired(stream: StreamLog): void {
    this.#kept.retired(stream);
    this.digest.remove(stream);
    this.#someAreWaived = true;
    this.#counters.streamsRetired += 1;
    this.#ended.push({ kind: 'retired', stream: stream.id, last: stream.last });
  }
}
