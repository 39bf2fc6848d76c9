import { COMMANDS } from '../../input/commands.js';
import { type Editor, insert } from './editor.js';

/** What Tab offers, one after the other. */
export interface Completion {
  /** The text as it was before the first Tab. */
  readonly before: Editor;
  /** What stands in place of the word before the cursor. */
  readonly hits: readonly string[];
  readonly index: number;
  /** Characters of that word. */
  readonly wordChars: number;
}

/** What words may be completed to. */
export interface Words {
  readonly names: readonly string[];
  /** `#lobby` and so on. */
  readonly rooms: readonly string[];
}

/** The completions of the word before the cursor; undefined when there is none. */
export function beginCompletion(editor: Editor, words: Words): Completion | undefined {
  const typed = editor.text.slice(0, editor.cursor);
  const { hits, wordChars } = hitsOf(typed, words);
  return hits.length === 0 ? undefined : { before: editor, hits, index: 0, wordChars };
}

/** The next one, or with -1 the one before. */
export function nextCompletion(completion: Completion, step: 1 | -1): Completion {
  const { hits, index } = completion;
  return { ...completion, index: (index + step + hits.length) % hits.length };
}

/** The text with the completion in it. */
export function completed({ before, hits, index, wordChars }: Completion): Editor {
  const from = before.cursor - wordChars;
  const without: Editor = {
    ...before,
    text: before.text.slice(0, from) + before.text.slice(before.cursor),
    cursor: from,
  };
  return insert(without, hits[index] ?? '');
}

function hitsOf(typed: string, { names, rooms }: Words): { hits: string[]; wordChars: number } {
  if (/^\/\S*$/.test(typed)) {
    const wanted = typed.slice(1).toLowerCase();
    const hits = COMMANDS.filter(({ name }) => name.startsWith(wanted));
    return { hits: hits.map(({ name }) => `/${name} `), wordChars: typed.length };
  }
  const word = /\S*$/.exec(typed)?.[0] ?? '';
  const wordChars = word.length;
  const fits = (candidate: string): boolean =>
    candidate.toLowerCase().startsWith(word.toLowerCase());
  if (/^\/(?:j|join|part|leave|l)\s+\S*$/i.test(typed)) {
    const hashed = word.startsWith('#') ? rooms : rooms.map((room) => room.slice(1));
    return { hits: hashed.filter(fits), wordChars };
  }
  if (word.startsWith('#'))
    return { hits: rooms.filter(fits).map((room) => `${room} `), wordChars };
  if (word === '' && !/^\/\S+\s$/.test(typed)) return { hits: [], wordChars };
  const at = word.startsWith('@') ? '@' : '';
  const bare = word.slice(at.length).toLowerCase();
  const suffix = word === typed ? ': ' : ' ';
  const hits = names.filter((name) => name.toLowerCase().startsWith(bare));
  return { hits: hits.map((name) => at + name + suffix), wordChars };
}
