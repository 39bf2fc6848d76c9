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

/** The row above the draft: in sync, or who is behind; and the keys that help further. */
export function statusRow(state: ScreenState, { columns, narrow }: Layout): Line {
  const { glyphs, hint, surroundings } = state;
  if (hint !== undefined) return fitLine([span(` ${hint}`, 'warn')], columns, glyphs.more);
  if (state.search !== undefined) return searchRow(state.search, columns, glyphs.more);
  const words: Line = [span(' '), ...syncSpans(surroundings, glyphs)];
  const keys: Line = [span(narrow ? ' F1 help ' : `  Alt-M mesh ${glyphs.dot} F1 help `, 'dim')];
  const fits = lineWidth(words) + lineWidth(keys) <= columns;
  return fits ? justify(words, keys, columns) : fitLine(words, columns, glyphs.more);
}
