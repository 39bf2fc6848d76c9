import type { StreamId, Topic } from '../ids.js';
import type { Limits } from '../limits.js';
import { openBatch, readBatch } from '../wire/batch.js';
import type { BatchStore } from './batch-store.js';
import { Column } from './column.js';
import type { Floor } from './floors.js';
import { encodeIndex, type IndexEntry } from './segment-index.js';
import { hashOfBatch } from './signed-batch.js';
import type { DeliveredBatch, StreamLog } from './stream-log.js';
import { topicMask } from './topic-mask.js';

/** A batch that was skipped over: no stream claims it any more. */
const NOBODY = 0xffff_ffff;

/** Batches let go of in one `settle`: each is read, and a returning peer may have a whole log of them. */
const SETTLED_AT_ONCE = 1_024;

/** A batch as it goes into the log. */
export interface NewBatch extends DeliveredBatch {
  readonly bytes: Uint8Array;
  readonly topics: number;
}

/**
 * The kept batches of all streams in the order of delivery: for each its position in the store, its
 * stream and a mask of its topics, sixteen bytes. The oldest go when there are too many. When the
 * last one of a stream goes, its bytes stay as proof of how far the stream went.
 *
 * Invariant, once settled: floors are a cut. All that was said before something below a floor lies below
 * a floor too. What goes by age or number goes in the order of delivery, which keeps it; who skips in one
 * stream lets go of the past of that in all others. So whoever is told all floors can skip to all of them
 * at once, and needs nothing from above them.
 */
export class KeptBatches {
  readonly #store: BatchStore;
  readonly #limits: Limits;
  readonly #positions = new Column('f64');
  readonly #slots = new Column('u32');
  readonly #topics = new Column('u32');
  /** Streams by the number under which their batches are filed. */
  readonly #streams: (StreamLog | undefined)[] = [];
  readonly #slotOf = new Map<StreamLog, number>();
  /** The newest batches of streams of which none is kept; nothing is served of them but the proof. */
  readonly #proofs = new Map<StreamLog, Uint8Array>();
  /** Streams whose floors rose out of order, so that others may have to follow. */
  readonly #unsettled = new Set<StreamLog>();
  readonly #find: (id: StreamId) => StreamLog | undefined;
  #proofBytes = 0;
  #messages = 0;
  /** What is kept before this claims to be of the future, and goes with what follows it. */
  #ageless = 0;

  constructor(store: BatchStore, limits: Limits, find: (id: StreamId) => StreamLog | undefined) {
    this.#store = store;
    this.#limits = limits;
    this.#find = find;
  }

  /** Messages kept. */
  get messages(): number {
    return this.#messages;
  }

  /** Bytes kept, proofs of floors included. */
  get bytes(): number {
    const start = this.start < this.end ? this.#positions.at(this.start) : this.#store.end;
    return this.#store.end - start + this.#proofBytes;
  }

  /** Bytes taken over so far, kept or not; only differences mean something. */
  get arrivedBytes(): number {
    return this.#store.end;
  }

  /** Kept batches have places from `start` up to `end`, which is not one of them. */
  get start(): number {
    return this.#positions.start;
  }

  get end(): number {
    return this.#positions.end;
  }

  /** The stream of the batch at a place; undefined when it was skipped over. */
  streamAt(order: number): StreamLog | undefined {
    return this.#streams[this.#slots.at(order)];
  }

