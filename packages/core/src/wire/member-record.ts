import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_PER_FRAME_MAX,
  INCARNATION_MAX,
  SIGNATURE_BYTES,
} from '../limits.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** What a member says of itself, signed: others pass it on and cannot change it. */
export interface MemberRecord {
  readonly generation: number;
  readonly incarnation: number;
  readonly addresses: readonly Address[];
  readonly metaVersion: number;
  readonly meta: Uint8Array;
  /** The member's own, under `recordStatement`. */
  readonly signature: Uint8Array;
}

/** A record that its member has yet to sign. */
export type UnsignedRecord = Omit<MemberRecord, 'signature'>;

/** What a member signs: who it is, whether it is there or leaves, and all that it says of itself. */
export function recordStatement(
  peer: PeerId,
  isLeaving: boolean,
  record: UnsignedRecord,
): Uint8Array {
  const writer = new Writer().peer(peer).u8(isLeaving ? 1 : 0);
  writeUnsigned(writer, record);
  return writer.finish();
}

export function writeRecord(writer: Writer, record: MemberRecord): void {
  writeUnsigned(writer, record);
  writer.raw(record.signature);
}

export function readRecord(reader: Reader, metaBytesMax: number): MemberRecord {
  return {
    generation: reader.varuint(),
    incarnation: reader.varuint(INCARNATION_MAX),
    addresses: reader.list(ADDRESSES_PER_FRAME_MAX, () => reader.text(ADDRESS_BYTES_MAX)),
    metaVersion: reader.varuint(),
    meta: reader.bytes(metaBytesMax),
    signature: reader.raw(SIGNATURE_BYTES),
  };
}

function writeUnsigned(writer: Writer, record: UnsignedRecord): void {
  writer.varuint(record.generation).varuint(record.incarnation);
  writer.list(record.addresses, (address) => writer.text(address));
  writer.varuint(record.metaVersion).bytes(record.meta);
}
