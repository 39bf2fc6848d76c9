import type { MemberState, PeerId } from '@hearsay/core';
import type { PeerMember } from '@hearsay/node';
import { truncate, width } from '@hearsay/terminal';
import { isVisitor, type Names } from '../chat/names.js';
import { counted } from '../text/counted.js';
import { formatDuration, formatRoundTrip } from '../text/duration.js';
import type { Glyphs, Look } from '../text/look.js';
import { sanitiseLine } from '../text/sanitise.js';
import { type Column, tableRows } from './table.js';

/** A member that said goodbye is listed this long. */
const LEFT_SHOWN_MS = 60_000;
/** A digest a peer gave longer ago than this many rounds is not news; each round reaches one neighbour. */
const FRESH_ROUNDS = 3;
const ROUND_MS = 1_000;
const CELL_COLUMNS_MAX = 32;

const COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'PEER', align: 'left' },
  { title: 'STATE', align: 'left' },
  { title: 'FOR', align: 'right' },
  { title: 'ADDRESS', align: 'left' },
  { title: 'PID', align: 'right' },
  { title: 'LINK', align: 'left' },
  { title: 'RTT', align: 'right' },
  { title: 'LAST', align: 'right' },
  { title: 'GEN.INC', align: 'left' },
  { title: 'SYNC', align: 'left' },
  { title: 'DIGEST', align: 'right' },
];

/** What a newcomer cannot know. */
const LONG_KNOWN: readonly string[] = ['FOR', 'RTT', 'LAST'];

/** In a narrow window these go, in this order. */
const EXPENDABLE: readonly string[] = [
  'DIGEST',
  'PID',
  'GEN.INC',
  'LINK',
  'RTT',
  'LAST',
  'ADDRESS',
];

export interface MeshView {
  readonly members: readonly PeerMember[];
  /** Messages we hold. */
  readonly messages: number;
  readonly names: Names;
  readonly lackedAtDeath: ReadonlyMap<PeerId, number>;
  readonly look: Pick<Look, 'glyphs' | 'columns'>;
  /**
   * It is painted again and again: the members stand in the order in which they are to be listed,
   * and the age of what each last told has a column.
   */
  readonly isLive?: boolean;
  /** What stands behind the name of the peer that sees all this: by default `you`. */
  readonly selfMark?: string;
  /** Seen by who came just now: times since when, and round trips, would be its own and are left out. */
  readonly isNewcomer?: boolean;
}

/** What `syncWords` needs to know beside the member. */
export interface SyncContext {
  /** Live others. */
  readonly live: number;
  readonly lackedAtDeath: ReadonlyMap<PeerId, number>;
}

/** Whom a list shows, ourselves first, then the living by name, then the rest. */
export function listedMembers(members: readonly PeerMember[], names: Names): PeerMember[] {
  const order: Readonly<Record<MemberState, number>> = {
    alive: 1,
    joining: 1,
    suspect: 2,
    dead: 3,
    left: 4,
  };
  const rank = (member: PeerMember): number => (member.self ? 0 : order[member.state]);
  return members
    .filter(
      (member) =>
        member.state !== 'left' || (member.stateForMs < LEFT_SHOWN_MS && !isVisitor(member)),
    )
    .sort(
      (left, right) =>
        rank(left) - rank(right) || (names.of(left.id) < names.of(right.id) ? -1 : 1),
    );
}

