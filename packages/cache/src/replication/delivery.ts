import {
  compareTimes,
  HearsayError,
  type HlcTime,
  type PeerId,
  type StreamId,
} from '@hearsay/core';
import type { Operation } from '../values/operation.js';
import { readOperation } from '../values/operation-codec.js';
import { checkFrame, decodeFrame, type Frame, type FrameHead } from '../wire/frame.js';
import { type Context, witness } from './context.js';
import { blockerOf, type Held, HoldBack } from './hold-back.js';
import { RETIRED } from './vector.js';

/** Told after frames were applied. */
export interface DeliveryHandlers {
  /** A frame of a neighbour is applied, or was before. `answer`: it wants to know. */
  applied(head: FrameHead, from: PeerId, answer: boolean): void;
  /** What this author wrote then must not be taken before it has begun anew. */
  isStale(origin: PeerId, time: HlcTime): boolean;
  rose(streams: readonly StreamId[]): void;
}

/** Applies frames in the order of their stream, and after what they depend on. */
export class Delivery {
  readonly #context: Context;
  readonly #handlers: DeliveryHandlers;
  readonly #held: HoldBack;
  readonly #refused = new Set<StreamId>();

  constructor(context: Context, handlers: DeliveryHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#held = new HoldBack(context.limits);
  }

  get held(): number {
    return this.#held.size;
  }

  get dropped(): number {
    return this.#held.dropped;
  }

  /**
   * A frame as its origin signed it.
   * @throws HearsayError `malformed`, `forged`
   */
  received(bytes: Uint8Array, from: PeerId, answer: boolean): void {
    const { vector, counters, crypto, own, heads } = this.#context;
    const frame = decodeFrame(bytes);
    const { stream, last } = frame.head;
    if (stream === own.stream) {
      if (last <= own.sequence) return;
      throw new HearsayError('forged', 'it sends writes of ours that we did not make');
    }
    if (last <= vector.get(stream)) {
      counters.framesRepeated += 1;
      // Who writes on in a stream that ended has forgotten that it did, and writes it anew in another.
      if (vector.isRetired(stream)) return;
      return this.#handlers.applied(frame.head, from, answer);
    }
    if (this.#held.has(frame) || !this.#hasRoom(stream)) return;
    // On its own link the author is believed: the link proves who speaks (docs/decisions/0022).
    const isClaim = from === frame.head.origin && heads.trusts(from);
    if (!isClaim) checkFrame(frame, crypto);
    const waits = blockerOf(frame, vector, (cause) => this.#refused.has(cause));
    if (waits === undefined) return this.#release([{ frame, from, bytes, answer, isClaim }], from);
    counters.framesHeld += 1;
    const copy = bytes.slice(); // What waits outlives the post it came in.
    const held = { frame: decodeFrame(copy), from, bytes: copy, answer, isClaim };
    if (!this.#held.add(held, waits, this.#context.now.monotonicMs)) counters.framesDropped += 1;
  }

  /** Entries of the vector rose by a repair. */
  unblock(streams: Iterable<StreamId>): void {
    const { vector } = this.#context;
    for (const stream of streams)
      this.#release(this.#held.take(stream, vector.get(stream)), undefined);
  }

  /** Lets go of what waited too long. */
  expire(): void {
    this.#held.expire(this.#context.now.monotonicMs);
  }

  clear(): void {
    this.#held.clear();
  }

  #hasRoom(stream: StreamId): boolean {
    const { vector, limits, outbox } = this.#context;
    if (vector.get(stream) > 0 || vector.size < limits.streamsMax) return true;
    if (!this.#refused.has(stream) && this.#refused.size < limits.streamsMax) {
      this.#refused.add(stream);
      outbox.event({ kind: 'no-room', stream, limit: limits.streamsMax });
    }
    return false;
  }

  /** @param by whose post is being handled: only its own wrong frames are its fault */
  #release(frames: readonly Held[], by: PeerId | undefined): void {
    const ready = [...frames];
    const { vector } = this.#context;
    const rose: StreamId[] = [];
    for (let held = ready.shift(); held !== undefined; held = ready.shift()) {
      const { head } = held.frame;
      if (head.last <= vector.get(head.stream)) continue;
      const waits = blockerOf(held.frame, vector, (cause) => this.#refused.has(cause));
      if (waits !== undefined) {
        this.#held.add(held, waits, this.#context.now.monotonicMs);
        continue;
      }
      if (!this.#applied(held, by)) continue;
      rose.push(head.stream);
      ready.push(...this.#held.take(head.stream, head.last));
    }
    if (rose.length > 0) this.#handlers.rose(rose);
  }

  #applied(held: Held, by: PeerId | undefined): boolean {
    try {
      return this.#apply(held);
    } catch (error) {
      if (!(error instanceof HearsayError) || held.from === by) throw error;
      this.#context.counters.framesDropped += 1;
      return false;
    }
  }

  /** @returns whether it was applied */
  #apply({ frame, from, bytes, answer, isClaim }: Held): boolean {
    const { counters, store, now, outbox, arrivals } = this.#context;
    const operations = readOperations(frame);
    // Times of a stream only grow, so the last one speaks for all.
    const latest = operations.at(-1);
    const first = operations[0];
    if (first !== undefined && this.#handlers.isStale(frame.head.origin, first.time)) {
      counters.framesDropped += 1;
      return false;
    }
    if (first !== undefined) witness(this.#context, first.time);
    if (latest !== undefined) witness(this.#context, latest.time);
    store.apply(frame.head.stream, frame.head.first, operations, now.wallMs);
    raise(this.#context, frame.head, isClaim ? 'claimed' : 'proven');
    if (latest !== undefined) arrivals.add(frame.head.origin, now.wallMs - latest.time.ms);
    counters.framesApplied += 1;
    counters.operationsApplied += operations.length;
    outbox.record('frame', bytes);
    this.#handlers.applied(frame.head, from, answer);
    return true;
  }
}

/** @throws HearsayError `malformed` */
export function readOperations({ head, operations: reader }: Frame): readonly Operation[] {
  const operations: Operation[] = [];
  let before: HlcTime = { ms: 0, counter: 0 };
  for (let sequence = head.first; sequence <= head.last; sequence++) {
    const operation = readOperation(reader);
    const { time } = operation;
    if (compareTimes(time, before) < 0) {
      throw new HearsayError('malformed', 'dates of a frame go back');
    }
    before = time;
    operations.push(operation);
  }
  reader.end();
  return operations;
}

/** A stream of an earlier run is over, and with it all older ones of its peer. */
export function retire({ vector, heads }: Context, stream: StreamId): void {
  vector.raise(stream, RETIRED);
  heads.retire((each) => vector.isRetired(each));
}

/** The stream is held up to the end of this frame. @param head as it is known to be its author's */
export function raise(
  { vector, heads, own, store }: Context,
  head: FrameHead,
  known: 'proven' | 'claimed' = 'proven',
): void {
  if (!vector.raise(head.stream, head.last)) return;
  store.advance(head.stream, head.last);
  if (known === 'proven') heads.prove(head);
  else heads.claim(head);
  own.rose(head.stream);
}
