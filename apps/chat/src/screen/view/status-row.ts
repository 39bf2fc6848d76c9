import { fitLine, justify, type Line, lineWidth, span } from '@hearsay/terminal';
import type { ScreenState, Search } from '../model/state.js';
import type { Layout } from './layout.js';
import { syncSpans } from './sync-words.js';

/** `search: foo▏  2 of 17` */
function searchRow({ query, matches, index }: Search, columns: number, more: string): Line {
  const found =
    query === ''
      ? 'type what to look for'
      : matches.length === 0
        ? 'nothing found'
        : `${index + 1} of ${matches.length}`;
  const left: Line = [span(' search: ', 'strong'), span(`${query}_`), span(`  ${found}`, 'warn')];
  return justify(left, [span('  Up older, Down newer, Esc ends ', 'dim')], columns, more);
}

const TYPISTS_NAMED = 2;

/** `dia is typing`, in the conversation on the screen. */
function typingWords({ typists, current }: ScreenState): string | undefined {
  const names = typists.filter(({ key }) => key === current).map(({ name }) => name);
  if (names.length === 0) return undefined;
  if (names.length > TYPISTS_NAMED) return `${names.length} are typing`;
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing`;
}

/** The row above the draft: in sync, or who is behind; and the keys that help further. */
export function statusRow(state: ScreenState, { columns, narrow }: Layout): Line {
  const { glyphs, hint, surroundings } = state;
  if (hint !== undefined) return fitLine([span(` ${hint}`, 'warn')], columns, glyphs.more);
  if (state.search !== undefined) return searchRow(state.search, columns, glyphs.more);
  const { agreedSinceMs } = state.mesh.convergence;
  const words: Line = [span(' '), ...syncSpans(surroundings, glyphs)];
  const dated: Line = [span(' '), ...syncSpans(surroundings, glyphs, agreedSinceMs)];
  const keys = span(narrow ? 'F1 help ' : `Alt-M mesh ${glyphs.dot} F1 help `, 'dim');
  const typing = typingWords(state);
  const typed = typing === undefined ? [] : [span(`  ${typing} `, 'strong')];
  const dot = span(`${glyphs.dot} `, 'dim');
  // Who types comes before since when, and that before the keys.
  const choices: readonly (readonly [Line, Line])[] = [
    [dated, typing === undefined ? [span('  '), keys] : [...typed, dot, keys]],
    [dated, typing === undefined ? [span('  F1 help ', 'dim')] : typed],
    [words, typing === undefined ? [span(' '), keys] : typed],
  ];
  const fitting = choices.find(([left, right]) => lineWidth(left) + lineWidth(right) <= columns);
  if (fitting === undefined) return fitLine(words, columns, glyphs.more);
  return justify(...fitting, columns);
}
