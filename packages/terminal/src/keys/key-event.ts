/**
 * What a terminal sends, one at a time. `key` is a name after its modifiers, always in the order
 * ctrl, alt, shift: `enter`, `ctrl-n`, `alt-1`, `shift-tab`, `ctrl-alt-up`, `f2`, `pageup`.
 * Letters stand in lower case; `alt-shift-m` is Alt and a capital M.
 */
export type InputEvent =
  | { readonly kind: 'key'; readonly key: string }
  /** Typed text without control characters. */
  | { readonly kind: 'text'; readonly text: string }
  /** Pasted text as it came: it may hold anything. */
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'paste-too-long'; readonly chars: number }
  /** The window was looked at, or no longer is. */
  | { readonly kind: 'focus'; readonly focused: boolean };

/** Modifiers as xterm counts them, less one: 1 shift, 2 alt, 4 ctrl; further ones are not told. */
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;

/** The name of a key with its modifiers. @param modifiers bits as above */
export function keyName(name: string, modifiers = 0): string {
  const ctrl = (modifiers & CTRL) === 0 ? '' : 'ctrl-';
  const alt = (modifiers & ALT) === 0 ? '' : 'alt-';
  const shift = (modifiers & SHIFT) === 0 ? '' : 'shift-';
  return ctrl + alt + shift + name;
}

/** Alt and what else was typed: a character, or the name of a key. */
export function altKey(character: string): string {
  const lower = character.toLowerCase();
  const isCapital = character !== lower;
  return keyName(lower, ALT | (isCapital ? SHIFT : 0));
}

const MODIFIERS = /^(?:ctrl-)?(?:alt-)?(?:shift-)?/;
const NAMES = new Set([
  'enter',
  'tab',
  'escape',
  'backspace',
  'space',
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageup',
  'pagedown',
  'insert',
  'delete',
  ...Array.from({ length: 12 }, (_none, index) => `f${index + 1}`),
]);

/** Reads a key as a person writes it (`Alt-M`, `ctrl+n`, `F2`); undefined when it is none. */
export function parseKey(text: string): string | undefined {
  const key = text.trim().toLowerCase().replaceAll('+', '-');
  const modifiers = MODIFIERS.exec(key)?.[0] ?? '';
  const name = key.slice(modifiers.length);
  const isCharacter = [...name].length === 1 && modifiers !== '' && modifiers !== 'shift-';
  return isCharacter || NAMES.has(name) ? key : undefined;
}
