import {
  type Frame,
  fitLine,
  justify,
  type Line,
  type Role,
  span,
  withRole,
} from '@hearsay/terminal';
import { Names } from '../../chat/names.js';
import { clockTime } from '../../text/clock-time.js';
import { counted } from '../../text/counted.js';
import { formatDuration } from '../../text/duration.js';
import { meshTable } from '../../view/mesh-table.js';
import type { ScreenState } from '../model/state.js';
import type { NamedMember, Surroundings } from '../model/surroundings.js';
import { behindGraph } from './behind-graph.js';
import { clockMatrix } from './clock-matrix.js';
import { convergenceLines } from './convergence-lines.js';
import { eventLines } from './event-lines.js';
import { linkLines, relayLines } from './link-lines.js';
import { detailLines } from './member-detail.js';
import { meshHelpLines } from './mesh-help.js';
import { lookOf, meshMembers, pickedOf } from './mesh-keys.js';
import { serviceLines } from './service-lines.js';

const GRAPH_FROM_COLUMNS = 90;
const RELAYS_FROM_COLUMNS = 76;
const TINY_COLUMNS = 50;
/** Below this many rows the members have almost all of them. */
const LOW_ROWS = 16;
/** Where the right one of two blocks side by side begins. */
const BESIDE_COLUMNS = 46;
/** A free row, a title and events: what other parts leave at least. */
const EVENT_PART_ROWS_MIN = 4;

/** The mesh: who is how, who holds what, what happened when. */
export function meshView(state: ScreenState): Frame {
  const { size, mesh, glyphs } = state;
  const { columns, rows } = size;
  const shown = lookOf(state).surroundings;
  const top = [titleLine(state, shown), ...tableLines(state, shown)];
  const foot = [[span(glyphs.rule.repeat(columns), 'dim')], footLine(state)];
  const room = Math.max(0, rows - top.length - foot.length);
  const middle = mesh.help
    ? meshHelpLines(columns)
    : mesh.detail
      ? detailOf(state, shown, room)
      : sections(state, shown, room);
  const body = [...top, ...middle].slice(0, Math.max(1, rows - foot.length));
  while (body.length < rows - foot.length) body.push([]);
  return {
    lines: [...body, ...foot].slice(-rows).map((line) => fitLine(line, columns, glyphs.more)),
  };
}

