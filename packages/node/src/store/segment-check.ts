import { crc32 } from 'node:zlib';
import { type Damage, scanRecords } from './record.js';
import { hasHeader, SEGMENT_HEADER_BYTES } from './segment.js';

/** What the index of a full segment says of the segment itself, before the index. */
const SEAL_BYTES = 12;
const CRC_OFFSET = 8;

/** An index together with the length and checksum of its segment. */
export function sealIndex(segmentBytes: number, segmentCrc: number, index: Uint8Array): Buffer {
  const seal = Buffer.alloc(SEAL_BYTES);
  seal.writeDoubleBE(segmentBytes, 0);
  seal.writeUInt32BE(segmentCrc, CRC_OFFSET);
  return Buffer.concat([seal, index]);
}

/** The index, when its segment is byte for byte what it was when it was full. */
export function openSeal(sealed: Buffer, segment: Buffer): Uint8Array | undefined {
  if (sealed.length < SEAL_BYTES || sealed.readDoubleBE(0) !== segment.length) return undefined;
  if (sealed.readUInt32BE(CRC_OFFSET) !== crc32(segment)) return undefined;
  return sealed.subarray(SEAL_BYTES);
}

/** How a segment was found. */
export type SegmentFinding =
  | { readonly kind: 'whole' }
  /** The file ends in the middle of a write. */
  | { readonly kind: 'torn'; readonly offset: number }
  | { readonly kind: 'damaged'; readonly offset: number; readonly bytes: number };

/** Looks at every byte. @param isLast whether the log may end in here */
export function checkSegment(file: Buffer, base: number, isLast: boolean): SegmentFinding {
  if (!hasHeader(file, base)) {
    // A process that ended right after it made the file.
    if (isLast && file.length < SEGMENT_HEADER_BYTES) return { kind: 'torn', offset: 0 };
    return { kind: 'damaged', offset: 0, bytes: Math.min(SEGMENT_HEADER_BYTES, file.length) };
  }
  for (const found of scanRecords(file, SEGMENT_HEADER_BYTES)) {
    if (found.kind !== 'damage') continue;
    return isLast && found.end === file.length
      ? { kind: 'torn', offset: found.offset }
      : damagedAt(found);
  }
  return { kind: 'whole' };
}

function damagedAt({ offset, end }: Damage): SegmentFinding {
  return { kind: 'damaged', offset, bytes: end - offset };
}
