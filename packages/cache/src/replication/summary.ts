import { HearsayError, type PeerId } from '@hearsay/core';
import { Reader, readClock, Writer, writeClockEntries } from '@hearsay/core/wire';
import type { FragmentProgress } from './fragments.js';
import { type ReadonlyVector, Vector } from './vector.js';

/** Of a summary, or of the state of a key. */
export const HASH_BYTES = 8;

/** Where a repair by one neighbour, which takes more than one answer, has come. */
export interface Partial {
  readonly source: PeerId;
  /** Generation of the source's cache: in another one it may hold less. */
  readonly instance: number;
  /** Everything that survives at the source up to here was received. */
  readonly reached: Vector;
  /** What comes after that is large, and has come in part. */
  readonly fragment?: FragmentProgress | undefined;
}

/** What a peer says of itself to be told what it lacks. */
export interface Summary {
  readonly vector: Vector;
  readonly partial: Partial | undefined;
}

/** Equal bytes for peers that hold the same and have no repair under way. */
export function encodeSummary(vector: ReadonlyVector, partial: Partial | undefined): Uint8Array {
  const writer = new Writer();
  writeClockEntries(writer, vector.sorted());
  const further = partial?.reached.sorted().filter(([stream, at]) => at > vector.get(stream)) ?? [];
  const fragment = partial?.fragment;
  if (partial === undefined || (further.length === 0 && fragment === undefined)) {
    return writer.u8(0).finish();
  }
  writer.u8(1).peer(partial.source).varuint(partial.instance);
  writeClockEntries(writer, further);
  writer.u8(fragment === undefined ? 0 : 1);
  if (fragment !== undefined) writer.raw(fragment.hash).varuint(fragment.received);
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function decodeSummary(bytes: Uint8Array): Summary {
  const reader = new Reader(bytes);
  const vector = Vector.from(readClock(reader));
  const partial = reader.flag() ? readPartial(reader) : undefined;
  reader.end();
  return { vector, partial };
}

function readPartial(reader: Reader): Partial {
  const source = reader.peer();
  const instance = reader.varuint();
  const reached = Vector.from(readClock(reader));
  const fragment = reader.flag()
    ? { hash: reader.raw(HASH_BYTES), received: reader.varuint() }
    : undefined;
  if (reached.size === 0 && fragment === undefined) {
    throw new HearsayError('malformed', 'a repair that reached nothing');
  }
  return { source, instance, reached, fragment };
}

/** FNV-1a, 32 bits, with two starts. */
const PRIME = 0x01000193;
const STARTS = [0x811c9dc5, 0x2f4a91b7] as const;

/** Tells one's own summaries, or the states of a key, apart; nobody gains by making two alike. */
export function hashSummary(bytes: Uint8Array): Uint8Array {
  const hash = new Uint8Array(HASH_BYTES);
  STARTS.forEach((start, half) => {
    let word: number = start;
    for (const byte of bytes) word = Math.imul(word ^ byte, PRIME);
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
    word ^= word >>> 13;
    for (let index = 0; index < 4; index++) hash[half * 4 + index] = word >>> (8 * index);
  });
  return hash;
}
