/** A part of what a terminal sends. */
export type Keys =
  | { readonly kind: 'keys'; readonly text: string }
  /** Alt-Enter: a newline inside the message. */
  | { readonly kind: 'newline' }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'paste-too-long'; readonly chars: number };

/** Asks a terminal to mark pasted text (bracketed paste), and to stop doing so. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';

const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';
const ALT_ENTER = ['\u001b\r', '\u001b\n'];

/** Tells pasted text from typed keys, wherever the chunks of input are cut. */
export class PasteDecoder {
  readonly #charsMax: number;
  #pending = '';
  #paste: { text: string; chars: number } | undefined;

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  /** True when what came last may be the beginning of a mark. */
  get pending(): boolean {
    return this.#pending !== '' && this.#paste === undefined;
  }

  /** Nothing came after what may have been the beginning of a mark: it was typed. */
  flush(): string {
    if (!this.pending) return '';
    const typed = this.#pending;
    this.#pending = '';
    return typed;
  }

  push(text: string): Keys[] {
    const found: Keys[] = [];
    let rest = this.#pending + text;
    this.#pending = '';
    while (rest !== '') {
      rest = this.#paste === undefined ? this.#typed(rest, found) : this.#pasted(rest, found);
    }
    return found;
  }

  /** @returns what is still to be looked at */
  #typed(text: string, found: Keys[]): string {
    const marks = [PASTE_START, ...ALT_ENTER];
    const next = firstOf(text, marks);
    if (next === undefined) {
      const kept = heldBack(text, marks);
      this.#pending = text.slice(text.length - kept);
      if (text.length > kept) found.push({ kind: 'keys', text: text.slice(0, text.length - kept) });
      return '';
    }
    if (next.at > 0) found.push({ kind: 'keys', text: text.slice(0, next.at) });
    if (next.mark === PASTE_START) this.#paste = { text: '', chars: 0 };
    else found.push({ kind: 'newline' });
    return text.slice(next.at + next.mark.length);
  }

  #pasted(text: string, found: Keys[]): string {
    const at = text.indexOf(PASTE_END);
    const kept = at < 0 ? heldBack(text, [PASTE_END]) : 0;
    const part = at < 0 ? text.slice(0, text.length - kept) : text.slice(0, at);
    const paste = this.#paste ?? { text: '', chars: 0 };
    paste.chars += part.length;
    paste.text = paste.chars > this.#charsMax ? '' : paste.text + part;
    this.#paste = paste;
    if (at < 0) {
      this.#pending = text.slice(text.length - kept);
      return '';
    }
    this.#paste = undefined;
    found.push(
      paste.chars > this.#charsMax
        ? { kind: 'paste-too-long', chars: paste.chars }
        : { kind: 'paste', text: paste.text },
    );
    return text.slice(at + PASTE_END.length);
  }
}

function firstOf(text: string, marks: readonly string[]): { at: number; mark: string } | undefined {
  let first: { at: number; mark: string } | undefined;
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, mark };
  }
  return first;
}

/** How much of the end of `text` may be the beginning of a mark that is not all here yet. */
function heldBack(text: string, marks: readonly string[]): number {
  const longest = Math.max(...marks.map(({ length }) => length)) - 1;
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(-length);
    if (marks.some((mark) => mark.startsWith(end))) return length;
  }
  return 0;
}
