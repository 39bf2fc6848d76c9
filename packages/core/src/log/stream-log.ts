import { compareTimes, type HlcTime } from '../clock/hybrid-logical-clock.js';
import { type ReadonlyVectorClock, VectorClock } from '../clock/vector-clock.js';
import type { StreamId } from '../ids.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { Column } from './column.js';
import { hashText, mixHash, type StateHash, ZERO_HASH } from './state-hash.js';

/** A delivered batch, when it goes into the log. */
export interface DeliveredBatch {
  readonly last: number;
  /** See `hashOfBatch`. */
  readonly hash: StateHash;
  readonly causes: readonly ClockEntry[];
  /** Of its last message. */
  readonly time: HlcTime;
}

/** What a stream depended on before one of its batches. */
interface CausesAt {
  readonly index: number;
  readonly causes: readonly ClockEntry[];
}

/** Between two memories of the causes: so many batches, or more when the causes are many. */
const CAUSES_EVERY = 256;
const BATCHES_PER_CAUSE = 8;
const NO_TIME: HlcTime = { ms: 0, counter: 0 };

/**
 * One origin's part of the log: a gap-free prefix, of which the newest batches are kept. A batch is
 * two numbers here: its first sequence and its place in the delivery order; the rest is read back.
 */
export class StreamLog {
  readonly id: StreamId;
  /** Delivered up to here. */
  last = 0;
  /** Kept from here on (exclusive): what lies below is gone. */
  floor = 0;
  /** Hash over all delivered batches in order. */
  chain: StateHash = ZERO_HASH;
  floorChain: StateHash = ZERO_HASH;
  /** Of the newest message delivered. */
  newest: HlcTime = NO_TIME;
  /** Everything the stream depends on up to `last`. */
  readonly causes: VectorClock = new VectorClock();
  readonly floorCauses: VectorClock = new VectorClock();
  /** Of its name. */
  readonly nameHash: StateHash;
  readonly #firsts = new Column('f64');
  readonly #orders = new Column('f64');
  #causesAt: CausesAt[] = [];

  constructor(id: StreamId) {
    this.id = id;
    this.nameHash = hashText(id);
  }

  /** How much of it is held. */
  get version(): number {
    return this.last;
  }

  /** This stream's share of the state hash. */
  get hash(): StateHash {
    const at = { high: this.last >>> 0, low: Math.floor(this.last / 2 ** 32) };
    return mixHash(mixHash(this.nameHash, at), this.chain);
  }

  /** Kept batches have the indices from `start` up to `end`, which is not one of them. */
  get start(): number {
    return this.#firsts.start;
  }

  get end(): number {
    return this.#firsts.end;
  }

  firstOf(index: number): number {
    return this.#firsts.at(index);
  }

  lastOf(index: number): number {
    return index + 1 < this.end ? this.#firsts.at(index + 1) - 1 : this.last;
  }

  /** Place in the delivery order of the whole log. */
  orderOf(index: number): number {
    return this.#orders.at(index);
  }

  /** The next batch, at its place in the delivery order. */
  push(order: number, batch: DeliveredBatch): void {
    this.#remember();
    for (const [cause, sequence] of batch.causes) this.causes.raise(cause, sequence);
    this.pushKept(order, this.last + 1);
    this.last = batch.last;
    this.chain = mixHash(this.chain, batch.hash);
    this.newest = batch.time;
  }

  /** A batch that `last`, the chain and the causes already count. */
  pushKept(order: number, first: number): void {
    this.#firsts.push(first);
    this.#orders.push(order);
  }

  /** Index of the kept batch with this message in it, if it is kept. */
  indexOf(sequence: number): number | undefined {
    return sequence > this.last || sequence <= this.floor
      ? undefined
      : this.indexAfter(sequence - 1);
  }

  /** Index of the first kept batch that reaches beyond a sequence. */
  indexAfter(sequence: number): number {
    return searchFrom(this.start, this.end, (index) => this.lastOf(index) > sequence);
  }

  /** Index of the first kept batch that was delivered at or after a place in the delivery order. */
  indexAt(order: number): number {
    return searchFrom(this.start, this.end, (index) => this.orderOf(index) >= order);
  }

  /** Remembers the causes before a batch, so that those of later ones are soon found. */
  rememberCauses(index: number = this.end, causes: ReadonlyVectorClock = this.causes): void {
    this.#causesAt.push({ index, causes: [...causes.entries()] });
  }

  /** What the stream depended on before a batch at or before this index, and that batch. */
  causesBefore(index: number): CausesAt {
    const near = this.#causesAt.findLast((known) => known.index <= index);
    return near ?? { index: this.start, causes: [...this.floorCauses.entries()] };
  }

  /** Forgets its oldest batch. */
  dropOldest({ hash, causes }: Pick<DeliveredBatch, 'hash' | 'causes'>): void {
    this.floor = this.lastOf(this.start);
    this.floorChain = mixHash(this.floorChain, hash);
    for (const [stream, sequence] of causes) this.floorCauses.raise(stream, sequence);
    this.#dropBefore(this.start + 1);
  }

  /** Skips to a floor told by a peer that no longer has what lies below. */
  jump(floor: number, chain: StateHash, causes: readonly ClockEntry[]): void {
    this.last = floor;
    this.chain = chain;
    for (const [stream, sequence] of causes) this.causes.raise(stream, sequence);
    this.forgetBatches();
  }

  /** Keeps no batch any more: the floor rises to the top. */
  forgetBatches(): void {
    this.floor = this.last;
    this.floorChain = this.chain;
    this.floorCauses.merge(this.causes);
    this.#dropBefore(this.end);
  }

  /** Lets go of what it remembers of other streams that are over. */
  forgetCauses(isOver: (stream: StreamId) => boolean): void {
    for (const clock of [this.causes, this.floorCauses]) {
      for (const [stream] of [...clock.entries()]) if (isOver(stream)) clock.remove(stream);
    }
  }

  #dropBefore(index: number): void {
    this.#firsts.dropBefore(index);
    this.#orders.dropBefore(index);
    const stale = this.#causesAt.findIndex((known) => known.index >= index);
    this.#causesAt = stale < 0 ? [] : this.#causesAt.slice(stale);
  }

  #remember(): void {
    const before = this.#causesAt.at(-1)?.index ?? this.start;
    const wait = Math.max(CAUSES_EVERY, BATCHES_PER_CAUSE * this.causes.size);
    if (this.end - before >= wait) this.rememberCauses();
  }
}

/** Of the newest message of all streams. */
export function newestOf(streams: Iterable<StreamLog>): HlcTime {
  let newest = NO_TIME;
  for (const stream of streams) {
    if (compareTimes(stream.newest, newest) > 0) newest = stream.newest;
  }
  return newest;
}

/** The first index for which something holds that, once it does, holds for all that follow. */
function searchFrom(start: number, end: number, holds: (index: number) => boolean): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
