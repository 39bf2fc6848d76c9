import { type MemberRecord, readRecord, writeRecord } from './member-record.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** The sender leaves for good (in this generation), and signs it, so that others can pass it on. */
export interface Goodbye extends MemberRecord {
  readonly kind: 'goodbye';
}

export function writeGoodbye(frame: Goodbye): Uint8Array {
  const writer = new Writer();
  writeRecord(writer, frame);
  return writer.finish();
}

export function readGoodbye(reader: Reader, metaBytesMax: number): Goodbye {
  return { kind: 'goodbye', ...readRecord(reader, metaBytesMax) };
}
