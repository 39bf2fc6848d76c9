import { type PeerId, peerId, type StreamId, streamId } from '../../src/ids.js';

/** A peer id of 16 equal bytes: `peer(0xaa)` sorts after `peer(0x0b)`. */
export function peer(byte: number): PeerId {
  return peerId(byte.toString(16).padStart(2, '0').repeat(16));
}

/** The stream of the first generation of `peer(byte)`. */
export function stream(byte: number, generation = 1): StreamId {
  return streamId(peer(byte), generation);
}

/** Bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