/** The member list, one row each. */
export function meshTable(view: MeshView): string[] {
  const { members, messages, names, lackedAtDeath, look, isLive = false } = view;
  const { selfMark = 'you', isNewcomer = false } = view;
  const { glyphs } = look;
  const live = members.filter(({ self, state }) => !self && state === 'alive').length;
  const listed = isLive ? members : listedMembers(members, names);
  const rows = listed.map((member) => [
    stateGlyph(member.state, glyphs),
    truncate(
      names.of(member.id) + (member.self ? ` (${selfMark})` : ''),
      CELL_COLUMNS_MAX,
      glyphs.more,
    ),
    member.state,
    formatDuration(member.stateForMs),
    truncate(sanitiseLine(member.addresses[0] ?? '?'), CELL_COLUMNS_MAX, glyphs.more),
    truncate(sanitiseLine(member.tags['pid'] ?? '?'), 10, glyphs.more),
    member.self ? 'self' : member.link,
    // Only of the living: a round trip to the dead would look as if they answered.
    member.self
      ? ''
      : optional(member.state === 'alive' ? member.rttMs : undefined, formatRoundTrip),
    member.self ? '' : optional(member.heardMsAgo, formatDuration),
    `${member.generation}.${member.incarnation}`,
    member.self ? counted(messages, 'event') : syncWords(member, { live, lackedAtDeath }),
    member.self ? 'live' : optional(member.toldMsAgo, formatDuration),
  ]);
  // In a table that is printed once SYNC has the age where it is old.
  const unknown = [...(isLive ? [] : ['DIGEST']), ...(isNewcomer ? LONG_KNOWN : [])];
  const table = without(unknown, { columns: COLUMNS, rows });
  return fittingTable(table, look.columns ?? Number.POSITIVE_INFINITY);
}

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

function without(titles: readonly string[], { columns, rows }: Table): Table {
  const isKept = columns.map(({ title }) => !titles.includes(title));
  const kept = <Cell>(cells: readonly Cell[]): Cell[] => cells.filter((_, at) => isKept[at]);
  return { columns: kept(columns), rows: rows.map(kept) };
}

/** Leaves out the columns that are missed least until the table fits. */
function fittingTable(table: Table, columnsMax: number): string[] {
  let shown = table;
  for (const title of EXPENDABLE) {
    const lines = tableRows(shown.columns, shown.rows);
    if (lines.every((line) => width(line) < columnsMax)) return lines;
    shown = without([title], shown);
  }
  return tableRows(shown.columns, shown.rows);
}

/** The sign of a state; the word stands beside it wherever there is room. */
export function stateGlyph(state: MemberState, glyphs: Glyphs): string {
  switch (state) {
    case 'joining':
    case 'alive':
      return glyphs.alive;
    case 'suspect':
      return glyphs.suspect;
    case 'dead':
      return glyphs.dead;
    case 'left':
      return glyphs.left;
  }
}

/** How a member stands to us, with an age where it is old, and no live-looking number for the dead. */
export function syncWords(member: PeerMember, { live, lackedAtDeath }: SyncContext): string {
  const { state, lacks, ahead, inSync, diverged, toldMsAgo } = member;
  if (diverged) return 'DIVERGED';
  if (state === 'left') return '';
  if (state === 'dead') return deadWords(lackedAtDeath.get(member.id));
  if (toldMsAgo === undefined) return 'unknown';
  if (state === 'suspect') return `unknown (was ${inSync ? '=' : `-${lacks}`})`;
  const age = isStale(member, live) ? ` (${formatDuration(toldMsAgo)} ago)` : '';
  if (inSync) return `in sync${age}`;
  const parts = [
    lacks > 0 ? `lacks ${lacks} of ours` : '',
    ahead > 0 ? `has ${ahead} we lack` : '',
  ];
  return (parts.filter((part) => part !== '').join(', ') || 'comparing') + age;
}

/** What a member told last is older than three rounds of comparing with everybody. @param live live others */
export function isStale({ toldMsAgo }: Pick<PeerMember, 'toldMsAgo'>, live: number): boolean {
  return toldMsAgo !== undefined && toldMsAgo > FRESH_ROUNDS * ROUND_MS * Math.max(1, live);
}

function deadWords(lacked: number | undefined): string {
  if (lacked === undefined) return 'unknown';
  return lacked === 0 ? 'had all at death' : `lacked ${lacked} at death`;
}

function optional(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '?' : format(value);
}
