import { fitLine, justify, type Line, lineWidth, span } from '@hearsay/terminal';
import type { ScreenState } from '../model/state.js';
import type { Layout } from './layout.js';
import { syncSpans } from './sync-words.js';

/** The row above the draft: in sync, or who is behind; and the keys that help further. */
export function statusRow(state: ScreenState, { columns, narrow }: Layout): Line {
  const { glyphs, hint, surroundings } = state;
  if (hint !== undefined) return fitLine([span(` ${hint}`, 'warn')], columns, glyphs.more);
  const words: Line = [span(' '), ...syncSpans(surroundings, glyphs)];
  const keys: Line = [span(narrow ? ' F1 help ' : `  Alt-M mesh ${glyphs.dot} F1 help `, 'dim')];
  const fits = lineWidth(words) + lineWidth(keys) <= columns;
  return fits ? justify(words, keys, columns) : fitLine(words, columns, glyphs.more);
}
