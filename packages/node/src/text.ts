/**
 * Text from elsewhere is hostile: it may hold escape sequences that drive a terminal, controls that
 * reorder a line, or invisible characters that make two names look alike.
 */

/** Escape sequences as a whole (CSI, OSC and friends, two-character ones), so that no tail stays. */
const ESCAPE_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it must find.
  /(?:\u001b\[|\u009b)[\u0020-\u003f]*[\u0040-\u007e]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[\u0020-\u007e]?/gu;
/** Controls, format characters (bidi, zero width), lone surrogates, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SPACES = /\s+/gu;

/** One line of visible text: escape sequences and invisible characters removed, spaces joined. */
export function cleanLine(text: string): string {
  return text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(SPACES, ' ')
    .replace(UNSEEN, '')
    .normalize('NFC')
    .trim();
}

/** At most `max` characters, never half of a surrogate pair. */
export function firstCharacters(text: string, max: number): string {
  return text.length <= max ? text : [...text].slice(0, max).join('');
}

/** How many characters a person would count, roughly: code points. */
export function characterCount(text: string): number {
  return [...text].length;
}

const encoder = new TextEncoder();

/** The longest start of `text` that fits into `bytesMax` bytes of UTF-8. */
export function firstBytes(text: string, bytesMax: number): string {
  const target = new Uint8Array(bytesMax);
  return text.slice(0, encoder.encodeInto(text, target).read);
}
