import { type InputEvent, keyName } from './key-event.js';

/** Final bytes of CSI and SS3 sequences of keys (xterm, VT220, rxvt). */
const BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** Numbers of `CSI number ~`. */
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** Characters that have a name, by their code. */
const BY_CODE: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
};

const RELEASED = '3';
const MODIFIED_CHARACTER = '27';

/** The key of an SS3 sequence (`ESC O x`). */
export function ss3Event(final: string): InputEvent | undefined {
  const name = BY_FINAL[final];
  return name === undefined ? undefined : { kind: 'key', key: name };
}

/** What a CSI sequence says, or undefined when it is no key: an answer, or unknown. */
export function csiEvent(parameters: string, final: string): InputEvent | undefined {
  if (/[<=>?]/.test(parameters)) return undefined;
  if (parameters === '' && (final === 'I' || final === 'O')) {
    return { kind: 'focus', focused: final === 'I' };
  }
  if (final === 'Z') return { kind: 'key', key: 'shift-tab' };
  const [first = '', second = '', third = ''] = parameters.split(';');
  const [modifierText = '', eventType] = second.split(':');
  if (eventType === RELEASED) return undefined;
  const modifiers = modifiersOf(modifierText);
  if (final === 'u') return characterEvent(first.split(':')[0] ?? '', modifiers);
  if (final === '~' && first === MODIFIED_CHARACTER) return characterEvent(third, modifiers);
  const name = final === '~' ? BY_NUMBER[first] : BY_FINAL[final];
  return name === undefined ? undefined : { kind: 'key', key: keyName(name, modifiers) };
}

/** A character with modifiers: kitty's `CSI code;mods u` and xterm's `CSI 27;mods;code ~`. */
function characterEvent(codeText: string, modifiers: number): InputEvent | undefined {
  const code = Number(codeText);
  if (!Number.isInteger(code) || code <= 0 || code > 0x10ffff) return undefined;
  const name = BY_CODE[code];
  if (name === 'space' && modifiers <= 1) return { kind: 'text', text: ' ' };
  if (name !== undefined) return { kind: 'key', key: keyName(name, modifiers) };
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  // Private use: keys such as a lone Shift. Surrogates: no characters.
  if (isControl || (code >= 0xd800 && code <= 0xf8ff)) return undefined;
  const character = String.fromCodePoint(code);
  if (modifiers > 1) return { kind: 'key', key: keyName(character.toLowerCase(), modifiers) };
  return { kind: 'text', text: modifiers === 1 ? character.toUpperCase() : character };
}

/** Xterm sends one more than the bits; those for super, hyper and locks are left out. */
function modifiersOf(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 1 ? (value - 1) & 7 : 0;
}
