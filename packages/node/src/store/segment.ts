import { join } from 'node:path';

/** A file of the log begins with what it is and with the position of its first byte. */
export const SEGMENT_HEADER_BYTES = 24;

const MAGIC = Buffer.from('hearsay log 1\n\0\0', 'latin1');
const BASE_OFFSET = 16;
const BASE_DIGITS = 16;
const SEGMENT_NAME = /^(?<base>\d{16})\.log$/;

/** A file of the log as it lies there. */
export interface Segment {
  /** Position of its first byte. */
  readonly base: number;
  /** Position after its last byte. */
  readonly end: number;
}

/** Paths of one log. */
export class LogFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  segment(base: number): string {
    return this.#file(base, 'log');
  }

  /** The state of the log where a segment begins. */
  state(base: number): string {
    return this.#file(base, 'state');
  }

  /** Where the batches of a full segment are. */
  index(base: number): string {
    return this.#file(base, 'index');
  }

  /** How far the log reached when it was last closed. */
  get closed(): string {
    return join(this.path, 'closed');
  }

  /** What lies behind damage, until the mesh has brought what was lost. */
  get damaged(): string {
    return join(this.path, 'damaged');
  }

  #file(base: number, extension: string): string {
    return join(this.path, `${String(base).padStart(BASE_DIGITS, '0')}.${extension}`);
  }
}

/** The position in the name of a segment; undefined for other files. */
export function baseOf(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.groups?.['base'];
  return digits === undefined ? undefined : Number(digits);
}

export function segmentHeader(base: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.set(MAGIC);
  header.writeBigUInt64BE(BigInt(base), BASE_OFFSET);
  return header;
}

export function hasHeader(file: Buffer, base: number): boolean {
  return file.subarray(0, SEGMENT_HEADER_BYTES).equals(segmentHeader(base));
}
