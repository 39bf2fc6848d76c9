import { type Line, padEnd, type Role, type Span, span, truncate } from '@hearsay/terminal';
import { ageWords } from './ages.js';
import type { LabState, PeerView } from './lab-state.js';

const CELL = 5;
const NICK = 6;

interface Mark {
  readonly glyph: string;
  readonly role: Role | undefined;
}

const SELF: Mark = { glyph: '·', role: 'dim' };
const UNKNOWN: Mark = { glyph: '?', role: 'dim' };
/** A process that does not run has no opinion now. */
const SILENT: Mark = { glyph: ' ', role: undefined };
const MARKS: Readonly<Record<string, Mark>> = {
  alive: { glyph: '●', role: 'good' },
  suspect: { glyph: '◐', role: 'warn' },
  dead: { glyph: '✗', role: 'alarm' },
  left: { glyph: '-', role: 'dim' },
};

/** Columns that the matrix takes. */
export function matrixWidth(peers: number): number {
  return 1 + NICK + peers * CELL;
}

/** Who holds whom for what, now; and below, in words and with ages, what the picked one says. */
export function matrix(state: LabState, columns: number): readonly Line[] {
  const { peers, picked } = state;
  const head = peers.map(({ nick }) => padEnd(truncate(nick, CELL - 1), CELL)).join('');
  return [
    [span(' WHO THINKS WHAT', 'title'), span('  rows say, columns are', 'dim')],
    [span(` ${padEnd('', NICK)}${head}`, 'dim')],
    ...peers.map((observer) => row(observer, peers)),
    [span(truncate(` ${saidBy(peers[picked], state)}`, columns), 'dim')],
  ];
}

/** The same where there is little room: one row of head, and what the matrix says by itself. */
export function smallMatrix({ peers }: LabState): readonly Line[] {
  const head = peers.map(({ nick }) => padEnd(truncate(nick, CELL - 1), CELL)).join('');
  return [
    [span(` ${padEnd('SAYS', NICK)}`, 'title'), span(head, 'dim')],
    ...peers.map((observer) => row(observer, peers)),
  ];
}

function row(observer: PeerView, peers: readonly PeerView[]): Line {
  const cells = peers.map((subject): Span => {
    const { glyph, role } = markOf(observer, subject);
    return span(padEnd(glyph, CELL), role);
  });
  const speaks = observer.condition === 'up';
  const nick = padEnd(truncate(observer.nick, NICK - 1), NICK);
  return [span(` ${nick}`, speaks ? undefined : 'dim'), ...cells];
}

function markOf(observer: PeerView, subject: PeerView): Mark {
  if (observer.condition !== 'up') return SILENT;
  if (observer === subject) return SELF;
  const state = observer.opinions.get(subject.nick)?.state;
  return state === undefined ? UNKNOWN : (MARKS[state] ?? UNKNOWN);
}

function saidBy(observer: PeerView | undefined, { nowMs, peers }: LabState): string {
  if (observer === undefined) return '';
  if (observer.condition !== 'up') return `${observer.nick} says nothing`;
  const words = peers
    .filter((subject) => subject !== observer)
    .map(({ nick }) => {
      const opinion = observer.opinions.get(nick);
      if (opinion === undefined) return `${nick} ?`;
      return `${nick} ${opinion.state} ${ageWords(nowMs - opinion.atMs)}`;
    });
  return `${observer.nick} says: ${words.join(', ')}`;
}
