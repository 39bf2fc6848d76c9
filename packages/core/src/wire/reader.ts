import { HearsayError } from '../errors.js';
import type { PeerId, StreamId } from '../ids.js';
import { WIRE_NUMBER_MAX } from '../limits.js';
import { ASCII_END, SHORT_TEXT_BYTES, VARUINT_CONTINUE, VARUINT_PAYLOAD } from './encoding.js';
import { names } from './names.js';

const PEER_ID_BYTES_MIN = 16;
const PEER_ID_BYTES_MAX = 32;
const VARUINT_BYTES_MAX = 8;
const WORD_BYTES = 4;
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Makes the error that closes a link: what is wrong, and at which byte. */
function malformed(what: string, offset: number): HearsayError {
  return new HearsayError('malformed', `${what} at byte ${offset}`);
}

/**
 * Takes canonical bytes apart; the exact mirror of `Writer`. Everything is bound-checked before
 * anything is allocated, and each value has one encoding only.
 * Every method throws HearsayError `malformed`.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  u8(max?: number): number {
    const byte = this.#bytes[this.#offset];
    if (this.#offset >= this.#end || byte === undefined) throw malformed('cut short', this.#offset);
    if (max !== undefined && byte > max) throw malformed(`number over ${max}`, this.#offset);
    this.#offset += 1;
    return byte;
  }

  u32(): number {
    if (this.remaining < WORD_BYTES) throw malformed('cut short', this.#end);
    const bytes = this.#bytes;
    let value = 0;
    for (let count = 0; count < WORD_BYTES; count++) {
      value = (value << 8) | (bytes[this.#offset++] ?? 0);
    }
    return value >>> 0;
  }

  /** One byte, 0 or 1. */
  flag(): boolean {
    const byte = this.u8();
    if (byte > 1) throw malformed('flag is neither 0 nor 1', this.#offset - 1);
    return byte === 1;
  }

  varuint(max: number = WIRE_NUMBER_MAX): number {
    const start = this.#offset;
    const first = this.#bytes[start] ?? VARUINT_CONTINUE;
    if (first < VARUINT_CONTINUE && start < this.#end && first <= max) {
      this.#offset += 1; // Most numbers are this short.
      return first;
    }
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (let offset = start; offset < start + VARUINT_BYTES_MAX; offset++) {
      const byte = bytes[offset];
      if (offset >= this.#end || byte === undefined) throw malformed('cut short', offset);
      value += (byte & VARUINT_PAYLOAD) * scale;
      if (byte < VARUINT_CONTINUE) {
        if (byte === 0 && offset > start) throw malformed('number not in shortest form', start);
        if (value > max) throw malformed(`number over ${max}`, start);
        this.#offset = offset + 1;
        return value;
      }
      scale *= VARUINT_CONTINUE;
    }
    throw malformed('number too long', start);
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) throw malformed('cut short', this.#end);
    const start = this.#bytes.byteOffset + this.#offset;
    this.#offset += length;
    // Not `subarray`: of a subclass (Node's Buffer) that is many times slower.
    return new Uint8Array(this.#bytes.buffer, start, length);
  }

  /** Passes over the next bytes. */
  skip(length: number): void {
    if (length > this.remaining) throw malformed('cut short', this.#end);
    this.#offset += length;
  }

  /** Passes over these bytes if they come next. @returns whether they do */
  passes(expected: Uint8Array): boolean {
    const [bytes, start] = [this.#bytes, this.#offset];
    if (expected.length > this.#end - start) return false;
    for (let index = 0; index < expected.length; index++) {
      if (bytes[start + index] !== expected[index]) return false;
    }
    this.#offset = start + expected.length;
    return true;
  }

  bytes(max: number): Uint8Array {
    return this.raw(this.varuint(max));
  }

  text(max: number): string {
    const start = this.#offset;
    const length = this.varuint(max);
    const short = length <= SHORT_TEXT_BYTES ? this.#shortAscii(length) : undefined;
    if (short !== undefined) return short;
    const bytes = this.raw(length);
    try {
      return textDecoder.decode(bytes);
    } catch (cause) {
      throw new HearsayError('malformed', `text is not UTF-8 at byte ${start}`, { cause });
    }
  }

  peer(): PeerId {
    const start = this.#peerStart();
    return names.peer(this.#bytes, start, this.#offset - start);
  }

  /** `peer generation` */
  stream(): StreamId {
    const start = this.#peerStart();
    const peer = names.peer(this.#bytes, start, this.#offset - start);
    return names.stream(peer, this.varuint(), this.#bytes, start);
  }

  list<T>(max: number, read: () => T): T[] {
    const count = this.varuint(max);
    if (count > this.remaining) throw malformed('list longer than its bytes', this.#offset);
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }

  /** Passes over a peer id. @returns where its bytes begin */
  #peerStart(): number {
    const at = this.#offset;
    const count = this.u8();
    if (count < PEER_ID_BYTES_MIN || count > PEER_ID_BYTES_MAX) throw malformed('bad peer id', at);
    if (count > this.remaining) throw malformed('cut short', this.#end);
    const start = this.#offset;
    this.#offset += count;
    return start;
  }

  /** The next bytes as text if all are ASCII: a call into the decoder costs more than they do. */
  #shortAscii(length: number): string | undefined {
    if (length > this.remaining) return undefined;
    let text = '';
    for (let index = this.#offset; index < this.#offset + length; index++) {
      const byte = this.#bytes[index] ?? ASCII_END;
      if (byte >= ASCII_END) return undefined;
      text += String.fromCharCode(byte);
    }
    this.#offset += length;
    return text;
  }

  /** Refuses bytes after the last field. */
  end(): void {
    if (this.remaining > 0) throw malformed('bytes left over', this.#offset);
  }
}
