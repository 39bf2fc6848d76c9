import { HearsayError } from '../errors.js';
import { type PeerId, parseStreamId, type StreamId } from '../ids.js';
import { FRAME_BODY_BYTES_MAX } from '../limits.js';
import { type ClockEntry, readClock, writeClockEntries } from '../wire/clock-entries.js';
import { type Narrowing, readNarrowing, writeNarrowing } from '../wire/digest.js';
import { Reader } from '../wire/reader.js';
import { varuintBytes, Writer } from '../wire/writer.js';
import type { StateHash } from './state-hash.js';

/** One piece of a delta of the message log. */
export type LogDeltaItem =
  | { readonly kind: 'batch'; readonly bytes: Uint8Array }
  /** "Nobody needs to wait for what lies below: I no longer have it either." */
  | {
      readonly kind: 'floor';
      readonly stream: StreamId;
      readonly floor: number;
      readonly chain: StateHash;
      readonly causes: readonly ClockEntry[];
      /** A batch of the author that ends at the floor or above, when none follows. */
      readonly proof?: Uint8Array | undefined;
    }
  /** "Your question was too wide: these are my hashes of smaller parts." */
  | { readonly kind: 'narrowing'; readonly narrowing: Narrowing }
  /** "Nobody needs to wait for runs of this peer up to this one: they are over." */
  | { readonly kind: 'over'; readonly peer: PeerId; readonly generation: number };

/** What is said of streams without their batches. */
export type LogClaim = LogDeltaItem & { readonly kind: 'floor' | 'over' };

const TAG_BATCH = 0;
const TAG_FLOOR = 1;
const TAG_PROVEN_FLOOR = 2;
const TAG_NARROWING = 3;
const TAG_OVER = 4;

export function writeLogDeltaItem(writer: Writer, item: LogDeltaItem): void {
  if (item.kind === 'batch') {
    writer.u8(TAG_BATCH).bytes(item.bytes);
    return;
  }
  if (item.kind === 'narrowing') return writeNarrowing(writer.u8(TAG_NARROWING), item.narrowing);
  if (item.kind === 'over') {
    writer.u8(TAG_OVER).peer(item.peer).varuint(item.generation);
    return;
  }
  const { peer, generation } = parseStreamId(item.stream);
  writer.u8(item.proof === undefined ? TAG_FLOOR : TAG_PROVEN_FLOOR);
  writer.peer(peer).varuint(generation).varuint(item.floor);
  writer.u32(item.chain.high).u32(item.chain.low);
  writeClockEntries(writer, item.causes);
  if (item.proof !== undefined) writer.bytes(item.proof);
}

/** One piece alone. */
export function encodeLogDeltaItem(item: LogDeltaItem): Uint8Array {
  const writer = new Writer();
  writeLogDeltaItem(writer, item);
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function* readLogDelta(bytes: Uint8Array): Generator<LogDeltaItem> {
  const reader = new Reader(bytes);
  while (reader.remaining > 0) {
    const tag = reader.u8();
    if (tag === TAG_BATCH) {
      yield { kind: 'batch', bytes: reader.bytes(FRAME_BODY_BYTES_MAX) };
    } else if (tag === TAG_FLOOR || tag === TAG_PROVEN_FLOOR) {
      const stream = reader.stream();
      const floor = reader.varuint();
      const chain = { high: reader.u32(), low: reader.u32() };
      const causes = readClock(reader);
      const proof = tag === TAG_FLOOR ? undefined : reader.bytes(FRAME_BODY_BYTES_MAX);
      yield { kind: 'floor', stream, floor, chain, causes, proof };
    } else if (tag === TAG_NARROWING) {
      yield { kind: 'narrowing', narrowing: readNarrowing(reader) };
    } else if (tag === TAG_OVER) {
      yield { kind: 'over', peer: reader.peer(), generation: reader.varuint() };
    } else {
      throw new HearsayError('malformed', `unknown piece ${tag} of a delta`);
    }
  }
}

/** What a delta says of streams, without their batches. */
export function* claimsIn(bytes: Uint8Array): Generator<LogClaim> {
  for (const item of readLogDelta(bytes)) {
    if (item.kind === 'floor' || item.kind === 'over') yield item;
  }
}

/** Groups pieces into deltas that fit a frame. */
export function* packLogDelta(
  items: Iterable<LogDeltaItem>,
  bytesMax: number,
): Generator<Uint8Array> {
  let writer: Writer | undefined;
  for (const item of items) {
    const size = sizeOf(item);
    if (writer !== undefined && writer.length + size > bytesMax) {
      yield writer.finish();
      writer = new Writer(Math.max(size, bytesMax)); // There is much to tell: it will be filled.
    }
    writer ??= new Writer(size);
    writeLogDeltaItem(writer, item);
  }
  if (writer !== undefined) yield writer.finish();
}

/** Bytes that a piece takes. Nearly all are batches, which need not be encoded to know it. */
function sizeOf(item: LogDeltaItem): number {
  if (item.kind !== 'batch') return encodeLogDeltaItem(item).length;
  const { length } = item.bytes;
  return 1 + varuintBytes(length) + length;
}
