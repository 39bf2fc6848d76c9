import { FRAME_BODY_BYTES_MAX, HAVE_ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { StateHash } from '../log/state-hash.js';
import { type ClockEntry, readClockEntries, writeClockEntries } from './clock-entries.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** Which replicated thing a sync frame is about. */
export type ReplicaId = number;

/** Clock entries of the message log that rose since the last one on this link. */
export interface Have {
  readonly kind: 'have';
  readonly entries: readonly ClockEntry[];
}

/** "This is the hash of what I hold"; with `reply`, the other side says its own. */
export interface Offer {
  readonly kind: 'offer';
  readonly replica: ReplicaId;
  readonly hash: StateHash;
  readonly reply: boolean;
}

/** "This is what I hold: send what I lack." */
export interface Want {
  readonly kind: 'want';
  readonly replica: ReplicaId;
  readonly summary: Uint8Array;
}

/** A part of the answer. */
export interface Delta {
  readonly kind: 'delta';
  readonly replica: ReplicaId;
  readonly bytes: Uint8Array;
}

/** The answer is complete (`more` false) or was cut at its bound. */
export interface DeltaEnd {
  readonly kind: 'delta-end';
  readonly replica: ReplicaId;
  readonly more: boolean;
}

export function writeHave(frame: Have): Uint8Array {
  const writer = new Writer();
  writeClockEntries(writer, frame.entries);
  return writer.finish();
}

export function readHave(reader: Reader): Have {
  return { kind: 'have', entries: readClockEntries(reader, HAVE_ENTRIES_PER_FRAME_MAX) };
}

export function writeOffer(frame: Offer): Uint8Array {
  const { replica, hash, reply } = frame;
  return new Writer()
    .varuint(replica)
    .u32(hash.high)
    .u32(hash.low)
    .u8(reply ? 1 : 0)
    .finish();
}

export function readOffer(reader: Reader): Offer {
  const replica = reader.varuint();
  const hash = { high: reader.u32(), low: reader.u32() };
  return { kind: 'offer', replica, hash, reply: reader.flag() };
}

export function writeWant(frame: Want): Uint8Array {
  return new Writer().varuint(frame.replica).bytes(frame.summary).finish();
}

export function readWant(reader: Reader): Want {
  return { kind: 'want', replica: reader.varuint(), summary: reader.bytes(FRAME_BODY_BYTES_MAX) };
}

export function writeDelta(frame: Delta): Uint8Array {
  return new Writer().varuint(frame.replica).bytes(frame.bytes).finish();
}

export function readDelta(reader: Reader): Delta {
  return { kind: 'delta', replica: reader.varuint(), bytes: reader.bytes(FRAME_BODY_BYTES_MAX) };
}

export function writeDeltaEnd(frame: DeltaEnd): Uint8Array {
  return new Writer()
    .varuint(frame.replica)
    .u8(frame.more ? 1 : 0)
    .finish();
}

export function readDeltaEnd(reader: Reader): DeltaEnd {
  return { kind: 'delta-end', replica: reader.varuint(), more: reader.flag() };
}
