import { type CacheRecordKind, RECORD_KINDS } from '../replication/effect.js';

/** `whole` ends the snapshot that a file begins with, `closed` a run, and `date` begins a backup. */
type CacheLogKind = CacheRecordKind | 'whole' | 'closed' | 'date';

const KINDS: readonly CacheLogKind[] = [...RECORD_KINDS, 'whole', 'closed', 'date'];
/** Far below what a record of the log may have. */
const PART_BYTES: number = 128 * 1_024;
const MORE = 0x80;

/** One thing that a cache keeps. */
export interface CacheRecord {
  readonly kind: CacheLogKind;
  readonly bytes: Uint8Array;
}

/** The pieces of a record, each with its kind and whether another follows. */
export function* splitRecord({ kind, bytes }: CacheRecord): Generator<Uint8Array> {
  let offset = 0;
  do {
    const end = Math.min(bytes.length, offset + PART_BYTES);
    const part = new Uint8Array(1 + end - offset);
    part[0] = KINDS.indexOf(kind) | (end < bytes.length ? MORE : 0);
    part.set(bytes.subarray(offset, end), 1);
    yield part;
    offset = end;
  } while (offset < bytes.length);
}

/** Puts pieces together again. */
export class RecordJoiner {
  #parts: Uint8Array[] = [];

  /** @returns the record, when this was its last piece; `damaged` for a kind that is none */
  add(part: Uint8Array): CacheRecord | 'damaged' | undefined {
    const tag = part[0] ?? 0;
    const kind = KINDS[tag & ~MORE];
    if (kind === undefined) return 'damaged';
    this.#parts.push(part.subarray(1));
    if ((tag & MORE) !== 0) return undefined;
    const parts = this.#parts;
    this.#parts = [];
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    return { kind, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) };
  }
}
