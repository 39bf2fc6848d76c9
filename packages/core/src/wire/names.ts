import { type PeerId, type StreamId, streamId } from '../ids.js';

/** Names remembered at once; each has one place, and whoever comes to it later takes it. */
const PLACES = 4_096;
const PLACES_BITS = 12;
/** Of a peer id, at most. */
const NAME_BYTES = 32;
/** Any odd number spreads what it multiplies; this one is 2^32 over the golden ratio (Knuth, 6.4). */
const SPREAD = 0x9e37_79b1;
const WORD_BITS = 32;
/** No run has this generation. */
const NONE = -1;
const HEX_OF: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/**
 * Names of peers and of their runs, as text. A frame names the same few over and over, and text made
 * of 32 bytes costs more than the rest of the frame: made once it is also compared and looked up at no cost.
 * It forgets when it must, and what it answers never depends on what it remembers.
 */
export class Names {
  readonly #bytes = new Uint8Array(PLACES * NAME_BYTES);
  readonly #lengths = new Uint8Array(PLACES);
  readonly #peers = new Array<PeerId | undefined>(PLACES).fill(undefined);
  /** Of the run that was named last, if any. */
  readonly #generations = new Array<number>(PLACES).fill(NONE);
  readonly #streams = new Array<StreamId | undefined>(PLACES).fill(undefined);

  /** @param start where in `bytes` the id begins; @param length of it, 16 to 32 */
  peer(bytes: Uint8Array, start: number, length: number): PeerId {
    const place = placeOf(bytes, start);
    const known = this.#peers[place];
    if (known !== undefined && this.#isAt(place, bytes, start, length)) return known;
    const peer = hexOf(bytes, start, length);
    this.#bytes.set(bytes.subarray(start, start + length), place * NAME_BYTES);
    this.#lengths[place] = length;
    this.#peers[place] = peer;
    this.#generations[place] = NONE;
    return peer;
  }

  /** The run of a peer whose id was just read from there. */
  stream(peer: PeerId, generation: number, bytes: Uint8Array, start: number): StreamId {
    const place = placeOf(bytes, start);
    const known = this.#streams[place];
    const isKnown = this.#generations[place] === generation && this.#peers[place] === peer;
    if (known !== undefined && isKnown) return known;
    const stream = streamId(peer, generation);
    this.#generations[place] = generation;
    this.#streams[place] = stream;
    return stream;
  }

  #isAt(place: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[place] !== length) return false;
    const kept = this.#bytes;
    const from = place * NAME_BYTES;
    for (let index = 0; index < length; index++) {
      if (kept[from + index] !== bytes[start + index]) return false;
    }
    return true;
  }
}

/** By the first four bytes: public keys are as good as drawn, and who makes them alike slows down itself. */
function placeOf(bytes: Uint8Array, start: number): number {
  const word =
    (bytes[start] ?? 0) |
    ((bytes[start + 1] ?? 0) << 8) |
    ((bytes[start + 2] ?? 0) << 16) |
    ((bytes[start + 3] ?? 0) << 24);
  return Math.imul(word, SPREAD) >>> (WORD_BITS - PLACES_BITS);
}

function hexOf(bytes: Uint8Array, start: number, length: number): PeerId {
  const digits: number[] = [];
  for (let index = start; index < start + length; index++) {
    const byte = bytes[index] ?? 0;
    digits.push(HEX_OF[byte >>> 4] ?? 0, HEX_OF[byte & 0xf] ?? 0);
  }
  return String.fromCharCode(...digits) as PeerId; // Bytes in lower-case hex are a peer id by construction.
}

/** One for all that is read: it holds no more than what was on the wire. */
export const names: Names = new Names();
