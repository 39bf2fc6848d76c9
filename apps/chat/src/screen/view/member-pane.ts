import {
  fitLine,
  type Line,
  type Role,
  type Span,
  span,
  tintOf,
  truncate,
  width,
} from '@hearsay/terminal';
import { isVisitor } from '../../chat/names.js';
import { counted } from '../../text/counted.js';
import { formatDuration, formatSince } from '../../text/duration.js';
import type { Glyphs } from '../../text/look.js';
import { isStale, stateGlyph } from '../../view/mesh-table.js';
import type { ScreenState } from '../model/state.js';
import type { NamedMember, Surroundings } from '../model/surroundings.js';

/** Columns of round trip or silence, and of how it stands to us. */
const RTT_COLUMNS = 5;
const SYNC_COLUMNS = 4;

/** The members: a small failure detector, exactly `count` rows. */
export function memberPane(state: ScreenState, columns: number, count: number): Line[] {
  const { surroundings, glyphs } = state;
  const members = surroundings.members.filter((member) => member.self || !isVisitor(member));
  const live = members.filter((member) => member.state === 'alive').length;
  const title = `${counted(members.length, 'member')}  ${live} live`;
  const rows: Line[] = [[span(` ${title}`, 'dim')], []];
  const room = count - rows.length;
  const shown = members.length > room ? members.slice(0, Math.max(0, room - 1)) : members;
  rows.push(...shown.map((member) => memberRow(member, state, columns)));
  if (shown.length < members.length) {
    rows.push([span(` ${glyphs.more} ${members.length - shown.length} more`, 'dim')]);
  }
  const legend = legendRows(glyphs, members.length > 1);
  const free = count - rows.length;
  if (free > legend.length) {
    while (rows.length < count - legend.length) rows.push([]);
    rows.push(...legend);
  }
  while (rows.length < count) rows.push([]);
  return rows.slice(0, count).map((line) => fitLine(line, columns, glyphs.more));
}

function memberRow(
  member: NamedMember,
  { glyphs, surroundings }: Pick<ScreenState, 'glyphs' | 'surroundings'>,
  columns: number,
): Line {
  const nameColumns = Math.max(3, columns - 3 - RTT_COLUMNS - 1 - SYNC_COLUMNS);
  const name = truncate(member.name, nameColumns, glyphs.more);
  const pad = ' '.repeat(nameColumns - width(name));
  const start: Span[] = [
    span(' '),
    span(stateGlyph(member.state, glyphs), stateRole(member.state)),
    span(' '),
    span(name, member.state === 'alive' ? tintOf(member.id) : 'dim'),
    span(pad),
  ];
  if (member.self) return [...start, span('you'.padStart(RTT_COLUMNS), 'dim')];
  const [age, sync, role] = standing(member, surroundings);
  return [
    ...start,
    span(age.padStart(RTT_COLUMNS), 'dim'),
    span(sync.padStart(SYNC_COLUMNS + 1), role),
  ];
}

/** Round trip or silence, how it stands to us, and how that looks; nothing live-looking for the dead. */
function standing(
  member: NamedMember,
  { atMs, status }: Surroundings,
): readonly [string, string, Role] {
  switch (member.state) {
    case 'left':
      return ['left', '', 'dim'];
    case 'dead':
      return [formatSince(member.stateForMs, atMs), 'dead', 'alarm'];
    case 'suspect':
      return [
        member.heardMsAgo === undefined ? '?' : formatDuration(member.heardMsAgo),
        '?',
        'warn',
      ];
    case 'joining':
    case 'alive':
      return [roundTrip(member.rttMs), syncMark(member), syncRole(member, status.live)];
  }
}

function roundTrip(rttMs: number | undefined): string {
  if (rttMs === undefined) return '?';
  return rttMs < 1 ? '<1ms' : `${Math.round(rttMs)}ms`;
}

/** `=` has all we have, `-n` lacks n of ours, `+n` has n we lack, `?` has not told. */
function syncMark({ lacks, ahead, inSync, diverged, toldMsAgo }: NamedMember): string {
  if (diverged) return '!!';
  if (toldMsAgo === undefined) return '?';
  if (lacks > 0) return `-${shortCount(lacks)}`;
  if (ahead > 0) return `+${shortCount(ahead)}`;
  return inSync ? '=' : '?';
}

function shortCount(count: number): string {
  return count < 1_000 ? String(count) : `${Math.min(99, Math.floor(count / 1_000))}k`;
}

function syncRole(member: NamedMember, live: number): Role {
  const { lacks, ahead, diverged, inSync } = member;
  if (diverged) return 'alarm';
  // What it told so long ago was true then.
  if (isStale(member, live)) return 'dim';
  return inSync && lacks + ahead === 0 ? 'good' : 'warn';
}

function stateRole(state: NamedMember['state']): Role {
  switch (state) {
    case 'alive':
      return 'good';
    case 'joining':
    case 'left':
      return 'dim';
    case 'suspect':
      return 'warn';
    case 'dead':
      return 'alarm';
  }
}

function legendRows(glyphs: Glyphs, hasOthers: boolean): Line[] {
  const dim = (text: string): Line => [span(` ${text}`, 'dim')];
  const receipts = [
    dim('receipts'),
    dim(`${glyphs.heldByAll}   all live peers`),
    dim('1/2 one of two'),
    dim(`${glyphs.onlyHere}   only here`),
  ];
  if (!hasOthers) return receipts;
  return [
    dim('=  has all we have'),
    dim('-n lacks n of ours'),
    dim('+n has n we lack'),
    dim(`${glyphs.suspect} suspect  ${glyphs.dead} dead`),
    [],
    ...receipts,
  ];
}
