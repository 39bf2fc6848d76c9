// biome-ignore-all lint/suspicious/noControlCharactersInRegex: keys are control characters.
import { StringDecoder } from 'node:string_decoder';
import { pasteCharsDefault, sequenceCharsMax } from '../limits.js';
import { csiEvent, ss3Event } from './escape-sequences.js';
import { altKey, type InputEvent, keyName } from './key-event.js';
import { PasteDecoder } from './paste.js';

const ESC = '\u001b';
/** Intermediate and parameter bytes of a CSI sequence, then its final byte. */
const CSI = /^\u001b\[([0-?]*)[ -/]*([@-~])/;
/** The Linux console sends `CSI [ A` for F1. */
const LINUX_FUNCTION = /^\u001b\[\[([A-E])/;
const SS3 = /^\u001bO[0-9;]*([A-Za-z])/;
/** OSC, DCS, SOS, PM and APC: answers of the terminal, up to their terminator. */
const STRING = /^\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)/;
const STRING_START = /^\u001b[\]PX^_]/;
/** A sequence that is not all here yet. */
const UNFINISHED = /^\u001b(?:\[\[?[0-?]*[ -/]*|O[0-9;]*|[\]PX^_][^\u0007\u001b]*\u001b?)?$/;

const CTRL = 4;
const NAMED_CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\t': 'tab',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0000': 'ctrl-space',
};

/**
 * Reads what a terminal sends: text, keys with their modifiers, pastes as one event, focus.
 * Chunks may be cut anywhere, inside a character or a sequence. When `pending` stays true for a
 * moment the Escape key itself was pressed: call `flush`.
 */
export class KeyDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  readonly #paste: PasteDecoder;
  #rest = '';

  constructor(pasteCharsMax: number = pasteCharsDefault) {
    this.#paste = new PasteDecoder(pasteCharsMax);
  }

  /** True while what came last may go on. */
  get pending(): boolean {
    return this.#rest !== '' || this.#paste.pending;
  }

  push(chunk: Uint8Array): InputEvent[] {
    const events: InputEvent[] = [];
    for (const part of this.#paste.push(this.#utf8.write(Buffer.from(chunk)))) {
      switch (part.kind) {
        case 'keys':
          this.#rest = this.#typed(this.#rest + part.text, events);
          break;
        case 'newline':
          this.#end(events);
          events.push({ kind: 'key', key: 'alt-enter' });
          break;
        case 'paste':
        case 'paste-too-long':
          this.#end(events);
          events.push(part);
          break;
      }
    }
    return events;
  }

  /** Nothing more came: what waits is taken for keys. */
  flush(): InputEvent[] {
    const events: InputEvent[] = [];
    this.#rest = this.#typed(this.#rest + this.#paste.flush(), events);
    this.#end(events);
    return events;
  }

  /** What was begun and never ended is a key, or nothing. */
  #end(events: InputEvent[]): void {
    const rest = this.#rest;
    this.#rest = '';
    if (rest === ESC) events.push({ kind: 'key', key: 'escape' });
    else if (rest.length === 2 && rest.startsWith(ESC)) {
      events.push({ kind: 'key', key: altKey(rest.slice(1)) });
    }
  }

  /** @returns what is not complete yet */
  #typed(text: string, events: InputEvent[]): string {
    let rest = text;
    while (rest !== '') {
      if (UNFINISHED.test(rest)) return rest.length > sequenceCharsMax ? '' : rest;
      rest = rest.slice(takeOne(rest, events));
    }
    return '';
  }
}

/** Reads what `text` begins with. @returns its length */
function takeOne(text: string, events: InputEvent[]): number {
  if (text.startsWith(ESC)) return takeEscape(text, events);
  const typed = /^[^\u0000-\u001f\u007f-\u009f]+/.exec(text)?.[0];
  if (typed !== undefined) {
    events.push({ kind: 'text', text: typed });
    return typed.length;
  }
  const key = controlKey(text.charAt(0));
  if (key !== undefined) events.push({ kind: 'key', key });
  return 1;
}

function takeEscape(text: string, events: InputEvent[]): number {
  const found = sequenceAt(text);
  if (found !== undefined) {
    if (found.event !== undefined) events.push(found.event);
    return found.length;
  }
  // A string that no terminator ends would swallow what is typed after it.
  if (STRING_START.test(text)) return 2;
  const next = text.charAt(1);
  if (next === ESC) {
    // Alt and a key that is itself a sequence (rxvt), or Escape twice.
    const inner = sequenceAt(text.slice(1));
    if (inner?.event?.kind === 'key') {
      events.push({ kind: 'key', key: `alt-${inner.event.key}` });
      return inner.length + 1;
    }
    events.push({ kind: 'key', key: 'escape' });
    return 1;
  }
  const character = String.fromCodePoint(text.codePointAt(1) ?? 0);
  const key = controlKey(character);
  events.push({ kind: 'key', key: key === undefined ? altKey(character) : withAlt(key) });
  return 1 + character.length;
}

function sequenceAt(text: string): { length: number; event: InputEvent | undefined } | undefined {
  const linux = LINUX_FUNCTION.exec(text);
  if (linux !== null) {
    const number = (linux[1] ?? 'A').charCodeAt(0) - 'A'.charCodeAt(0) + 1;
    return { length: linux[0].length, event: { kind: 'key', key: `f${number}` } };
  }
  const csi = CSI.exec(text);
  if (csi !== null) return { length: csi[0].length, event: csiEvent(csi[1] ?? '', csi[2] ?? '') };
  const ss3 = SS3.exec(text);
  if (ss3 !== null) return { length: ss3[0].length, event: ss3Event(ss3[1] ?? '') };
  const string = STRING.exec(text);
  return string === null ? undefined : { length: string[0].length, event: undefined };
}

/** The key of a control character; undefined for others, and for C1, which no key sends. */
function controlKey(character: string): string | undefined {
  const named = NAMED_CONTROLS[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  if (code >= 0x20) return undefined;
  // 1 is Ctrl-A, 26 Ctrl-Z, 28 to 31 Ctrl and one of \ ] ^ _.
  return keyName(String.fromCharCode(code + 0x40).toLowerCase(), CTRL);
}

function withAlt(key: string): string {
  return key.startsWith('ctrl-') ? `ctrl-alt-${key.slice('ctrl-'.length)}` : `alt-${key}`;
}
