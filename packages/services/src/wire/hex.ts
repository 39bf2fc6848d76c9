const ZERO = 0x30;
const LETTER_A = 0x61;
const TEN = 10;

/** @param hex lower-case digits @param index of the first of two */
export function byteOfHex(hex: string, index: number): number {
  return digitOf(hex.charCodeAt(index)) * 16 + digitOf(hex.charCodeAt(index + 1));
}

function digitOf(code: number): number {
  return code < LETTER_A ? code - ZERO : code - LETTER_A + TEN;
}
