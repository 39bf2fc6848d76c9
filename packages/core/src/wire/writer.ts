import { invariant } from '../errors.js';
import type { PeerId } from '../ids.js';
import { ASCII_END, SHORT_TEXT_BYTES, VARUINT_CONTINUE, VARUINT_PAYLOAD } from './encoding.js';

/** Typed arrays up to this size live inside the JavaScript heap and cost little. */
const SMALL_BYTES = 64;
const VARUINT_BITS = 7;
const WORD_MAX = 0xffff_ffff;
const CODE_0 = 48;
const CODE_9 = 57;
const CODE_A = 97;
const textEncoder = new TextEncoder();

/** Appends canonical bytes; the exact mirror of `Reader`. */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  /** @param expected bytes, a guess: a good one saves a copy; or memory to use as long as it lasts */
  constructor(expected: number | Uint8Array = SMALL_BYTES) {
    this.#bytes = typeof expected === 'number' ? new Uint8Array(expected) : expected;
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** Four bytes, big-endian. */
  u32(value: number): this {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16; // An element keeps the low eight bits.
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#length = at + 4;
    return this;
  }

  /** Seven bits a byte, low bits first, shortest form; 0 to 2^53-1. */
  varuint(value: number): this {
    invariant(Number.isSafeInteger(value) && value >= 0, 'a varuint is a whole number');
    let rest = value;
    // Beyond 32 bits only division will do, which takes many times as long.
    for (; rest > WORD_MAX; rest = Math.floor(rest / VARUINT_CONTINUE)) {
      this.u8((rest % VARUINT_CONTINUE) | VARUINT_CONTINUE);
    }
    for (; rest > VARUINT_PAYLOAD; rest >>>= VARUINT_BITS) {
      this.u8((rest & VARUINT_PAYLOAD) | VARUINT_CONTINUE);
    }
    return this.u8(rest);
  }

  /** Bytes without a length. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** One byte a character, of a text whose characters all are one; without a length. */
  codes(text: string): this {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.#length = at;
    return this;
  }

  /** Length, then bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varuint(bytes.length).raw(bytes);
  }

  /** Length in bytes, then UTF-8. */
  text(text: string): this {
    return this.#shortAscii(text) ? this : this.bytes(textEncoder.encode(text));
  }

  peer(id: PeerId): this {
    const count = id.length / 2;
    this.u8(count);
    this.#reserve(count);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < id.length; index += 2) {
      bytes[at++] = (hexValue(id.charCodeAt(index)) << 4) | hexValue(id.charCodeAt(index + 1));
    }
    this.#length = at;
    return this;
  }

  /** A count, then each element as `write` puts it. */
  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.varuint(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** Leaves room for what is known last. */
  leave(count: number): this {
    this.#reserve(count);
    this.#length += count;
    return this;
  }

  /** Puts one byte where room was left. */
  patch(offset: number, value: number): void {
    this.#bytes[offset] = value;
  }

  /** Puts a varuint where just as much room as it takes was left. */
  patchVaruint(offset: number, value: number): void {
    let at = offset;
    let rest = value;
    while (rest > VARUINT_PAYLOAD) {
      this.patch(at++, (rest % VARUINT_CONTINUE) | VARUINT_CONTINUE);
      rest = Math.floor(rest / VARUINT_CONTINUE);
    }
    this.patch(at, rest);
  }

  /** What was written from an offset on, not a copy; nothing may be written after it. */
  view(offset: number): Uint8Array {
    return new Uint8Array(
      this.#bytes.buffer,
      this.#bytes.byteOffset + offset,
      this.#length - offset,
    );
  }

  /** A view of what was written from an offset on, good until more is written. */
  peek(offset: number): Uint8Array {
    return this.#bytes.subarray(offset, this.#length);
  }

  /** What was written; nothing may be written after it. */
  finish(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }

  /** A call into the encoder costs more than a short topic. @returns false, and writes nothing, when it is not ASCII */
  #shortAscii(text: string): boolean {
    const start = this.#length;
    if (text.length > SHORT_TEXT_BYTES) return false;
    this.u8(text.length);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= ASCII_END) {
        this.#length = start;
        return false;
      }
      this.u8(code);
    }
    return true;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** The value of a lower-case hex digit, as in every peer id. */
function hexValue(code: number): number {
  return code <= CODE_9 ? code - CODE_0 : code - CODE_A + 10;
}

/** Bytes that `varuint` takes for a value. */
export function varuintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > VARUINT_PAYLOAD; rest = Math.floor(rest / VARUINT_CONTINUE)) {
    bytes += 1;
  }
  return bytes;
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array {
  return textEncoder.encode(text);
}
