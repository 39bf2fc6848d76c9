import { readdirSync, readFileSync } from 'node:fs';
import {
  baseOf,
  hasHeader,
  type LogFolder,
  SEGMENT_HEADER_BYTES,
  scanRecords,
} from '@hearsay/node/store';
import { type CacheRecord, RecordJoiner } from './cache-record.js';

/** A log as it was found. */
export interface FoundLog {
  readonly base: number;
  readonly records: readonly CacheRecord[];
  /** The bytes of the file up to the end of the last whole record. */
  readonly whole: Buffer;
  /** Bytes of the file after the snapshot it begins with. */
  readonly snapshotBytes: number;
  /** Bytes after the last whole record. */
  readonly tornBytes: number;
}

/** Numbers of the files of a folder, the newest first. */
export function logNumbers(folder: LogFolder): readonly number[] {
  return readdirSync(folder.path)
    .flatMap((name) => baseOf(name) ?? [])
    .sort((left, right) => right - left);
}

/** A file up to its first damage; undefined when its snapshot is not whole. @throws system errors */
export function readLog(folder: LogFolder, base: number): FoundLog | undefined {
  const file = readFileSync(folder.segment(base));
  if (!hasHeader(file, base)) return undefined;
  const joiner = new RecordJoiner();
  const records: CacheRecord[] = [];
  let end = SEGMENT_HEADER_BYTES;
  let snapshotBytes = 0;
  for (const found of scanRecords(file, SEGMENT_HEADER_BYTES)) {
    if (found.kind === 'damage') break;
    const record = joiner.add(found.bytes);
    if (record === 'damaged') break;
    if (record === undefined) continue;
    end = found.end;
    if (record.kind === 'whole') snapshotBytes = end;
    records.push(record);
  }
  if (snapshotBytes === 0) return undefined;
  const whole = file.subarray(0, end);
  return { base, records, whole, snapshotBytes, tornBytes: file.length - end };
}
