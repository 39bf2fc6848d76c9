import type { Dot } from '@hearsay/core';

/** Constants of MurmurHash3 (Austin Appleby, public domain). */
const SEED_A = 0x9747b28c;
const SEED_B = 0x3c6ef372;
const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const MIX_1 = 0x85ebca6b;
const MIX_2 = 0xc2b2ae35;

/** 64 bits as two halves; kept in one object that is used again, so that hashing allocates nothing. */
export interface Lanes {
  a: number;
  b: number;
}

/** The same for equal texts on every machine. */
export function hashText(text: string): number {
  return hashWith(SEED_A, text);
}

/** Two independent hashes of a text. */
export function lanesOfText(text: string): Lanes {
  return { a: hashWith(SEED_A, text), b: hashWith(SEED_B, text) };
}

/** Puts the hash of a place in a stream into `target`; `salt` tells apart what else is about it. */
export function hashDot(target: Lanes, stream: Lanes, sequence: number, salt: number): void {
  const low = sequence | 0;
  const high = Math.imul((sequence / 0x1_0000_0000) | 0, C2) ^ salt;
  target.a = finish(stream.a ^ Math.imul(low, C1) ^ high);
  target.b = finish(stream.b ^ Math.imul(low, C2) ^ Math.imul(high, C1));
}

/** Every bit of the input changes every bit of the output. */
export function finish(input: number): number {
  let hash = input ^ (input >>> 16);
  hash = Math.imul(hash, MIX_1);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MIX_2);
  return hash ^ (hash >>> 16);
}

function hashWith(seed: number, text: string): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), C1);
    hash = ((hash << 15) | (hash >>> 17)) ^ C2;
  }
  return finish(hash ^ text.length);
}

/** Takes an addition of an element into a digest, or out of it again. */
export function hashAddition(target: Lanes, element: string, dot: Dot): void {
  const low = dot.sequence | 0;
  const high = (dot.sequence / 0x1_0000_0000) | 0;
  const name = Math.imul(hashWith(SEED_A, element), C1) ^ Math.imul(low, C2) ^ high;
  target.a ^= finish(name ^ hashWith(SEED_A, dot.stream));
  target.b ^= finish(
    Math.imul(name, C2) ^ hashWith(SEED_B, dot.stream) ^ hashWith(SEED_B, element),
  );
}
