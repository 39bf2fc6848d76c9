import { type Line, type Span, span } from '@hearsay/terminal';
import { clockTime } from '../../text/clock-time.js';
import { formatDuration } from '../../text/duration.js';
import type { Glyphs } from '../../text/look.js';
import type { Surroundings } from '../model/surroundings.js';
import { syncSpans } from '../view/sync-words.js';
import { type Convergence, typicalMs } from './convergence.js';

const STATE_HASH_CHARS = 8;
const INDENT = ' '.repeat(14);
/** What the dead lacked stands in the table above. */
const IN_THE_TABLE: Surroundings['lackedAtDeath'] = new Map();

/** In sync, or who is behind and for how long; and when all last agreed. */
export function convergenceLines(
  convergence: Convergence,
  shown: Surroundings,
  glyphs: Glyphs,
): Line[] {
  const dot = ` ${glyphs.dot} `;
  const { apartSinceMs, agreedMs } = convergence;
  const parts: Span[] = [
    span(' CONVERGENCE  ', 'title'),
    ...syncSpans({ ...shown, lackedAtDeath: IN_THE_TABLE }, glyphs),
  ];
  if (apartSinceMs !== undefined) {
    parts.push(span(`${dot}apart for ${formatDuration(shown.atMs - apartSinceMs)}`, 'warn'));
  }
  parts.push(span(`${dot}state ${shown.status.stateHash.slice(0, STATE_HASH_CHARS)}`, 'dim'));
  const typical = typicalMs(convergence);
  const words = [
    agreedMs === undefined
      ? 'no full agreement yet'
      : `last full agreement ${preciseTime(agreedMs)}`,
    ...(typical === undefined ? [] : [`typical ${formatDuration(typical)} apart`]),
    'the dead are not counted',
  ];
  return [parts, [span(INDENT + words.join(dot), 'dim')]];
}

/** `12:04:16.4` */
function preciseTime(wallMs: number): string {
  const tenths = Math.floor((wallMs % 1_000) / 100);
  return `${clockTime(wallMs)}.${tenths}`;
}
