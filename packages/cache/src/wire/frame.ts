import { HearsayError, type PeerId, type StreamId, shortId, streamId } from '@hearsay/core';
import { type ClockEntry, Reader, readClock, Writer, writeClockEntries } from '@hearsay/core/wire';
import { sameBytes } from './bytes.js';
import { FRAME_BYTES_MAX, FRAME_OPERATIONS_MAX } from './wire-limits.js';

/** SHA-256 of a body, so that a head can be shown without it. */
const BODY_HASH_BYTES = 32;
/** Ed25519. */
const SIGNATURE_BYTES = 64;
const SEQUENCE_MAX: number = 2 ** 48 - 1;

/** What an origin signed of a frame: it proves how far the stream reaches, also without the body. */
export interface FrameHead {
  readonly origin: PeerId;
  readonly generation: number;
  readonly stream: StreamId;
  readonly first: number;
  readonly last: number;
  readonly bodyHash: Uint8Array;
  /** As it was signed. */
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Everything that one origin wrote in one turn. */
export interface Frame {
  readonly head: FrameHead;
  readonly body: Uint8Array;
  /** Entries of the origin's vector that changed since its frame before. */
  readonly causes: readonly ClockEntry[];
  /** Stands at the operations. */
  readonly operations: Reader;
}

/** What a frame needs from outside: this code knows no cryptography. */
export interface FrameCrypto {
  sign(bytes: Uint8Array): Uint8Array;
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** `BODY_HASH_BYTES` bytes. */
  hash(bytes: Uint8Array): Uint8Array;
}

/** Which sequences of which stream a frame takes. */
export interface FrameNumbers {
  readonly origin: PeerId;
  readonly generation: number;
  readonly first: number;
  readonly last: number;
}

/** Starts the body of a frame; operations are written behind it. */
export function beginBody(writer: Writer, causes: readonly ClockEntry[]): void {
  writeClockEntries(writer, causes);
}

/** `head signature body` */
export function encodeFrame(
  { origin, generation, first, last }: FrameNumbers,
  body: Uint8Array,
  crypto: FrameCrypto,
): Uint8Array {
  const HEAD_BYTES = 96;
  const writer = new Writer(HEAD_BYTES + SIGNATURE_BYTES + body.length);
  writer.peer(origin).varuint(generation).varuint(first);
  writer.varuint(last - first + 1).raw(crypto.hash(body));
  writer.raw(crypto.sign(writer.peek(0)));
  return writer.raw(body).finish();
}

/** Reads a head and its signature, and does not check it. @throws HearsayError `malformed` */
export function readHead(reader: Reader, whole: Uint8Array): FrameHead {
  const start = reader.offset;
  const origin = reader.peer();
  const generation = reader.varuint();
  const first = reader.varuint();
  const count = reader.varuint(FRAME_OPERATIONS_MAX);
  const last = first + count - 1;
  if (first === 0 || count === 0 || last > SEQUENCE_MAX) {
    throw new HearsayError('malformed', 'a frame has operations, and they count from 1');
  }
  const bodyHash = reader.raw(BODY_HASH_BYTES);
  const bytes = whole.subarray(start, reader.offset);
  const signature = reader.raw(SIGNATURE_BYTES);
  const stream = streamId(origin, generation);
  return { origin, generation, stream, first, last, bodyHash, bytes, signature };
}

/** `bytes signature`, as `readHead` reads it. */
export function writeHead(writer: Writer, head: FrameHead): void {
  writer.raw(head.bytes).raw(head.signature);
}

/** A copy that outlives the post it came in. */
export function keepHead(head: FrameHead): FrameHead {
  const { bytes, signature } = head;
  const kept = new Uint8Array(bytes.length + signature.length);
  kept.set(bytes);
  kept.set(signature, bytes.length);
  const bodyHash = kept.subarray(bytes.length - BODY_HASH_BYTES, bytes.length);
  const signed = { bytes: kept.subarray(0, bytes.length), signature: kept.subarray(bytes.length) };
  return { ...head, ...signed, bodyHash };
}

/** @throws HearsayError `malformed` */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > FRAME_BYTES_MAX) {
    throw new HearsayError('malformed', `a frame of ${bytes.length} bytes`);
  }
  const reader = new Reader(bytes);
  const head = readHead(reader, bytes);
  const body = bytes.subarray(reader.offset);
  const causes = readClock(reader);
  if (causes.some(([stream]) => stream === head.stream)) {
    throw new HearsayError('malformed', 'a frame is a cause of its own stream');
  }
  return { head, body, causes, operations: reader };
}

/** Whether the origin signed this head. */
export function isSigned(head: FrameHead, crypto: FrameCrypto): boolean {
  return crypto.verify(head.origin, head.bytes, head.signature);
}

/** @throws HearsayError `forged` unless the origin signed this head */
export function checkHead(head: FrameHead, crypto: FrameCrypto): void {
  if (!isSigned(head, crypto)) {
    throw new HearsayError(
      'forged',
      `frame ${head.first} of ${shortId(head.origin)} is not signed by it`,
    );
  }
}

/** @throws HearsayError `forged` unless the origin signed this head and this is its body */
export function checkFrame({ head, body }: Frame, crypto: FrameCrypto): void {
  checkHead(head, crypto);
  const hash = crypto.hash(body);
  if (!sameBytes(head.bodyHash, hash)) {
    throw new HearsayError(
      'forged',
      `frame ${head.first} of ${shortId(head.origin)} has another body`,
    );
  }
}
