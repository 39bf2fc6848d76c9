/** Looked up: a call writes and reads 48 digits, which is felt when they are computed. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
const ZERO = 0x30;
const LETTER_A = 0x61;
const TEN = 10;

export function hexOfByte(byte: number): string {
  return DIGITS[byte] ?? '00';
}

/** @param hex lower-case digits @param index of the first of two */
export function byteOfHex(hex: string, index: number): number {
  return digitOf(hex.charCodeAt(index)) * 16 + digitOf(hex.charCodeAt(index + 1));
}

function digitOf(code: number): number {
  return code < LETTER_A ? code - ZERO : code - LETTER_A + TEN;
}
