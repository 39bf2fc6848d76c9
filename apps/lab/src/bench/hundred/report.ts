import { type Column, formatMs, formatTable } from '../../output/table.js';
import type { Joined, Killed, Rest, Spread } from './scenes.js';

/** What a run found. */
export interface Findings {
  readonly peers: number;
  readonly processes: number;
  readonly joined: Joined;
  readonly rest: Rest;
  readonly talk: Spread;
  readonly killed: Killed;
  readonly talkAfter: Spread;
  /** Different contents of logs among the living, at the end; 1 when all hold the same. */
  readonly contents: number;
  /** Living peers that see all the living, at the end. */
  readonly agreeing: number;
  /** Times that somebody called a peer dead that was not killed. */
  readonly falseDeaths: number;
  /** Used by all, from the start to the kill. */
  readonly processorMs: number;
}

const columns: readonly Column[] = [
  { title: 'what' },
  { title: 'measured', align: 'right' },
  { title: 'must be', align: 'right' },
  { title: 'met' },
];

/** A line: what, the value, what it must be and whether it is; undefined: shown, not judged. */
type Line = readonly [what: string, value: string, must?: string, met?: boolean];

/** Whether everything held that must hold; no time is judged. */
export function isPassed(findings: Findings): boolean {
  return linesOf(findings).every(([, , , met]) => met !== false);
}

export function formatFindings(findings: Findings): string {
  const rows = linesOf(findings).map(([what, value, must = '-', met]) => [
    what,
    value,
    must,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]);
  return formatTable(columns, rows);
}

function linesOf(findings: Findings): readonly Line[] {
  const { peers, joined, rest, talk, killed, talkAfter, contents, agreeing } = findings;
  return [
    ['all started and listening', formatMs(joined.startsMs)],
    ['the last list complete, after that', formatMs(joined.listsMs)],
    must('peers that see all', joined.complete, peers),
    ['links a peer, median and most', `${rest.linksMedian}, ${rest.linksMost}`],
    ['sent by a peer at rest', `${Math.round(rest.bytesPerSecond)} B/s`],
    ['processor of a peer at rest', `${rest.processorPercent.toFixed(2)} % of a core`],
    ['memory of a peer', `${Math.round(rest.residentBytes / 2 ** 20)} MiB`],
    ['processor from the start to the kill', formatMs(findings.processorMs)],
    ...spreadLines('', talk),
    ['killed at once', `${killed.victims} of ${peers}`],
    must('survivors that know of all', killed.informed, killed.survivors),
    ['half of them knew after', formatMs(killed.medianMs)],
    ['the last of them knew after', formatMs(killed.allMs)],
    ['took themselves for isolated', String(killed.isolated)],
    ['processor of the survivors meanwhile', formatMs(killed.processorMs)],
    ...spreadLines(', after the kill', talkAfter),
    must('survivors that see all survivors', agreeing, killed.survivors),
    must('different logs among them', contents, 1),
    must('living peers called dead', findings.falseDeaths, 0),
  ];
}

function spreadLines(when: string, spread: Spread): readonly Line[] {
  const { delivered, expected, p50Ms, p99Ms, maxMs } = spread;
  return [
    must(`messages delivered${when}`, delivered, expected),
    [`p50, p99, max${when}`, [p50Ms, p99Ms, maxMs].map(formatMs).join(', ')],
  ];
}

function must(what: string, value: number, wanted: number): Line {
  return [what, String(value), String(wanted), value === wanted];
}
