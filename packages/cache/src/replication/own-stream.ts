import { compareIds, type PeerId, parseStreamId, type StreamId, streamId } from '@hearsay/core';
import { type ClockEntry, Writer } from '@hearsay/core/wire';
import type { Operation } from '../values/operation.js';
import { writeOperation } from '../values/operation-codec.js';
import { beginBody, encodeFrame, type FrameCrypto } from '../wire/frame.js';
import { FRAME_GATHER_BYTES, FRAME_GATHER_OPERATIONS } from '../wire/wire-limits.js';
import type { Context } from './context.js';
import { RETIRED, type Vector } from './vector.js';

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
  /** Streams whose entries rose since the frame before. */
  readonly #risen: Set<StreamId>;
  #sequence: number;
  #open: OpenFrame | undefined;
  #closed: ClosedFrame[] = [];

  /** @param sequence of the last write, when the stream goes on */
  constructor(
    self: { readonly id: PeerId; readonly generation: number; readonly sequence: number },
    vector: Vector,
    crypto: FrameCrypto,
  ) {
    this.#origin = self.id;
    this.#generation = self.generation;
    this.#sequence = self.sequence;
    this.stream = streamId(self.id, self.generation);
    this.#vector = vector;
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
    const writer = new Writer(4_096);
    const causes = this.#causes();
    beginBody(writer, causes);
    const open = { writer, first: this.#sequence + 1 };
    this.#open = open;
    return open;
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const numbers = { first: open.first, last: this.#sequence };
    const identity = { origin: this.#origin, generation: this.#generation };
    const bytes = encodeFrame({ ...identity, ...numbers }, open.writer.finish(), this.#crypto);
    this.#closed.push({ bytes, ...numbers });
  }

  /** Singhal and Kshemkalyani 1992: what changed since the frame before says as much as all of it. */
  #causes(): readonly ClockEntry[] {
    const causes: ClockEntry[] = [];
    for (const stream of this.#risen) {
      const sequence = this.#vector.get(stream);
      if (stream !== this.stream && sequence > 0 && sequence < RETIRED) {
        causes.push([stream, sequence]);
      }
    }
    this.#risen.clear();
    return causes.sort(([left], [right]) => compareIds(left, right));
  }
}

/** We cannot go on in our stream, as an earlier run may have used its numbers: begins another. */
export function renewStream(context: Context, above: number): void {
  const { own, now, self, vector, crypto, outbox } = context;
  const was = own.stream;
  const generation = Math.max(above, parseStreamId(was).generation, now.wallMs) + 1;
  context.own = new OwnStream({ id: self, generation, sequence: 0 }, vector, crypto);
  outbox.event({ kind: 'new-stream', was, is: context.own.stream });
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
