import { type Line, padEnd, padStart, type Role, span, withRole } from '@hearsay/terminal';
import {
  type Standing,
  type StandingKind,
  standingOf,
  standingWords,
} from '../cluster/standing.js';
import { ageWords } from './ages.js';
import { conditionWord, type LabState, type PeerView } from './lab-state.js';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'start' | 'end';
  /** Dropped below so many columns of screen. */
  readonly from: number;
  readonly text: (peer: PeerView, state: LabState) => string;
}

const NONE = '-';
const NARROW_COLUMNS = 48;

const COLUMNS: readonly Column[] = [
  column('PEER', 8, 'start', 0, ({ nick }) => nick),
  column('PROCESS', 8, 'start', 0, ({ condition }) => conditionWord(condition)),
  column('FOR', 5, 'end', 48, ({ sinceMs }, { nowMs }) => ageWords(nowMs - sinceMs)),
  column('PORT', 5, 'end', 84, ({ port }) => String(port)),
  column('PID', 7, 'end', 72, ({ processId }) => String(processId ?? NONE)),
  column('HEARD', 5, 'end', 92, ({ heardAtMs }, { nowMs }) =>
    heardAtMs === undefined ? NONE : ageWords(nowMs - heardAtMs),
  ),
  column('HOLDS', 6, 'end', 52, ({ holds }) => String(holds ?? NONE)),
  column('LACKS', 6, 'end', 0, ({ lacks }) => String(lacks ?? NONE)),
];
/** Shown once somebody wrote: as the chat says it, `=` has all, `-12` lacks 12 writes. */
const CACHE: Column = column('CACHE', 6, 'end', 48, ({ cacheLacks, condition }) => {
  if (condition !== 'up') return NONE;
  if (cacheLacks === undefined) return '?';
  return cacheLacks === 0 ? '=' : `-${cacheLacks}`;
});

/** A row a peer: what it is, what it holds, and what the running others make of it. */
export function peerTable(state: LabState, columns: number): readonly Line[] {
  const all = state.hasWrites ? [...COLUMNS, CACHE] : COLUMNS;
  const shown = all.filter(({ from }) => columns >= from);
  const head = shown.map(({ title, width, align }) => pad(title, width, align)).join(' ');
  return [
    [span(`   ${head}  OTHERS SAY`, 'dim')],
    ...state.peers.map((peer, index) =>
      row(peer, index, { shown, state, isNarrow: columns < NARROW_COLUMNS }),
    ),
  ];
}

/** `✗ dead 1/4` */
function shortWords(standing: Standing): string {
  return standingWords(standing).replace(' to ', ' ').replace(' of ', '/');
}

function row(
  peer: PeerView,
  index: number,
  {
    shown,
    state,
    isNarrow,
  }: {
    readonly shown: readonly Column[];
    readonly state: LabState;
    readonly isNarrow: boolean;
  },
): Line {
  const observers = state.peers.filter((each) => each !== peer && each.condition === 'up');
  const standing = standingOf(observers.map(({ opinions }) => opinions.get(peer.nick)?.state));
  const cells = shown.map(({ width, align, text }) => pad(text(peer, state), width, align));
  const wires = [...(peer.there ? ['cut off'] : []), ...(peer.delayMs > 0 ? ['slow'] : [])];
  const picked = index === state.picked;
  const line: Line = [
    span(`${picked ? '▸' : ' '} `),
    span(` ${cells.join(' ')}  `, roleOfPeer(peer)),
    span(isNarrow ? shortWords(standing) : standingWords(standing), roleOfStanding(standing.kind)),
    span(wires.length === 0 ? '' : `  ${wires.join(', ')}`, 'warn'),
  ];
  return picked ? withRole(line, 'picked') : line;
}

function roleOfPeer({ condition }: PeerView): Role | undefined {
  if (condition === 'up') return undefined;
  return condition === 'frozen' ? 'warn' : 'dim';
}

/** The colour of a standing; its glyph and word say it, too. */
function roleOfStanding(kind: StandingKind): Role | undefined {
  switch (kind) {
    case 'alive':
      return 'good';
    case 'suspect':
      return 'warn';
    case 'disputed':
    case 'dead':
      return 'alarm';
    case 'joining':
    case 'left':
    case 'unseen':
      return 'dim';
  }
}

function column(
  title: string,
  width: number,
  align: Column['align'],
  from: number,
  text: Column['text'],
): Column {
  return { title, width, align, from, text };
}

function pad(text: string, width: number, align: Column['align']): string {
  return align === 'start' ? padEnd(text, width) : padStart(text, width);
}
