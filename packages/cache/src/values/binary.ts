/**
 * Bytes as a one-byte string: each character is one byte, 0 to 255.
 *
 * Values rest in this form. The engine keeps such a string in 16 bytes plus its content, where an
 * own `Uint8Array` of 100 bytes takes 313 and a slice of a pooled `Buffer` 235.
 */
export type Binary = string;

/** From so many on, a call into the runtime costs less than handing over each byte as an argument. */
const CALL_BYTES = 32;
/** The engine sees at once that a string it keeps with one byte a character cannot match. */
const WIDE = /[\u{100}-\u{10ffff}]/u;
const ASCII_MAX = 0x7f;

/** @returns the bytes as a one-byte string */
export function binaryOfBytes(bytes: Uint8Array): Binary {
  if (bytes.length < CALL_BYTES) return fromCodes(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** @returns fresh bytes */
export function bytesOfBinary(binary: Binary): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Whether every character is one byte. */
export function isBinary(text: string): boolean {
  return !WIDE.test(text);
}

/** UTF-8 bytes that a well-formed text takes. */
export function utf8Length(text: string): number {
  let extra = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= ASCII_MAX) continue;
    // Two bytes below U+0800; three above; a pair of surrogates takes four, so two for each half.
    extra += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return text.length + extra;
}

function fromCodes(bytes: Uint8Array): Binary {
  // An array-like of numbers is what `apply` takes; its declared type knows only true arrays.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}
