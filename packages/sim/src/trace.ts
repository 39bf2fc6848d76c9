import type { Input } from '@hearsay/core';

const KIND_CODES: Record<Input['kind'], number> = {
  start: 1,
  'link-opened': 2,
  'dial-failed': 3,
  frames: 4,
  'link-closed': 5,
  wake: 6,
  health: 7,
  lagged: 8,
  command: 9,
  'link-refused': 10,
};

/**
 * A running hash over everything that happened: two runs of one seed must end with the same digest.
 *
 * Not cryptographic; two 32-bit lanes with different multipliers, cheap enough to fold every byte.
 */
export class Trace {
  #low = 0x9e3779b9;
  #high = 0x85ebca6b;

  fold(word: number): void {
    this.#low = mix(this.#low ^ word, 597399067);
    this.#high = mix((this.#high + word) ^ this.#low, 951274213);
  }

  foldTime(us: number): void {
    this.fold(us >>> 0);
    this.fold(Math.floor(us / 0x1_0000_0000));
  }

  /** Something that happened to a peer. */
  foldInput(us: number, peer: number, input: Input): void {
    this.foldTime(us);
    this.fold(peer);
    this.fold(KIND_CODES[input.kind]);
    if ('link' in input) this.fold(input.link);
    if (input.kind === 'frames') this.fold(hashBytes(input.bytes));
  }

  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

/** A 32-bit hash of bytes, four at a time. */
export function hashBytes(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = length ^ 0x27d4eb2f;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    hash = mix(hash ^ wordAt(bytes, index), 597399067);
  }
  for (; index < length; index += 1) hash = mix(hash ^ (bytes[index] ?? 0), 951274213);
  return hash >>> 0;
}

/** A 32-bit hash of text, by its UTF-16 units. */
export function hashText(text: string): number {
  let hash = text.length ^ 0x27d4eb2f;
  for (let index = 0; index < text.length; index += 1) {
    hash = mix(hash ^ text.charCodeAt(index), 951274213);
  }
  return hash >>> 0;
}

function wordAt(bytes: Uint8Array, index: number): number {
  return (
    (bytes[index] ?? 0) |
    ((bytes[index + 1] ?? 0) << 8) |
    ((bytes[index + 2] ?? 0) << 16) |
    ((bytes[index + 3] ?? 0) << 24)
  );
}

function mix(value: number, multiplier: number): number {
  const product = Math.imul(value, multiplier);
  return product ^ (product >>> 15);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
