import { type Line, span, wrap } from '@hearsay/terminal';
import { formatDuration, formatRoundTrip } from '../../text/duration.js';
import type { Glyphs } from '../../text/look.js';
import { sanitiseLine } from '../../text/sanitise.js';
import { syncWords } from '../../view/mesh-table.js';
import type { NamedMember, Surroundings } from '../model/surroundings.js';
import { eventLines } from './event-lines.js';
import type { MeshState } from './mesh-state.js';

const LABEL_COLUMNS = 12;

/** All that is known of one member, and what happened to it. */
export function detailLines(
  member: NamedMember,
  mesh: MeshState,
  { status, lackedAtDeath, links }: Surroundings,
  glyphs: Glyphs,
  rows: number,
  columns: number,
): Line[] {
  const link = links.find(({ peer }) => peer === member.id);
  const tags = Object.entries(member.tags).map(([name, value]) => `${name}=${value}`);
  const sync = member.self
    ? `${status.messages} messages, state ${status.stateHash}`
    : `${syncWords(member, { live: status.live, lackedAtDeath })}, told ${ago(member.toldMsAgo)}`;
  const facts: (readonly [string, string])[] = [
    ['id', member.id],
    ['nick', member.nick],
    ['state', `${member.state} for ${formatDuration(member.stateForMs)}`],
    ['run', `generation ${member.generation}, incarnation ${member.incarnation}`],
    ['addresses', member.addresses.join(', ') || 'none'],
    ['tags', tags.join(', ') || 'none'],
    ['link', member.self ? 'self' : linkWords(member, link)],
    ['heard', member.self ? 'self' : ago(member.heardMsAgo)],
    [
      'round trip',
      member.self ? 'self' : member.rttMs === undefined ? 'unknown' : formatRoundTrip(member.rttMs),
    ],
    ['sync', sync],
  ];
  const lines: Line[] = [
    [],
    [span(` ${member.name}`, 'title'), span('  Esc or Enter back', 'dim')],
  ];
  for (const [label, value] of facts) {
    wrap(sanitiseLine(value), Math.max(10, columns - LABEL_COLUMNS - 3)).forEach((row, index) => {
      lines.push([span(`  ${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}`, 'dim'), span(row)]);
    });
  }
  const own = mesh.events.filter(({ peer }) => peer === member.id);
  const left = rows - lines.length - 2;
  if (left < 1) return lines;
  return [...lines, [], ...eventLines({ events: own, eventsBelow: 0 }, left, columns, glyphs)];
}

function linkWords(member: NamedMember, link: Surroundings['links'][number] | undefined): string {
  if (member.link === 'none' || link === undefined) return 'none';
  const cut = link.cut ? ', cut off by a drill' : '';
  return `${member.link}, ${link.waitingBytes} bytes waiting, ${link.droppedFrames} frames dropped${cut}`;
}

function ago(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${formatDuration(ms)} ago`;
}
