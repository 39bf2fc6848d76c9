import { type Line, lineWidth, type Span, span } from '@hearsay/terminal';
import { clockTime } from '../../text/clock-time.js';
import { formatDuration } from '../../text/duration.js';
import type { Glyphs } from '../../text/look.js';
import type { Surroundings } from '../model/surroundings.js';
import { syncSpans } from '../view/sync-words.js';
import { type Convergence, typicalMs } from './convergence.js';

const STATE_HASH_CHARS = 8;
const NARROW_COLUMNS = 60;
/** What the dead lacked stands in the table above. */
const IN_THE_TABLE: Surroundings['lackedAtDeath'] = new Map();

/** In sync, or who is behind and for how long; and when all agreed: what is left out where it does not fit. */
export function convergenceLines(
  convergence: Convergence,
  shown: Surroundings,
  glyphs: Glyphs,
  columns: number,
): Line[] {
  const { apartSinceMs } = convergence;
  const isNarrow = columns < NARROW_COLUMNS;
  const title = isNarrow ? ' SYNC  ' : ' CONVERGENCE  ';
  const hash = shown.status.stateHash.slice(0, STATE_HASH_CHARS);
  const apart =
    apartSinceMs === undefined
      ? []
      : [span(`apart for ${formatDuration(shown.atMs - apartSinceMs)}`, 'warn')];
  const state = span(`state ${hash}`, 'dim');
  const first: Line = [
    span(title, 'title'),
    ...syncSpans({ ...shown, lackedAtDeath: IN_THE_TABLE }, glyphs),
  ];
  const second: Line = [span(' '.repeat(title.length)), span(agreedWords(convergence), 'dim')];
  const typical = typicalMs(convergence);
  const more = [
    ...(typical === undefined ? [] : [`typical ${formatDuration(typical)} apart`]),
    'the dead are not counted',
  ].map((text) => span(text, 'dim'));
  return [
    withParts(first, [...apart, state], glyphs, columns),
    withParts(second, more, glyphs, columns),
  ];
}

/** Adds parts, each after a dot, as far as there is room. */
function withParts(line: Line, parts: readonly Span[], { dot }: Glyphs, columns: number): Line {
  const all: Span[] = [...line];
  for (const part of parts) {
    const added = [span(` ${dot} `, 'dim'), part];
    if (lineWidth(all) + lineWidth(added) <= columns) all.push(...added);
  }
  return all;
}

/** Since when all agree, else when they last did: a time of day, which stays while nothing changes. */
function agreedWords({ agreedSinceMs, agreedMs }: Convergence): string {
  if (agreedSinceMs !== undefined) return `all agree since ${preciseTime(agreedSinceMs)}`;
  return agreedMs === undefined
    ? 'no full agreement yet'
    : `last full agreement ${preciseTime(agreedMs)}`;
}

/** `12:04:16.4` */
function preciseTime(wallMs: number): string {
  const tenths = Math.floor((wallMs % 1_000) / 100);
  return `${clockTime(wallMs)}.${tenths}`;
}
