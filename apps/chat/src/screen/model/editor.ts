import { graphemes } from '@hearsay/terminal';

/** Text being written, and where the next character goes. Changed by the functions below only. */
export interface Editor {
  readonly text: string;
  /** Between two characters, counted in UTF-16 units from the start. */
  readonly cursor: number;
  /** What was last cut, for Ctrl-Y. */
  readonly cut: string;
}

export const EMPTY_EDITOR: Editor = { text: '', cursor: 0, cut: '' };

/** How a key changes the text; names are those of readline. */
export type Edit =
  | 'backward-char'
  | 'forward-char'
  | 'backward-word'
  | 'forward-word'
  | 'beginning-of-line'
  | 'end-of-line'
  | 'previous-line'
  | 'next-line'
  | 'backward-delete-char'
  | 'delete-char'
  | 'backward-kill-word'
  | 'kill-word'
  | 'kill-line'
  | 'backward-kill-line'
  | 'yank'
  | 'newline';

const BY_KEY: Readonly<Record<string, Edit>> = {
  left: 'backward-char',
  'ctrl-b': 'backward-char',
  right: 'forward-char',
  'alt-b': 'backward-word',
  'ctrl-left': 'backward-word',
  'alt-f': 'forward-word',
  'ctrl-right': 'forward-word',
  home: 'beginning-of-line',
  'ctrl-a': 'beginning-of-line',
  end: 'end-of-line',
  'ctrl-e': 'end-of-line',
  backspace: 'backward-delete-char',
  delete: 'delete-char',
  'ctrl-d': 'delete-char',
  'ctrl-w': 'backward-kill-word',
  'alt-backspace': 'backward-kill-word',
  'alt-d': 'kill-word',
  'ctrl-k': 'kill-line',
  'ctrl-u': 'backward-kill-line',
  'ctrl-y': 'yank',
  'alt-enter': 'newline',
  'shift-enter': 'newline',
  'ctrl-j': 'newline',
};

/** What a key does to text; undefined: nothing. */
export function editOf(key: string): Edit | undefined {
  return BY_KEY[key];
}

/** The editor with other text in it, ready to go on at its end. */
export function withText(editor: Editor, text: string): Editor {
  return { ...editor, text, cursor: text.length };
}

export function insert({ text, cursor, cut }: Editor, added: string): Editor {
  return {
    text: text.slice(0, cursor) + added + text.slice(cursor),
    cursor: cursor + added.length,
    cut,
  };
}

export function edit(editor: Editor, change: Edit): Editor {
  const { text, cursor } = editor;
  switch (change) {
    case 'backward-char':
      return { ...editor, cursor: before(text, cursor) };
    case 'forward-char':
      return { ...editor, cursor: after(text, cursor) };
    case 'backward-word':
      return { ...editor, cursor: wordBefore(text, cursor) };
    case 'forward-word':
      return { ...editor, cursor: wordAfter(text, cursor) };
    case 'beginning-of-line':
      return { ...editor, cursor: lineStart(text, cursor) };
    case 'end-of-line':
      return { ...editor, cursor: lineEnd(text, cursor) };
    case 'previous-line':
      return { ...editor, cursor: lineAbove(text, cursor) };
    case 'next-line':
      return { ...editor, cursor: lineBelow(text, cursor) };
    case 'backward-delete-char':
      return remove(editor, before(text, cursor), cursor);
    case 'delete-char':
      return remove(editor, cursor, after(text, cursor));
    case 'backward-kill-word':
      return kill(editor, wordBefore(text, cursor), cursor);
    case 'kill-word':
      return kill(editor, cursor, wordAfter(text, cursor));
    case 'kill-line': {
      const end = lineEnd(text, cursor);
      return kill(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end);
    }
    case 'backward-kill-line':
      return kill(editor, lineStart(text, cursor), cursor);
    case 'yank':
      return insert(editor, editor.cut);
    case 'newline':
      return insert(editor, '\n');
  }
}

/** True when there is no line above the cursor. */
export function onFirstLine({ text, cursor }: Editor): boolean {
  return lineStart(text, cursor) === 0;
}

/** True when there is no line below the cursor. */
export function onLastLine({ text, cursor }: Editor): boolean {
  return lineEnd(text, cursor) === text.length;
}

function remove(editor: Editor, from: number, to: number): Editor {
  const { text } = editor;
  return { ...editor, text: text.slice(0, from) + text.slice(to), cursor: from };
}

function kill(editor: Editor, from: number, to: number): Editor {
  const cut = editor.text.slice(from, to);
  return cut === '' ? editor : { ...remove(editor, from, to), cut };
}

function before(text: string, cursor: number): number {
  if (cursor === 0) return 0;
  const start = lineStart(text, cursor);
  if (start === cursor) return cursor - 1; // The newline.
  let last = start;
  let at = start;
  for (const grapheme of graphemes(text.slice(start, cursor))) {
    last = at;
    at += grapheme.length;
  }
  return last;
}

function after(text: string, cursor: number): number {
  const end = lineEnd(text, cursor);
  if (end === cursor) return Math.min(cursor + 1, text.length);
  for (const grapheme of graphemes(text.slice(cursor, end))) return cursor + grapheme.length;
  return cursor;
}

function wordBefore(text: string, cursor: number): number {
  const word = /[\p{L}\p{N}\p{M}_]*[^\p{L}\p{N}\p{M}_]*$/u.exec(text.slice(0, cursor))?.[0] ?? '';
  return cursor - word.length;
}

function wordAfter(text: string, cursor: number): number {
  const word = /^[^\p{L}\p{N}\p{M}_]*[\p{L}\p{N}\p{M}_]*/u.exec(text.slice(cursor))?.[0] ?? '';
  return cursor + word.length;
}

function lineStart(text: string, cursor: number): number {
  return text.lastIndexOf('\n', cursor - 1) + 1;
}

function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
}

function lineAbove(text: string, cursor: number): number {
  const start = lineStart(text, cursor);
  if (start === 0) return cursor;
  return Math.min(lineStart(text, start - 1) + (cursor - start), start - 1);
}

function lineBelow(text: string, cursor: number): number {
  const end = lineEnd(text, cursor);
  if (end === text.length) return cursor;
  const column = cursor - lineStart(text, cursor);
  return Math.min(end + 1 + column, lineEnd(text, end + 1));
}
