import { fitLine, justify, type Line, span } from '@hearsay/terminal';
import { ageWords, clockWords } from './ages.js';
import { graph } from './graph.js';
import type { LabState } from './lab-state.js';
import { matrix, matrixWidth, smallMatrix } from './matrix.js';
import { peerTable } from './peer-table.js';

const GRAPH_COLUMNS_MIN = 36;
const GRAPH_ROWS_MIN = 5;
const EVENTS_ROWS_MIN = 4;
const FEW_EVENTS_ROWS_MIN = 3;

const KEYS =
  ' ↑↓ pick · k kill -9 · f freeze · r start · c cut · h heal · d delay · b burst · w write · q · ?';
const SHORT_KEYS = ' ↑↓ k f r c h d b w q · ? help';

const HELP: readonly string[] = [
  'Each peer is a process; their wires lead through the lab.',
  '↑ ↓ or 1-9   pick a peer',
  'k            kill -9 it',
  'f            freeze it (SIGSTOP), or thaw it (SIGCONT)',
  'r            start it again; a running one is killed first',
  'l            have it say goodbye and leave',
  'c            cut it off silently, or back: all that',
  '             are cut off are on one side, together',
  'h            heal all wires',
  'd            delay its wires: 0, 100 ms, 500 ms',
  'b  w         it says 20 messages, writes 20 cache keys',
  'B  W         everybody does',
  'K  q         kill -9 all but the picked one; end it all',
  '● alive  ◐ suspect  ✗ dead  - left  ? never told  · itself',
  'HOLDS: messages it showed; LACKS: of what any running one',
  'did. CACHE: = has all writes, -n lacks n of them.',
];

/** The whole screen: exactly `rows` lines of `columns`, and nothing but a function of the state. */
export function labView(state: LabState, columns: number, rows: number): readonly Line[] {
  const body = state.help ? helpLines() : bodyLines(state, columns, rows - 3);
  const keys = span(columns >= KEYS.length ? KEYS : SHORT_KEYS, 'dim');
  const lines: Line[] = [
    title(state, columns),
    ...Array.from({ length: Math.max(0, rows - 3) }, (_each, index) => body[index] ?? []),
    state.notice === '' ? [span('─'.repeat(columns), 'dim')] : [span(` ${state.notice}`, 'warn')],
    [keys],
  ];
  return lines.slice(0, rows).map((line) => fitLine(line, columns, '…'));
}

function title({ peers, nowMs, startedAtMs }: LabState, columns: number): Line {
  const count = (wanted: string) => peers.filter(({ condition }) => condition === wanted).length;
  const parts = [
    `${count('up')} run`,
    ...[
      ['starting', 'starting'],
      ['frozen', 'frozen'],
      ['killed', 'killed'],
      ['left', 'left'],
    ].flatMap(([kind = '', word = '']) => (count(kind) > 0 ? [`${count(kind)} ${word}`] : [])),
  ];
  const there = peers.filter((peer) => peer.there).map(({ nick }) => nick);
  const cut = there.length === 0 ? '' : ` · cut off: ${there.join(' ')}`;
  return justify(
    [span(' LAB', 'title'), span(`  ${peers.length} peers: ${parts.join(', ')}${cut}`)],
    [span(`up ${ageWords(nowMs - startedAtMs)} `, 'dim')],
    columns,
    '…',
  );
}

function helpLines(): readonly Line[] {
  return [
    [],
    ...HELP.map((text): Line => [span(`  ${text}`)]),
    [],
    [span('  any key: back', 'dim')],
  ];
}

function bodyLines(state: LabState, columns: number, rows: number): readonly Line[] {
  const table = peerTable(state, columns);
  const left = rows - table.length - 1;
  const thoughts = matrix(state, columns);
  // The matrix goes before the log does, and is of no use in part.
  if (left >= thoughts.length + EVENTS_ROWS_MIN) {
    const above = [...table, [], ...besideGraph(thoughts, state, columns), []];
    return [...above, ...log(state, columns, rows - above.length)];
  }
  const small = smallMatrix(state);
  const above = left >= small.length + FEW_EVENTS_ROWS_MIN ? [...table, [], ...small] : table;
  return [...above, ...log(state, columns, rows - above.length)];
}

/** The graph stands to the right of the matrix, where there is room. */
function besideGraph(thoughts: readonly Line[], state: LabState, columns: number): readonly Line[] {
  const width = matrixWidth(state.peers.length) + 4;
  const leftColumns = Math.max(width, 44);
  const rightColumns = columns - leftColumns;
  // The last line of the matrix is a sentence, and goes below both.
  const beside = thoughts.slice(0, -1);
  if (rightColumns < GRAPH_COLUMNS_MIN || beside.length < GRAPH_ROWS_MIN) return thoughts;
  const right = graph(state, rightColumns, beside.length);
  return [
    ...beside.map((line, index): Line => [...fitLine(line, leftColumns), ...(right[index] ?? [])]),
    ...thoughts.slice(-1),
  ];
}

/** The newest at the bottom. */
function log({ entries }: LabState, columns: number, rows: number): readonly Line[] {
  if (rows < 2) return [];
  const shown = entries.slice(-(rows - 1));
  return [
    [span(' EVENTS', 'title'), span('  as the lab read them', 'dim')],
    ...shown.map(({ atMs, kind, who, text }): Line => {
      const time = columns >= 72 ? clockWords(atMs) : clockWords(atMs).slice(0, 8);
      const role = kind === 'do' ? 'strong' : undefined;
      return [span(`  ${time}  `, 'dim'), span(`${who.padEnd(5)} ${text}`, role)];
    }),
  ];
}
