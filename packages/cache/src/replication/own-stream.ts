import { invariant, type PeerId, parseStreamId, type StreamId, streamId } from '@hearsay/core';
import { type ClockEntry, Writer } from '@hearsay/core/wire';
import type { Operation } from '../values/operation.js';
import { writeOperation } from '../values/operation-codec.js';
import { beginBody, encodeFrame, type FrameCrypto } from '../wire/frame.js';
import { FRAME_GATHER_BYTES, FRAME_GATHER_OPERATIONS } from '../wire/wire-limits.js';
import { RETIRED, type ReadonlyVector, Vector } from './vector.js';

/** A frame that is closed: encoded and signed once, for every link and the disk. */
export interface ClosedFrame {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly last: number;
}

interface OpenFrame {
  readonly writer: Writer;
  readonly first: number;
}

/** Numbers what this peer writes, and gathers it into frames. */
export class OwnStream {
  readonly stream: StreamId;
  readonly #origin: PeerId;
  readonly #generation: number;
  readonly #crypto: FrameCrypto;
  readonly #vector: Vector;
  readonly #ahead: Vector;
  /** Streams whose entries rose since the frame before. */
  readonly #risen: Set<StreamId>;
  /** What was named as a cause though it does not count here yet. */
  readonly #named: Vector = new Vector();
  #sequence: number;
  #open: OpenFrame | undefined;
  #closed: ClosedFrame[] = [];

  /**
   * @param self sequence is that of the last write, when the stream goes on
   * @param held what a write may have seen: the vector, and survivors beyond it
   */
  constructor(
    self: { readonly id: PeerId; readonly generation: number; readonly sequence: number },
    held: { readonly vector: Vector; readonly ahead: Vector },
    crypto: FrameCrypto,
  ) {
    const { vector } = held;
    const isLatest = generationAbove(self.id, vector, self.generation) === self.generation;
    invariant(
      self.sequence > 0 || isLatest,
      'a stream that does not go on begins after all others',
    );
    this.#origin = self.id;
    this.#generation = self.generation;
    this.#sequence = self.sequence;
    this.stream = streamId(self.id, self.generation);
    this.#vector = vector;
    this.#ahead = held.ahead;
    this.#crypto = crypto;
    // What an earlier run named as causes is not known any more: the first frame names all.
    this.#risen = new Set([...vector.streams()].map(([stream]) => stream));
  }

  /** An entry of the vector rose: what is written next may depend on it. */
  rose(stream: StreamId): void {
    this.#risen.add(stream);
  }

  /** The last write, sent or not. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The number that the next write takes. */
  get next(): number {
    return this.#sequence + 1;
  }

  /** True when something waits to be sent. */
  get pending(): boolean {
    return this.#open !== undefined || this.#closed.length > 0;
  }

  /** Bytes of what waits to be sent. */
  get pendingBytes(): number {
    let bytes = this.#open?.writer.length ?? 0;
    for (const frame of this.#closed) bytes += frame.bytes.length;
    return bytes;
  }

  /** Numbers operations that belong together: they share a frame, however large. */
  add(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    const open = this.#open ?? this.#begin();
    for (const operation of operations) writeOperation(open.writer, operation);
    this.#sequence += operations.length;
    const count = this.#sequence - open.first + 1;
    if (open.writer.length >= FRAME_GATHER_BYTES || count >= FRAME_GATHER_OPERATIONS) this.#close();
  }

  /** Closes what is open, before a batch that might not fit beside it. */
  close(): void {
    this.#close();
  }

  /** All frames that were closed. */
  take(): readonly ClosedFrame[] {
    this.#close();
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #begin(): OpenFrame {
    const open = { writer: new Writer(4_096), first: this.#sequence + 1 };
    this.#open = open;
    return open;
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const numbers = { first: open.first, last: this.#sequence };
    const identity = { origin: this.#origin, generation: this.#generation };
    const operations = open.writer.view(0);
    const body = new Writer(operations.length + 256);
    // Only now: posts were handled between the writes of this turn, and the later ones may depend on them.
    beginBody(body, this.#causes());
    body.raw(operations);
    const bytes = encodeFrame({ ...identity, ...numbers }, body.finish(), this.#crypto);
    this.#closed.push({ bytes, ...numbers });
  }

  /**
   * Singhal and Kshemkalyani 1992: what changed since the frame before says as much as all of it. What
   * a repair that is not over brought is shown here too, so a write may have seen it.
   */
  #causes(): readonly ClockEntry[] {
    const causes = new Vector();
    for (const stream of this.#risen) {
      const sequence = this.#vector.get(stream);
      if (sequence < RETIRED) causes.raise(stream, sequence);
    }
    this.#risen.clear();
    for (const [stream, sequence] of this.#ahead.streams()) {
      if (sequence <= this.#vector.get(stream)) continue;
      if (this.#named.raise(stream, sequence)) causes.raise(stream, sequence);
    }
    return causes.sorted().filter(([stream]) => stream !== this.stream);
  }
}

/**
 * The generation of a run that does not go on in an earlier stream: above all that are known here, also
 * those an earlier run took for itself, so that nobody takes it for one that ended.
 * @param least what it would be otherwise
 */
export function generationAbove(self: PeerId, vector: ReadonlyVector, least: number): number {
  let generation = least;
  for (const [stream] of vector.sorted()) {
    const known = parseStreamId(stream);
    if (known.peer === self) generation = Math.max(generation, known.generation + 1);
  }
  return generation;
}

/** About what an operation takes in a frame, on top of its key and value. */
const OPERATION_BYTES = 32;

/** Whether a batch might not fit beside what is gathered already. */
export function isLarge(operations: readonly Operation[]): boolean {
  if (operations.length < 2) return false;
  let bytes = 0;
  for (const { key, change } of operations) {
    bytes += OPERATION_BYTES + key.length + (change.kind === 'set' ? change.value.length : 0);
  }
  return bytes > FRAME_GATHER_BYTES;
}
