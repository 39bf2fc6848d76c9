import { crc32 } from 'node:zlib';
import type { Digest } from './digest.js';

/** What a file of a document is made of, each behind its length and checksum. */
export type DocumentRecord =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  /** Of all updates before it; worth something only at the end. */
  | {
      readonly kind: 'digest';
      readonly digest: Digest;
      readonly isBlank: boolean;
      readonly bornMs: number;
    };

/** All whole records of a file, and where the first one that is not begins. */
export interface ReadRecords {
  readonly records: readonly DocumentRecord[];
  readonly end: number;
}

/** Length and checksum, four bytes each, then the kind. */
const HEADER_BYTES = 9;
const CRC_OFFSET = 4;
const KIND_OFFSET = 8;
const DIGEST_BYTES = 8;
const BORN_OFFSET: number = DIGEST_BYTES + 1;
/** The digest, whether anything is left, and a time of eight bytes. */
const FACTS_BYTES: number = BORN_OFFSET + 8;
const KINDS = ['key', 'update', 'digest'] as const;
/** A file begins with the key behind this, so that nothing else is taken for a document. */
const MAGIC = 'hearsay document 1\n';

export function encodeRecord(record: DocumentRecord): Buffer {
  const body = bodyOf(record);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt8(KINDS.indexOf(record.kind), KIND_OFFSET);
  bytes.set(body, HEADER_BYTES);
  bytes.writeUInt32LE(checksum(bytes, 0, bytes.length), CRC_OFFSET);
  return bytes;
}

/** Reads as far as everything is whole: an end that a crash tore off is no record. */
export function readRecords(file: Buffer): ReadRecords {
  const records: DocumentRecord[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= file.length) {
    const end = offset + HEADER_BYTES + file.readUInt32LE(offset);
    if (
      end > file.length ||
      file.readUInt32LE(offset + CRC_OFFSET) !== checksum(file, offset, end)
    ) {
      break;
    }
    const record = recordOf(file, offset, end);
    if (record === undefined || (offset === 0) !== (record.kind === 'key')) break;
    records.push(record);
    offset = end;
  }
  return { records, end: offset };
}

function bodyOf(record: DocumentRecord): Uint8Array {
  switch (record.kind) {
    case 'key':
      return Buffer.from(MAGIC + record.key);
    case 'update':
      return record.update;
    case 'digest': {
      const body = Buffer.allocUnsafe(FACTS_BYTES);
      body.writeDoubleLE(record.bornMs, BORN_OFFSET);
      body.writeUInt8(Number(record.isBlank), DIGEST_BYTES);
      body.writeUInt32LE(record.digest.high, 0);
      body.writeUInt32LE(record.digest.low, DIGEST_BYTES / 2);
      return body;
    }
  }
}

function recordOf(file: Buffer, offset: number, end: number): DocumentRecord | undefined {
  const kind = KINDS[file.readUInt8(offset + KIND_OFFSET)];
  const body = file.subarray(offset + HEADER_BYTES, end);
  switch (kind) {
    case 'key': {
      const text = body.toString('utf8');
      return text.startsWith(MAGIC) ? { kind, key: text.slice(MAGIC.length) } : undefined;
    }
    case 'update':
      return { kind, update: new Uint8Array(body) }; // Memory of its own, for the decoder of Yjs.
    case 'digest': {
      // Files of earlier versions do not say whether anything is left, nor when it came to be.
      if (![DIGEST_BYTES, BORN_OFFSET, FACTS_BYTES].includes(body.length)) return undefined;
      const digest = { high: body.readUInt32LE(0), low: body.readUInt32LE(DIGEST_BYTES / 2) };
      const bornMs = body.length === FACTS_BYTES ? body.readDoubleLE(BORN_OFFSET) : 0;
      return { kind, digest, isBlank: body[DIGEST_BYTES] === 1, bornMs };
    }
    default:
      return undefined;
  }
}

/** Over everything but the checksum itself. */
function checksum(file: Buffer, offset: number, end: number): number {
  const length = crc32(file.subarray(offset, offset + CRC_OFFSET));
  return crc32(file.subarray(offset + KIND_OFFSET, end), length);
}
