import { type Binary, binaryOfBytes, bytesOfBinary } from '../values/binary.js';
import type { Version } from '../values/stamp.js';
import { formatVersion } from '../values/stamp.js';

/** What JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [field: string]: JsonValue };

/** A text and bytes are kept as they are, anything else as JSON. */
export type CacheValue = Uint8Array | JsonValue;

/** A value as it was found. */
export class CacheEntry {
  /** `<ms>.<counter>.<origin>` of the write: equal for equal writes. */
  get version(): string {
    return formatVersion(this.#version);
  }

  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly #value: Binary;
  readonly #version: Version;

  constructor(value: Binary, version: Version, expiresAt: number | undefined) {
    this.#value = value;
    this.#version = version;
    this.expiresAt = expiresAt;
  }

  /** A copy. */
  get bytes(): Uint8Array {
    return bytesOfBinary(this.#value);
  }

  /** The bytes as UTF-8; wrong ones become U+FFFD. */
  get text(): string {
    return Buffer.from(this.#value, 'latin1').toString('utf8');
  }

  /** @throws SyntaxError when it is no JSON */
  json(): JsonValue {
    return JSON.parse(this.text) as JsonValue; // What JSON.parse returns is what JSON can say.
  }
}

/** @throws TypeError for what JSON cannot say */
export function binaryOf(value: CacheValue): Binary {
  if (value instanceof Uint8Array) return binaryOfBytes(value);
  if (typeof value === 'string') return binaryOfText(value);
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError('a value is a text, bytes, or what JSON can say');
  return binaryOfText(json);
}

/** UTF-8 as a one-byte string. */
export function binaryOfText(text: string): Binary {
  // Most texts are ASCII, which is its own UTF-8.
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}
