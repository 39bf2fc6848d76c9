/**
 * Text of peers is hostile until proven otherwise: it must not move the cursor, change colours,
 * reorder the row, or look like a line of the program's own.
 */
import { combiningMarksMax, shownNickCharsMax } from '../limits.js';

/** CSI sequences, strings up to their terminator (OSC, DCS, SOS, PM, APC), then any two-character escape. */
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the task.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** C0 except tab and newline, DEL, C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Bidi marks, embeddings, overrides and isolates; annotation marks, tags and other invisible format characters. */
const INVISIBLE =
  /[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

const COMBINING_TOWERS = new RegExp(`(\\p{M}{${combiningMarksMax}})\\p{M}+`, 'gu');
const TAB = '    ';

/** Removes everything that could act on a terminal. Newlines stay, tabs become spaces. */
export function sanitiseText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(ESCAPE_SEQUENCES, '')
    .replace(CONTROLS, (control) => (control === '\t' ? TAB : ''))
    .replaceAll('\t', TAB)
    .replace(INVISIBLE, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(COMBINING_TOWERS, '$1');
}

/** The same, on one row. */
export function sanitiseLine(text: string): string {
  return sanitiseText(text).replaceAll('\n', ' ');
}

/**
 * A nick as it is shown: one word without spaces. Empty when nothing readable is left, or when it
 * could pass for a notice (`--`): the caller then shows the id.
 */
export function sanitiseNick(nick: string): string {
  const word = sanitiseLine(nick)
    .replace(/[\u200c\u200d]/g, '') // Joiners have a meaning in text; in a name they only hide.
    .trim()
    .replace(/[\s\p{Z}]+/gu, '_');
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word)) return '';
  return [...word].slice(0, shownNickCharsMax).join('');
}
