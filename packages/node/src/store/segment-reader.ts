import { closeSync, openSync, readSync } from 'node:fs';
import { RECORD_HEADER_BYTES, recordAt, recordBytes } from './record.js';
import type { LogFolder, Segment } from './segment.js';

/** Read at once: the batches after one that is asked for are mostly asked for next. */
const WINDOW_BYTES = 128 * 1_024;
/** Serving two peers and dropping the oldest at a time each have their own. */
const WINDOWS = 3;
const FILES_MAX = 16;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Reads records back by position. */
export class SegmentReader {
  readonly #folder: LogFolder;
  #windows: Window[] = [];
  /** Open files, the one used last at the end. */
  readonly #files = new Map<number, number>();

  constructor(folder: LogFolder) {
    this.#folder = folder;
  }

  /** The bytes of the record at a position; undefined when they are not what was written. */
  read(position: number, segment: Segment): Uint8Array | undefined {
    const known = this.#inWindows(position);
    if (known !== undefined) return known;
    const header = this.#window(segment, position, WINDOW_BYTES);
    if (header.bytes.length < RECORD_HEADER_BYTES) return undefined;
    const length = recordBytes(header.bytes);
    const window = length > header.bytes.length ? this.#window(segment, position, length) : header;
    this.#windows = [...this.#windows, window].slice(-WINDOWS);
    return recordAt(window.bytes, 0)?.bytes;
  }

  /** A file grew, or is gone: what was read of it may be read anew. */
  forget(segment: Segment): void {
    this.#windows = this.#windows.filter(({ start, bytes }) => {
      return start + bytes.length <= segment.base || start >= segment.end;
    });
  }

  closeFile(base: number): void {
    const file = this.#files.get(base);
    if (file === undefined) return;
    this.#files.delete(base);
    closeSync(file);
  }

  close(): void {
    for (const base of [...this.#files.keys()]) this.closeFile(base);
  }

  #inWindows(position: number): Uint8Array | undefined {
    for (const { start, bytes } of this.#windows) {
      if (position < start || position >= start + bytes.length) continue;
      const record = recordAt(bytes, position - start);
      if (record !== undefined) return record.bytes;
    }
    return undefined;
  }

  #window({ base, end }: Segment, position: number, bytesMax: number): Window {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(bytesMax, end - position)));
    const count = readSync(this.#file(base), bytes, 0, bytes.length, position - base);
    return { start: position, bytes: bytes.subarray(0, count) };
  }

  #file(base: number): number {
    const known = this.#files.get(base);
    const file = known ?? openSync(this.#folder.segment(base), 'r');
    this.#files.delete(base);
    this.#files.set(base, file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > FILES_MAX && oldest !== undefined) this.closeFile(oldest);
    return file;
  }
}