  mayHaveTopic(order: number, topic: Topic): boolean {
    return (this.#topics.at(order) & topicMask([topic])) !== 0;
  }

  /** Undefined when the store cannot give it back. */
  bytesAt(order: number): Uint8Array | undefined {
    return this.#store.read(this.#positions.at(order));
  }

  /** Of streams of which no batch is kept. */
  proofs(): ReadonlyMap<StreamLog, Uint8Array> {
    return this.#proofs;
  }

  /** Keeps the newest batch of a stream as proof, or undefined to let go of it. */
  prove(stream: StreamLog, bytes: Uint8Array | undefined): void {
    this.#proofBytes += (bytes?.length ?? 0) - (this.#proofs.get(stream)?.length ?? 0);
    // The store may use these bytes again.
    if (bytes === undefined) this.#proofs.delete(stream);
    else this.#proofs.set(stream, bytes.slice());
  }

  /** Adds the next batch of a stream. @param position where it is already, if it is */
  add(stream: StreamLog, batch: NewBatch, position?: number): void {
    const at = position ?? this.#store.append('batch', batch.bytes);
    this.#messages += batch.last - stream.last;
    this.prove(stream, undefined);
    stream.push(this.#file(at, stream, batch.topics), batch);
  }

  /** Takes over the batches of an earlier run; those of no stream were skipped over. */
  restore(entries: Iterable<IndexEntry>, find: (id: StreamId) => StreamLog | undefined): void {
    for (const { stream: id, first, position, topics } of entries) {
      const stream = find(id);
      const isKept = stream !== undefined && first > stream.floor && first <= stream.last;
      const order = this.#file(position, isKept ? stream : undefined, topics);
      if (isKept) stream.pushKept(order, first);
    }
  }

  /** A stream of an earlier run is whole again; unless its batches begin above its floor. */
  restored(stream: StreamLog): void {
    const isWhole =
      stream.floor === stream.last || stream.firstOf(stream.start) === stream.floor + 1;
    this.#messages += stream.last - stream.floor;
    this.#unsettled.add(stream);
    if (!isWhole) this.#forget(stream);
  }

  /** Where the batches are from a position on. */
  indexFrom(position: number): Uint8Array {
    const entries: IndexEntry[] = [];
    let from = this.end;
    while (from > this.start && this.#positions.at(from - 1) >= position) from -= 1;
    for (let order = from; order < this.end; order++) {
      const stream = this.streamAt(order);
      if (stream === undefined) continue;
      entries.push({
        stream: stream.id,
        first: stream.firstOf(stream.indexAt(order)),
        position: this.#positions.at(order),
        topics: this.#topics.at(order),
      });
    }
    return encodeIndex(entries);
  }

  /** A stream skips to a floor, and what is kept of it goes. */
  jump(stream: StreamLog, { floor, chain, causes, proof }: Floor): void {
    this.#skipped(stream);
    stream.jump(floor, chain, causes);
    this.prove(stream, proof);
    this.#unsettled.add(stream);
  }

  /** Lets go of what was said before something that was skipped; the rest of it at the next call. */
  settle(): void {
    let left = SETTLED_AT_ONCE;
    for (const stream of this.#unsettled) {
      for (const [cause, sequence] of stream.floorCauses.entries()) {
        const other = cause === stream.id ? undefined : this.#find(cause);
        while (other !== undefined && other.floor < sequence && other.start < other.end) {
          if (left === 0) return;
          left -= 1;
          this.#dropOldestOf(other, other.orderOf(other.start));
          this.#unsettled.add(other);
        }
      }
      this.#unsettled.delete(stream);
    }
  }

  /** A stream is about to let go of all its batches. */
  #skipped(stream: StreamLog): void {
    this.#messages -= stream.last - stream.floor;
    for (let index = stream.start; index < stream.end; index++) {
      this.#slots.set(stream.orderOf(index), NOBODY);
    }
  }

  /** A stream is over: nothing of it is kept, not even a proof. */
  retired(stream: StreamLog): void {
    this.#skipped(stream);
    this.prove(stream, undefined);
    this.#unsettled.delete(stream);
    const slot = this.#slotOf.get(stream);
    if (slot !== undefined) this.#streams[slot] = undefined;
    this.#slotOf.delete(stream);
  }

  #file(position: number, stream: StreamLog | undefined, topics: number): number {
    const order = this.#positions.end;
    this.#positions.push(position);
    this.#slots.push(stream === undefined ? NOBODY : this.#slotFor(stream));
    this.#topics.push(topics);
    return order;
  }

  #slotFor(stream: StreamLog): number {
    const known = this.#slotOf.get(stream);
    if (known !== undefined) return known;
    const slot = this.#streams.length;
    this.#streams[slot] = stream;
    this.#slotOf.set(stream, slot);
    return slot;
  }

  /** Lets go of what is too much; the newest batch always stays. */
  evict(): void {
    const { logMessagesMax, logBytesMax } = this.#limits;
    const before = this.start;
    while (this.start + 1 < this.end) {
      const isTooMuch = this.#messages > logMessagesMax || this.bytes > logBytesMax;
      if (!isTooMuch && this.streamAt(this.start) !== undefined) break;
      this.#dropOldest();
    }
    if (this.start > before) this.#release();
    this.settle();
  }

  /** Lets go of what was said before a time, up to the first that was not. */
  expire(beforeMs: number, nowMs: number): void {
    const before = this.start;
    let order = Math.max(before, this.#ageless);
    for (; order < this.end; order++) {
      const saidMs = this.#saidAt(order);
      if (saidMs > nowMs) continue;
      if (saidMs >= beforeMs) break;
      while (this.start <= order) this.#dropOldest();
    }
    this.#ageless = order;
    if (this.start > before) this.#release();
  }

  /** By the clock of its author; never, when it cannot be read. */
  #saidAt(order: number): number {
    const bytes = this.bytesAt(order);
    const newest = bytes && readBatch(bytes, this.#limits).records.at(-1);
    return newest?.time.ms ?? Number.POSITIVE_INFINITY;
  }

  #release(): void {
    const isEmpty = this.start === this.end;
    this.#store.release(isEmpty ? this.#store.end : this.#positions.at(this.start));
  }

  #dropOldest(): void {
    const order = this.start;
    const stream = this.streamAt(order);
    if (stream !== undefined) this.#dropOldestOf(stream, order);
    this.#positions.dropBefore(order + 1);
    this.#slots.dropBefore(order + 1);
    this.#topics.dropBefore(order + 1);
  }

  #dropOldestOf(stream: StreamLog, order: number): void {
    const bytes = this.bytesAt(order);
    if (bytes === undefined) {
      // Its hash and causes are gone: the only floor that is known to be right is the top.
      this.#forget(stream);
      return;
    }
    const { causes } = openBatch(bytes, this.#limits).header;
    const before = stream.floor;
    this.#slots.set(order, NOBODY);
    if (stream.start + 1 === stream.end) this.prove(stream, bytes);
    stream.dropOldest({ hash: hashOfBatch(bytes), causes });
    this.#messages -= stream.floor - before;
  }

  /** Lets go of all batches of a stream, but for the proof if that can be read. */
  #forget(stream: StreamLog): void {
    const newest = stream.start < stream.end ? stream.orderOf(stream.end - 1) : undefined;
    const bytes = newest === undefined ? undefined : this.bytesAt(newest);
    this.#skipped(stream);
    stream.forgetBatches();
    this.#unsettled.add(stream);
    if (bytes !== undefined) this.prove(stream, bytes);
  }
}
