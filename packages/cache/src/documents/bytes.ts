import { HearsayError } from '@hearsay/core';
import { type Decoder, readVarUint } from 'lib0/decoding';
import { type Encoder, writeVarUint8Array } from 'lib0/encoding';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The same bytes in memory of their own. The decoder of lib0 checks lengths against the memory that
 * lies below, not against the message: given a part of a larger buffer, a hostile length would
 * read, and show, what others sent.
 */
export function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // Not `slice`: of a Buffer that is no copy.
  return new Uint8Array(bytes);
}

/** @throws HearsayError `malformed` */
export function malformed(what: string, cause?: unknown): never {
  throw new HearsayError('malformed', what, cause === undefined ? undefined : { cause });
}

/** The next bytes, behind their length. @throws HearsayError `malformed` */
export function readBytes(from: Decoder, max: number): Uint8Array {
  const length = readVarUint(from);
  if (length > max || length > remaining(from)) malformed(`${length} bytes where ${max} may be`);
  return take(from, length);
}

/** All that is left. */
export function readRest(from: Decoder): Uint8Array {
  return take(from, remaining(from));
}

export function remaining(from: Decoder): number {
  return from.arr.length - from.pos;
}

/** Two whole numbers below 2^32. @throws HearsayError `malformed` */
export function readHash(from: Decoder): { readonly high: number; readonly low: number } {
  const bytes = remaining(from) < HASH_BYTES ? malformed('cut short') : take(from, HASH_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HASH_BYTES);
  return { high: view.getUint32(0), low: view.getUint32(HASH_BYTES / 2) };
}

export const HASH_BYTES = 8;

export function writeText(to: Encoder, text: string): void {
  writeVarUint8Array(to, encoder.encode(text));
}

/** @throws HearsayError `malformed` */
export function readText(from: Decoder, max: number): string {
  const bytes = readBytes(from, max);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    malformed('text is not UTF-8', cause);
  }
}

/** UTF-8 bytes of a text. */
export function textBytes(text: string): number {
  return encoder.encode(text).length;
}

function take(from: Decoder, length: number): Uint8Array {
  const bytes = from.arr.subarray(from.pos, from.pos + length);
  from.pos += length;
  return bytes;
}
