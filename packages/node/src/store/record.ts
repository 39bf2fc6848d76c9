import { crc32 } from 'node:zlib';
import type { RecordKind } from '@hearsay/core';

/** Length and checksum, four bytes each, then the kind. */
export const RECORD_HEADER_BYTES = 9;
/** No record is larger; a length beyond it is damage. */
const RECORD_BYTES_MAX: number = 256 * 1_024;

const CRC_OFFSET = 4;
const KIND_OFFSET = 8;
const KINDS: readonly (RecordKind | undefined)[] = [undefined, 'batch', 'floor'];

/** A record inside a file. */
export interface FoundRecord {
  readonly kind: RecordKind;
  readonly offset: number;
  /** A view of the file's bytes. */
  readonly bytes: Uint8Array;
  /** Offset after it. */
  readonly end: number;
}

/** Bytes of a file that are no record. */
export interface Damage {
  readonly kind: 'damage';
  readonly offset: number;
  readonly end: number;
}

/** Writes a record; the target has room for it. @returns the offset after it */
export function putRecord(
  target: Buffer,
  offset: number,
  kind: RecordKind,
  bytes: Uint8Array,
): number {
  const end = offset + RECORD_HEADER_BYTES + bytes.length;
  target.writeUInt32LE(bytes.length, offset);
  target.writeUInt8(KINDS.indexOf(kind), offset + KIND_OFFSET);
  target.set(bytes, offset + RECORD_HEADER_BYTES);
  target.writeUInt32LE(checksum(target, offset, end), offset + CRC_OFFSET);
  return end;
}

/** The record at an offset, if an unharmed one is there. */
export function recordAt(file: Buffer, offset: number): FoundRecord | undefined {
  if (offset + RECORD_HEADER_BYTES > file.length) return undefined;
  const length = file.readUInt32LE(offset);
  const end = offset + RECORD_HEADER_BYTES + length;
  if (length === 0 || length > RECORD_BYTES_MAX || end > file.length) return undefined;
  const kind = KINDS[file.readUInt8(offset + KIND_OFFSET)];
  if (kind === undefined) return undefined;
  if (file.readUInt32LE(offset + CRC_OFFSET) !== checksum(file, offset, end)) return undefined;
  // No Buffer: whoever keeps a part of it takes a `slice`, which of a Buffer would be no copy.
  const start = file.byteOffset + offset + RECORD_HEADER_BYTES;
  return { kind, offset, bytes: new Uint8Array(file.buffer, start, length), end };
}

/** Bytes of the record that begins here, if its header can be believed. */
export function recordBytes(header: Buffer): number {
  const length = header.readUInt32LE(0);
  return length > RECORD_BYTES_MAX ? 0 : RECORD_HEADER_BYTES + length;
}

/** All records from an offset on, and what lies between them. */
export function* scanRecords(file: Buffer, from: number): Generator<FoundRecord | Damage> {
  let offset = from;
  while (offset < file.length) {
    const record = recordAt(file, offset);
    if (record !== undefined) {
      yield record;
      offset = record.end;
      continue;
    }
    const damaged = offset;
    while (offset < file.length && recordAt(file, offset) === undefined) offset += 1;
    yield { kind: 'damage', offset: damaged, end: offset };
  }
}

/** Over everything but the checksum itself. */
function checksum(file: Buffer, offset: number, end: number): number {
  const length = crc32(file.subarray(offset, offset + CRC_OFFSET));
  return crc32(file.subarray(offset + KIND_OFFSET, end), length);
}