function titleLine(state: ScreenState, { atMs }: Surroundings): Line {
  const { mesh, network, self, size, glyphs } = state;
  const members = meshMembers(state);
  const counts = (['alive', 'suspect', 'dead', 'left', 'joining'] as const)
    .map((name) => [name, members.filter((member) => member.state === name).length] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const dot = ` ${glyphs.dot} `;
  const isNarrow = size.columns < RELAYS_FROM_COLUMNS;
  const all = isNarrow ? '' : `${counted(members.length, 'member')}: `;
  const isTiny = size.columns < TINY_COLUMNS;
  const left: Line = [
    span(isTiny ? ' MESH' : ` MESH ${network}`, 'title'),
    span(mesh.paused === undefined ? '' : '  PAUSED', 'warn'),
    span(isNarrow ? '' : `${dot}you ${self.nick}`),
    span(isTiny ? `  ${counts.join(', ')}` : `${dot}${all}${counts.join(', ')}`),
  ];
  const up = isNarrow ? '' : `${dot}up ${formatDuration(atMs - mesh.startedMs)}`;
  const back = mesh.only ? 'q leaves' : 'Esc chat';
  const time = `${clockTime(atMs)}${up}${dot}`;
  // The foot says the same of the keys.
  const right = [span(isTiny ? ' ' : ` ${time}${back}${isNarrow ? '' : ' '}`, 'dim')];
  return justify(left, right, size.columns, glyphs.more);
}

/** The member list; the living and the dead look as they are, the picked one is turned round. */
function tableLines(state: ScreenState, shown: Surroundings): Line[] {
  const { size, glyphs, mesh } = state;
  const members = meshMembers(state);
  const [header = '', ...rows] = meshTable({
    members,
    messages: shown.status.messages,
    names: new Names(members),
    lackedAtDeath: shown.lackedAtDeath,
    look: { glyphs, columns: size.columns },
    isLive: true,
  });
  const isLow = size.rows < LOW_ROWS;
  const roomFor = Math.max(1, isLow ? size.rows - 5 : Math.floor(size.rows / 2) - 2);
  const lines = rows.map((row, index) => rowLine(row, members[index], mesh.picked, size.columns));
  const hidden = lines.length - roomFor;
  const cut =
    hidden > 0
      ? [
          ...lines.slice(0, roomFor - 1),
          [span(` ${glyphs.more} ${hidden + 1} more`, 'dim')] as Line,
        ]
      : lines;
  return [[span(` ${header}`, 'dim')], ...cut];
}

function rowLine(
  row: string,
  member: NamedMember | undefined,
  picked: string | undefined,
  columns: number,
): Line {
  const line: Line = [span(` ${row}`, stateRole(member))];
  return member?.id === picked ? withRole(fitLine(line, columns), 'picked') : line;
}

function stateRole(member: NamedMember | undefined): Role | undefined {
  switch (member?.state) {
    case 'suspect':
      return 'warn';
    case 'dead':
      return 'alarm';
    case 'left':
    case 'joining':
      return 'dim';
    case 'alive':
      return member.diverged ? 'alarm' : undefined;
    case undefined:
      return undefined;
  }
}

/** As many parts as there is room for; the services go first, then the graph, the clocks and the links. */
function sections(state: ScreenState, shown: Surroundings, room: number): Line[] {
  const { size, glyphs } = state;
  const look = lookOf(state);
  const members = meshMembers(state);
  const convergence = convergenceLines(look.convergence, shown, glyphs, size.columns);
  const lines: Line[] = room > 3 ? [[], ...convergence] : convergence;
  const left = (): number => room - lines.length - EVENT_PART_ROWS_MIN;
  const clockRows = left() - 1;
  const clocks = clockMatrix({ members, shown, glyphs, columns: size.columns, rows: clockRows });
  if (clocks.length > 0 && clocks.length <= clockRows) {
    const hasGraph = size.columns >= GRAPH_FROM_COLUMNS;
    const graph = hasGraph ? behindGraph(look, shown.atMs, clocks.length, glyphs) : [];
    lines.push([], ...beside(clocks, graph, BESIDE_COLUMNS));
  }
  const links = linkLines(shown, members, glyphs, left() - 1);
  if (links.length > 0) {
    const hasRelays = size.columns >= RELAYS_FROM_COLUMNS;
    const relays = hasRelays ? relayLines(members, shown, glyphs, links.length) : [];
    lines.push([], ...beside(links, relays, BESIDE_COLUMNS));
  }
  const services = serviceLines(shown, members, glyphs, left() - 1);
  if (services.length > 0) lines.push([], ...services);
  const eventRows = Math.max(0, room - lines.length - 2); // A free row and the title.
  const shownEvents = { events: look.events, eventsBelow: state.mesh.eventsBelow };
  return [...lines, [], ...eventLines(shownEvents, eventRows, size.columns, glyphs)];
}

function detailOf(state: ScreenState, shown: Surroundings, room: number): Line[] {
  const picked = pickedOf(state);
  return picked === undefined
    ? []
    : detailLines(picked, state.mesh, shown, state.glyphs, room, state.size.columns);
}

const KEYS = [
  'Up/Down pick',
  'Enter detail',
  'p pause',
  'x cut',
  'h heal',
  'K kill -9',
  'r redial',
  'e export',
  '? help',
];
const FEW_KEYS = ['Up/Down pick', 'Enter detail', '? help'];

/** Two blocks side by side; the right one begins in a fixed column. */
function beside(left: readonly Line[], right: readonly Line[], at: number): Line[] {
  if (right.length === 0) return [...left];
  const count = Math.max(left.length, right.length);
  return Array.from({ length: count }, (_none, row) => [
    ...fitLine(left[row] ?? [], at),
    ...(right[row] ?? []),
  ]);
}

function footLine({ mesh, hint, glyphs, size }: ScreenState): Line {
  if (mesh.confirm !== undefined) return [span(` ${mesh.confirm.question}`, 'alarm')];
  if (hint !== undefined) return [span(` ${hint}`, 'warn')];
  const keys = size.columns < RELAYS_FROM_COLUMNS ? FEW_KEYS : KEYS;
  return [span(` ${keys.join(` ${glyphs.dot} `)}`, 'dim')];
}
