import { type Column, formatMs, formatTable } from '../output/table.js';
import { GOALS, type Row } from './row.js';

/** The mesh with nobody to disturb it, over all turns. */
export interface Quiet {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly turnMs: number;
  readonly cores: number;
  readonly delivered: number;
  readonly residentMiB: number;
}

const columns: readonly Column[] = [
  { title: 'attack' },
  { title: 'answer' },
  { title: 'cut', align: 'right' },
  { title: 'within', align: 'right' },
  { title: 'delivered', align: 'right' },
  { title: 'quiet', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'x', align: 'right' },
  { title: 'later', align: 'right' },
  { title: 'control', align: 'right' },
  { title: 'turn', align: 'right' },
  { title: 'cores', align: 'right' },
  { title: 'memory', align: 'right' },
  { title: 'ok' },
  { title: 'what people see' },
];

const TITLES = { stranger: 'WITHOUT A KEY', member: 'AS A MEMBER', network: 'THE NETWORK ITSELF' };
const SEEN_CHARS = 72;

/** All that was measured, and what it was measured against. */
export function formatReport(quiet: Quiet | undefined, rows: readonly Row[]): string {
  const groups = (['stranger', 'member', 'network'] as const).flatMap((as) => {
    const own = rows.filter((row) => row.as === as);
    return own.length === 0 ? [] : [[TITLES[as]], ...own.map((row) => cellsOf(row))];
  });
  const missed = rows.flatMap(({ attack, missed: words }) =>
    words.map((word) => `MISSED ${attack}: ${word}`),
  );
  return [
    ...(quiet === undefined ? [] : [formatQuiet(quiet), '']),
    formatTable(columns, groups),
    '',
    `goals: cut within ${formatMs(GOALS.cutMs)}, a silent link within ${formatMs(GOALS.silentMs)}; always: delivered 100 %, p99 at most ` +
      `${GOALS.p99Factor} x quiet, memory at most +${GOALS.grownMiB} MiB`,
    ...missed,
  ].join('\n');
}

function formatQuiet(quiet: Quiet): string {
  return (
    `quiet: p50 ${formatMs(quiet.p50Ms)}, p99 ${formatMs(quiet.p99Ms)}, ` +
    `longest turn ${formatMs(quiet.turnMs)}, ${formatCores(quiet.cores)} cores, ` +
    `delivered ${formatPart(quiet.delivered)}, ${quiet.residentMiB.toFixed(0)} MiB a peer at most`
  );
}

function cellsOf(row: Row): string[] {
  return [
    `  ${row.attack}`,
    row.answer,
    `${row.cut}/${row.offenders}`,
    row.cut === 0 ? '-' : formatMs(row.cutMs),
    formatPart(row.delivered),
    known(row.quietP99Ms, formatMs),
    formatMs(row.p99Ms),
    known(row.p99Ms / row.quietP99Ms, (factor) => factor.toFixed(1)),
    known(row.laterP99Ms, formatMs),
    known(row.controlP99Ms, formatMs),
    known(row.turnMs, formatMs),
    known(row.cores, formatCores),
    known(row.grownMiB, (grown) => `+${grown.toFixed(0)} MiB`),
    row.missed.length === 0 ? 'yes' : 'NO',
    row.seen.length > SEEN_CHARS ? `${row.seen.slice(0, SEEN_CHARS - 1)}…` : row.seen,
  ];
}

function known(value: number, format: (value: number) => string): string {
  return Number.isNaN(value) ? '-' : format(value);
}

function formatCores(cores: number): string {
  return cores.toFixed(2);
}

/** 100 % only when it is all of it. */
function formatPart(part: number): string {
  return part === 1 ? '100 %' : `${Math.min(99.99, part * 100).toFixed(2)} %`;
}
