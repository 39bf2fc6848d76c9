import type { HlcTime, StreamId } from '@hearsay/core';
import { Writer, writeClockEntries, writeStream } from '@hearsay/core/wire';
import type { PlacedSurvivor, Survivor } from '../store/survivor.js';
import { writeSurvivor } from '../store/survivor-codec.js';
import { StreamMemory } from '../values/stream-memory.js';
import { sameBytes } from '../wire/bytes.js';
import { type FrameHead, writeHead } from '../wire/frame.js';
import { DELTA_BYTES, FRAGMENT_BYTES, WHOLE_SURVIVOR_BYTES_MAX } from '../wire/wire-limits.js';
import type { FragmentProgress } from './fragments.js';
import { hashSummary } from './summary.js';
import type { ReadonlyVector, Vector } from './vector.js';

/** Pieces of an answer; order is the number on the wire. */
export const PIECES = [
  'floor',
  'stream',
  'survivor',
  'reached',
  'head',
  'retired',
  'commit',
  'fragment',
] as const;
type PieceKind = (typeof PIECES)[number];

/** Deletions that are forgotten: up to which writes, and none of them later than this time. */
export interface Floor {
  readonly vector: ReadonlyVector;
  readonly time: HlcTime;
}

/** What an answer is made of. */
export interface AnswerOptions {
  readonly number: number;
  /** Hash of the summary that is answered. */
  readonly basis: Uint8Array;
  readonly instance: number;
  readonly vector: Vector;
  readonly floor: Floor;
  /** Date of the oldest write that we may hold. */
  readonly oldest: HlcTime | undefined;
  /** What the asker holds, as a vector. */
  readonly held: ReadonlyVector;
  /** What the asker has had of us before, though it does not count yet. */
  readonly reached: ReadonlyVector;
  /** What the asker has of a survivor that goes in fragments. */
  readonly fragment: FragmentProgress | undefined;
  /** More of one key is not sent, and the answer has no end then. */
  readonly keyStateBytesMax: number;
  readonly onTooLarge: (key: string, bytes: number) => void;
  /** All streams of the store, also those of which nothing is gap-free yet. */
  readonly streams: Iterable<StreamId>;
  readonly headOf: (stream: StreamId) => FrameHead | undefined;
  readonly above: (stream: StreamId, after: number) => Iterable<PlacedSurvivor>;
}

/** Bytes before each piece that say how long it is. */
export const PIECE_LENGTH_BYTES = 4;

/**
 * The deltas of an answer: one stream of pieces, cut where a delta is full. Last comes `commit`:
 * only then has the asker everything that survives, and may say so.
 */
export function* answerDeltas(options: AnswerOptions): Generator<Uint8Array> {
  const deltas = new Deltas(options);
  for (const write of pieces(options)) {
    deltas.piece(write);
    while (deltas.isFull) yield deltas.take();
  }
  yield deltas.take();
}

/** Writes one piece. */
type WritePiece = (writer: Writer) => void;

/** Puts pieces side by side, and cuts them where a delta is full. */
class Deltas {
  readonly #options: AnswerOptions;
  #writer: Writer;
  #index = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#writer = this.#begin(0);
  }

  get isFull(): boolean {
    return this.#writer.length >= DELTA_BYTES;
  }

  piece(write: WritePiece): void {
    const writer = this.#writer;
    const start = writer.length;
    writer.leave(PIECE_LENGTH_BYTES);
    write(writer);
    const length = writer.length - start - PIECE_LENGTH_BYTES;
    for (let byte = 0; byte < PIECE_LENGTH_BYTES; byte++) {
      writer.patch(start + byte, (length >>> (8 * byte)) & 0xff);
    }
  }

  take(): Uint8Array {
    const bytes = this.#writer.view(0);
    const delta = bytes.subarray(0, DELTA_BYTES);
    const rest = bytes.subarray(delta.length);
    this.#writer = this.#begin(rest.length).raw(rest);
    return delta;
  }

  #begin(restBytes: number): Writer {
    const { number, basis, instance } = this.#options;
    const writer = new Writer(Math.max(DELTA_BYTES, restBytes) + 4 * 1_024);
    writer.varuint(number).varuint(this.#index).raw(basis).varuint(instance);
    this.#index += 1;
    return writer;
  }
}

function* pieces(options: AnswerOptions): Generator<WritePiece> {
  const { vector, floor, oldest, held, headOf } = options;
  yield (writer) => {
    begin(writer, 'floor').varuint(floor.time.ms).varuint(floor.time.counter);
    writeClockEntries(writer, floor.vector.sorted());
    writer.varuint(oldest?.ms ?? 0).varuint(oldest?.counter ?? 0);
  };
  for (const stream of options.streams) {
    if (!(yield* streamPieces(options, stream))) return;
  }
  for (const [stream, sequence] of vector.sorted()) {
    if (held.get(stream) >= sequence) continue;
    const head = headOf(stream);
    if (head !== undefined) yield (writer) => writeHead(begin(writer, 'head'), head);
    else if (vector.isRetired(stream)) {
      yield (writer) => writeStream(begin(writer, 'retired'), stream);
    }
  }
  yield (writer) => void begin(writer, 'commit');
}

/** @returns false when it cannot be told to its end */
function* streamPieces(options: AnswerOptions, stream: StreamId): Generator<WritePiece, boolean> {
  const { vector, held, reached, above } = options;
  const memory = new StreamMemory();
  const counted = vector.get(stream);
  // What does not count here yet is told anew each time: more of it may come between.
  const after = Math.max(held.get(stream), Math.min(reached.get(stream), counted));
  let begun = false;
  for (const { sequence, survivor } of above(stream, after)) {
    if (!begun) yield (writer) => writeStream(begin(writer, 'stream'), stream).varuint(counted);
    begun = true;
    if (survivor.kind === 'composite') {
      if (!(yield* compositePieces(options, sequence, survivor))) return false;
      continue;
    }
    yield (writer) => writeSurvivor(begin(writer, 'survivor').varuint(sequence), survivor, memory);
  }
  if (begun) yield (writer) => void begin(writer, 'reached');
  return true;
}

/** A counter, set or hash: whole, or in fragments where it is large. @returns false when it is too large */
function* compositePieces(
  { fragment, keyStateBytesMax, onTooLarge }: AnswerOptions,
  sequence: number,
  survivor: Survivor,
): Generator<WritePiece, boolean> {
  const encoded = new Writer(1_024);
  writeSurvivor(encoded, survivor);
  const bytes = encoded.view(0);
  if (bytes.length <= WHOLE_SURVIVOR_BYTES_MAX) {
    yield (writer) => begin(writer, 'survivor').varuint(sequence).raw(bytes);
    return true;
  }
  if (bytes.length > keyStateBytesMax) {
    onTooLarge(survivor.key, bytes.length);
    return false;
  }
  const hash = hashSummary(bytes);
  const isKnown = fragment !== undefined && sameBytes(fragment.hash, hash);
  let offset = isKnown ? Math.min(fragment.received, bytes.length) : 0;
  do {
    const part = bytes.subarray(offset, offset + FRAGMENT_BYTES);
    const at = offset;
    yield (writer) => {
      begin(writer, 'fragment').varuint(sequence).raw(hash);
      writer.varuint(bytes.length).varuint(at).raw(part);
    };
    offset += part.length;
  } while (offset < bytes.length);
  return true;
}

function begin(writer: Writer, kind: PieceKind): Writer {
  return writer.u8(PIECES.indexOf(kind));
}
