import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { StreamId } from '../ids.js';
import type { Limits } from '../limits.js';
import type { Batch } from '../wire/batch.js';

/** A batch that waits for its causes. */
export interface HeldBatch {
  readonly stream: StreamId;
  readonly batch: Batch;
  readonly bytes: Uint8Array;
}

interface Waiting {
  readonly held: HeldBatch;
  /** Sequence of the stream it waits for. */
  readonly until: number;
  /** From somebody else, so it does not wait for ever. */
  readonly ages: boolean;
  /** Looks that it outlived. */
  looks: number;
}

/** What decides whether a batch has to wait. */
export interface Waiter {
  readonly stream: StreamId;
  readonly batch: Pick<Batch, 'firstSequence' | 'causes'>;
}

/** What must be delivered first. */
export interface Blocker {
  readonly stream: StreamId;
  readonly sequence: number;
}

/** A batch that waited too long, and what for. */
export interface GivenUp {
  readonly held: HeldBatch;
  readonly blocker: Blocker;
}

/**
 * The first unmet need of a batch: its own predecessors (FIFO), then its causes.
 * @param waived streams that will never be held here, so that nobody can wait for them
 */
export function blockerOf(
  held: Waiter,
  clock: ReadonlyVectorClock,
  waived: (stream: StreamId) => boolean,
): Blocker | undefined {
  const before = held.batch.firstSequence - 1;
  if (clock.get(held.stream) < before) return { stream: held.stream, sequence: before };
  for (const [stream, sequence] of held.batch.causes) {
    if (stream === held.stream || clock.get(stream) >= sequence) continue;
    if (!waived(stream)) return { stream, sequence };
  }
  return undefined;
}

type HoldBackLimits = Pick<
  Limits,
  'holdBackBatchesMax' | 'holdBackBytesMax' | 'holdBackStreamBatchesMax'
>;

/**
 * The hold-back queue of causal delivery, filed by what each batch waits for, so that an arrival
 * wakes only those it may free. Bounded in batches and bytes; over it the newest is not taken and
 * sync brings it later.
 */
export class HoldBack {
  readonly #limits: HoldBackLimits;
  readonly #waiting = new Map<StreamId, Waiting[]>();
  readonly #held = new Map<string, HeldBatch>();
  /** `stream:sequence` of the last message of each. */
  readonly #ends = new Set<string>();
  /** Batches of each stream, so that nobody takes all the room with what never becomes ready. */
  readonly #counts = new Map<StreamId, number>();
  #bytes = 0;
  /** False while our own disk is read, which is bounded itself: what comes from there has room, and waits for ever. */
  isBounded = true;

  constructor(limits: HoldBackLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#held.size;
  }

  get(stream: StreamId, firstSequence: number): HeldBatch | undefined {
    return this.#held.size === 0 ? undefined : this.#held.get(`${stream}:${firstSequence}`);
  }

  /** True when a batch that ends with this message waits here: it is not lost. */
  endsAt(stream: StreamId, sequence: number): boolean {
    return this.#ends.size > 0 && this.#ends.has(`${stream}:${sequence}`);
  }

  /** @returns false when there is no room */
  add(held: HeldBatch, blocker: Blocker): boolean {
    if (!this.hasRoomFor(held.stream, held.bytes)) return false;
    this.#held.set(`${held.stream}:${held.batch.firstSequence}`, held);
    this.#ends.add(endOf(held));
    this.#bytes += held.bytes.length;
    this.#count(held.stream, 1);
    const list = this.#waiting.get(blocker.stream);
    const waiting = { held, until: blocker.sequence, ages: this.isBounded, looks: 0 };
    if (list === undefined) this.#waiting.set(blocker.stream, [waiting]);
    else list.push(waiting);
    return true;
  }

  #count(stream: StreamId, by: number): void {
    const count = (this.#counts.get(stream) ?? 0) + by;
    if (count === 0) this.#counts.delete(stream);
    else this.#counts.set(stream, count);
  }

  /** Whether a batch of a stream may wait here. */
  hasRoomFor(stream: StreamId, { length }: Uint8Array): boolean {
    if (!this.isBounded) return true;
    const { holdBackBatchesMax, holdBackBytesMax, holdBackStreamBatchesMax } = this.#limits;
    if (this.#held.size >= holdBackBatchesMax) return false;
    if ((this.#counts.get(stream) ?? 0) >= holdBackStreamBatchesMax) return false;
    return this.#bytes + length <= holdBackBytesMax;
  }

  /** Takes out what waited for this stream to come this far; the caller delivers it or adds it again. */
  take(stream: StreamId, reached: number): readonly HeldBatch[] {
    const list = this.#waiting.get(stream);
    if (list === undefined) return [];
    const free = this.#remove(stream, list, ({ until }) => until <= reached).map(
      ({ held }) => held,
    );
    return free.sort((left, right) => left.batch.firstSequence - right.batch.firstSequence);
  }

  /** Streams that something waits for. */
  waitedFor(): readonly StreamId[] {
    return [...this.#waiting.keys()];
  }

  /** Looks at all once more, and gives up those that waited through so many looks. */
  giveUp(looksMax: number): readonly GivenUp[] {
    return [...this.#waiting].flatMap(([stream, list]) => {
      for (const waiting of list) waiting.looks += waiting.ages ? 1 : 0;
      const old = this.#remove(stream, list, ({ looks }) => looks > looksMax);
      return old.map(({ held, until }) => ({ held, blocker: { stream, sequence: until } }));
    });
  }

  /** Takes out some of those that wait for one stream. */
  #remove(
    stream: StreamId,
    list: readonly Waiting[],
    goes: (waiting: Waiting) => boolean,
  ): Waiting[] {
    const gone = list.filter(goes);
    if (gone.length === 0) return gone;
    const left = list.filter((waiting) => !goes(waiting));
    if (left.length === 0) this.#waiting.delete(stream);
    else this.#waiting.set(stream, left);
    for (const { held } of gone) {
      this.#held.delete(`${held.stream}:${held.batch.firstSequence}`);
      this.#ends.delete(endOf(held));
      this.#bytes -= held.bytes.length;
      this.#count(held.stream, -1);
    }
    return gone;
  }
}

function endOf({ stream, batch }: HeldBatch): string {
  return `${stream}:${batch.firstSequence + batch.count - 1}`;
}
