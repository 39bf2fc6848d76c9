import { type Line, span, truncate, width } from '@hearsay/terminal';
import { preciseClockTime } from '../../text/clock-time.js';
import type { Glyphs } from '../../text/look.js';
import type { MeshEvent } from './mesh-event.js';
import type { MeshState } from './mesh-state.js';

const WHO_COLUMNS = 8;

/** What happened, the newest at the bottom; a title and at most `rows` events. */
export function eventLines(
  { events, eventsBelow }: Pick<MeshState, 'events' | 'eventsBelow'>,
  rows: number,
  columns: number,
  glyphs: Glyphs,
): Line[] {
  const end = events.length - eventsBelow;
  const shown = events.slice(Math.max(0, end - rows), end);
  const more = eventsBelow > 0 ? `  ${glyphs.down} ${eventsBelow} newer, PgDn` : '';
  const count = events.length > shown.length ? `  ${events.length}, PgUp for older` : '';
  const title: Line = [span(' EVENTS', 'title'), span(count, 'dim'), span(more, 'warn')];
  if (events.length === 0) return [title, [span('  none yet', 'dim')]];
  return [title, ...shown.map((event) => eventLine(event, columns, glyphs))];
}

function eventLine({ atMs, who, text, tone }: MeshEvent, columns: number, glyphs: Glyphs): Line {
  const name = truncate(who, WHO_COLUMNS, glyphs.more);
  const time = columns < 60 ? preciseClockTime(atMs).slice(0, 8) : preciseClockTime(atMs);
  return [
    span(`  ${time}  `, 'dim'),
    span(name + ' '.repeat(Math.max(0, WHO_COLUMNS - width(name)) + 1), 'strong'),
    span(text, tone === 'quiet' ? undefined : tone),
  ];
}
