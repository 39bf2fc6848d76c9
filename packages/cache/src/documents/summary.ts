import { createDecoder } from 'lib0/decoding';
import {
  createEncoder,
  type Encoder,
  length,
  toUint8Array,
  writeUint8,
  writeUint32BigEndian,
} from 'lib0/encoding';
import {
  HASH_BYTES,
  malformed,
  ownMemory,
  readHash,
  readText,
  remaining,
  textBytes,
  writeText,
} from './bytes.js';
import { BLANK_DIGEST, type Digest, EMPTY_DIGEST, namedDigest, sameDigest } from './digest.js';
import { DOCUMENT_KEY_BYTES_MAX, PIECE_BYTES_MAX, SUMMARY_BYTES_MAX } from './limits.js';

/** A document as peers compare it. */
export interface NamedDigest {
  readonly key: string;
  readonly digest: Digest;
}

/** What a neighbour says it holds: each document, or sums over the documents of each bucket. */
type Summary =
  | { readonly kind: 'each'; readonly digests: ReadonlyMap<string, Digest> }
  | { readonly kind: 'buckets'; readonly buckets: readonly Digest[] };

const EACH = 0;
const BUCKETS = 1;
/** 8 KiB of sums; of 10,000 documents about ten share one. */
const BUCKET_COUNT = 1_024;
/** A digest and the length of a key. */
const ENTRY_OVERHEAD_BYTES: number = HASH_BYTES + 2;

/** A function of the documents alone, so that peers that hold the same say the same. */
export function encodeSummary(documents: readonly NamedDigest[]): Uint8Array {
  const bytes = documents.reduce((sum, { key }) => sum + textBytes(key) + ENTRY_OVERHEAD_BYTES, 0);
  const to = createEncoder();
  if (bytes > SUMMARY_BYTES_MAX) {
    writeUint8(to, BUCKETS);
    for (const bucket of bucketsOf(documents)) writeDigest(to, bucket);
  } else {
    writeUint8(to, EACH);
    for (const document of [...documents].sort(byKey)) writeEntry(to, document);
  }
  return toUint8Array(to);
}

/**
 * The documents of ours that differ from what a summary says, in lists of about 60 KiB.
 * @param documents those in which nothing is left too, as `BLANK_DIGEST`
 * @throws HearsayError `malformed`
 */
export function* encodeDifferences(
  documents: readonly NamedDigest[],
  summary: Uint8Array,
): Generator<Uint8Array> {
  let to = createEncoder();
  for (const document of differences(documents, decodeSummary(summary))) {
    writeEntry(to, document);
    if (length(to) < PIECE_BYTES_MAX - DOCUMENT_KEY_BYTES_MAX) continue;
    yield toUint8Array(to);
    to = createEncoder();
  }
  if (length(to) > 0) yield toUint8Array(to);
}

/** @throws HearsayError `malformed` */
export function decodeDigests(bytes: Uint8Array): readonly NamedDigest[] {
  const from = createDecoder(ownMemory(bytes));
  const digests: NamedDigest[] = [];
  try {
    while (remaining(from) > 0) {
      const key = readText(from, DOCUMENT_KEY_BYTES_MAX);
      if (key.length === 0) malformed('a document without a key');
      digests.push({ key, digest: readHash(from) });
    }
  } catch (cause) {
    malformed('a list of documents that does not decode', cause);
  }
  return digests;
}

function differences(documents: readonly NamedDigest[], summary: Summary): readonly NamedDigest[] {
  switch (summary.kind) {
    case 'each':
      return documents.filter(({ key, digest }) => {
        const theirs = summary.digests.get(key);
        if (theirs === undefined) return !sameDigest(digest, BLANK_DIGEST);
        return !sameDigest(theirs, digest);
      });
    case 'buckets': {
      const ours = bucketsOf(documents.filter(({ digest }) => !sameDigest(digest, BLANK_DIGEST)));
      return documents.filter(({ key }) => {
        const bucket = bucketOf(key);
        return !sameDigest(ours[bucket] ?? EMPTY_DIGEST, summary.buckets[bucket] ?? EMPTY_DIGEST);
      });
    }
  }
}

function decodeSummary(bytes: Uint8Array): Summary {
  const kind = bytes[0];
  const body = bytes.subarray(1);
  if (kind === EACH) {
    const digests = decodeDigests(body).map(({ key, digest }) => [key, digest] as const);
    return { kind: 'each', digests: new Map(digests) };
  }
  if (kind !== BUCKETS || body.length !== BUCKET_COUNT * HASH_BYTES) {
    malformed('a summary of documents that does not decode');
  }
  const from = createDecoder(ownMemory(body));
  return { kind: 'buckets', buckets: Array.from({ length: BUCKET_COUNT }, () => readHash(from)) };
}

function bucketsOf(documents: readonly NamedDigest[]): readonly Digest[] {
  const buckets = Array.from({ length: BUCKET_COUNT }, () => ({ ...EMPTY_DIGEST }));
  for (const { key, digest } of documents) {
    const bucket = buckets[bucketOf(key)];
    if (bucket === undefined) continue;
    const { high, low } = namedDigest(key, digest);
    bucket.high = (bucket.high ^ high) >>> 0;
    bucket.low = (bucket.low ^ low) >>> 0;
  }
  return buckets;
}

function bucketOf(key: string): number {
  return namedDigest(key, EMPTY_DIGEST).high % BUCKET_COUNT;
}

function writeEntry(to: Encoder, { key, digest }: NamedDigest): void {
  writeText(to, key);
  writeDigest(to, digest);
}

function writeDigest(to: Encoder, { high, low }: Digest): void {
  writeUint32BigEndian(to, high);
  writeUint32BigEndian(to, low);
}

function byKey(left: NamedDigest, right: NamedDigest): number {
  return left.key < right.key ? -1 : 1;
}
