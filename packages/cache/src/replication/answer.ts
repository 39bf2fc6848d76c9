import type { HlcTime, StreamId } from '@hearsay/core';
import { Writer, writeClockEntries, writeStream } from '@hearsay/core/wire';
import type { PlacedSurvivor } from '../store/survivor.js';
import { writeSurvivor } from '../store/survivor-codec.js';
import { type FrameHead, writeHead } from '../wire/frame.js';
import { DELTA_BYTES } from '../wire/wire-limits.js';
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
  /** What the asker holds, as a vector. */
  readonly held: ReadonlyVector;
  /** What the asker has had of us before, though it does not count yet. */
  readonly reached: ReadonlyVector;
  /** All streams of the store, also those of which nothing is gap-free yet. */
  readonly streams: Iterable<StreamId>;
  readonly headOf: (stream: StreamId) => FrameHead | undefined;
  readonly above: (stream: StreamId, after: number) => Iterable<PlacedSurvivor>;
}

/**
 * The deltas of an answer: one stream of pieces, cut where a delta is full. Last comes `commit`:
 * only then has the asker everything that survives, and may say so.
 */
export function* answerDeltas(options: AnswerOptions): Generator<Uint8Array> {
  let index = 0;
  const begin = (): Writer => {
    const writer = new Writer(DELTA_BYTES + 1_024);
    writer.varuint(options.number).varuint(index).raw(options.basis).varuint(options.instance);
    index += 1;
    return writer;
  };
  let delta = begin();
  for (const piece of pieces(options)) {
    let offset = 0;
    while (piece.length - offset > 0) {
      const room = DELTA_BYTES - delta.length;
      const part = piece.subarray(offset, offset + room);
      delta.raw(part);
      offset += part.length;
      if (delta.length < DELTA_BYTES) continue;
      yield delta.finish();
      delta = begin();
    }
  }
  yield delta.finish();
}

/** Each with its length before it. */
function* pieces(options: AnswerOptions): Generator<Uint8Array> {
  const { vector, floor, held, headOf } = options;
  if (floor.vector.size > 0) {
    yield piece('floor', (writer) => {
      writer.varuint(floor.time.ms).varuint(floor.time.counter);
      writeClockEntries(writer, floor.vector.sorted());
    });
  }
  for (const stream of options.streams) yield* streamPieces(options, stream);
  for (const [stream, sequence] of vector.sorted()) {
    if (held.get(stream) >= sequence) continue;
    const head = headOf(stream);
    if (head !== undefined) yield piece('head', (writer) => writeHead(writer, head));
    else if (vector.isRetired(stream))
      yield piece('retired', (writer) => writeStream(writer, stream));
  }
  yield piece('commit', () => undefined);
}

function* streamPieces(
  { vector, held, reached, above }: AnswerOptions,
  stream: StreamId,
): Generator<Uint8Array> {
  const counted = vector.get(stream);
  // What does not count here yet is told anew each time: more of it may come between.
  const after = Math.max(held.get(stream), Math.min(reached.get(stream), counted));
  let begun = false;
  for (const { sequence, survivor } of above(stream, after)) {
    if (!begun) yield piece('stream', (writer) => writeStream(writer, stream).varuint(counted));
    begun = true;
    yield piece('survivor', (writer) => {
      writer.varuint(sequence);
      writeSurvivor(writer, survivor);
    });
  }
  if (begun) yield piece('reached', () => undefined);
}

function piece(kind: PieceKind, write: (writer: Writer) => void): Uint8Array {
  const body = new Writer(256);
  body.u8(PIECES.indexOf(kind));
  write(body);
  const writer = new Writer(body.length + 4);
  return writer.bytes(body.finish()).finish();
}
