import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { RecordKind } from '@hearsay/core';
import { putRecord, RECORD_HEADER_BYTES } from './record.js';
import { type LogFolder, segmentHeader } from './segment.js';

const FILE_MODE = 0o600;
const BUFFER_BYTES = 64 * 1_024;

/** The segment that is being written: records gather in memory until `write`. */
export class AppendFile {
  readonly base: number;
  readonly file: number;
  /** Bytes that the system has. */
  #written: number;
  #crc: number;
  #waiting: Buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #waitingBytes = 0;

  private constructor(base: number, file: number, written: number, crc: number) {
    this.base = base;
    this.file = file;
    this.#written = written;
    this.#crc = crc;
  }

  /** Makes a new segment. @throws system errors */
  static create(folder: LogFolder, base: number): AppendFile {
    const file = openSync(folder.segment(base), 'w', FILE_MODE);
    const segment = new AppendFile(base, file, 0, 0);
    segment.#take(segmentHeader(base));
    return segment;
  }

  /** Goes on with one. @param bytes what it holds @throws system errors */
  static continue(folder: LogFolder, base: number, bytes: Buffer): AppendFile {
    const file = openSync(folder.segment(base), 'r+');
    return new AppendFile(base, file, bytes.length, crc32(bytes));
  }

  /** Position after what the system has. */
  get writtenEnd(): number {
    return this.base + this.#written;
  }

  /** Position after everything. */
  get end(): number {
    return this.writtenEnd + this.#waitingBytes;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Over everything written. */
  get crc(): number {
    return this.#crc;
  }

  append(kind: RecordKind, bytes: Uint8Array): void {
    this.#reserve(RECORD_HEADER_BYTES + bytes.length);
    this.#waitingBytes = putRecord(this.#waiting, this.#waitingBytes, kind, bytes);
  }

  /** What was appended and not yet written, with its first position. */
  get waiting(): { readonly start: number; readonly bytes: Buffer } {
    return { start: this.writtenEnd, bytes: this.#waiting.subarray(0, this.#waitingBytes) };
  }

  /**
   * Hands everything to the system. After an error nothing of it counts as written, and it may be
   * tried again.
   * @throws system errors
   */
  write(): void {
    if (this.#waitingBytes === 0) return;
    const bytes = this.#waiting.subarray(0, this.#waitingBytes);
    let done = 0;
    try {
      while (done < bytes.length) {
        done += writeSync(this.file, bytes, done, bytes.length - done, this.#written + done);
      }
    } catch (error) {
      if (done > 0) ftruncateSync(this.file, this.#written); // No half of a record for the next start.
      throw error;
    }
    this.#crc = crc32(bytes, this.#crc);
    this.#written += bytes.length;
    this.#waitingBytes = 0;
    if (this.#waiting.length > BUFFER_BYTES) this.#waiting = Buffer.allocUnsafe(BUFFER_BYTES);
  }

  close(): void {
    closeSync(this.file);
  }

  #take(bytes: Uint8Array): void {
    this.#waiting.set(bytes, this.#waitingBytes);
    this.#waitingBytes += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#waitingBytes + count;
    if (needed <= this.#waiting.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#waiting.length));
    this.#waiting.copy(larger, 0, 0, this.#waitingBytes);
    this.#waiting = larger;
  }
}
