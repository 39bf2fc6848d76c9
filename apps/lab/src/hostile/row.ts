import { greatest, least, median, quantile } from '../stats.js';
import type { Attack, Ending } from './attacker/attack.js';
import type { Told, Window } from './honest/mesh.js';

/** What honest peers may suffer at most. */
export const GOALS = { cutMs: 1_000, silentMs: 10_000, p99Factor: 2, grownMiB: 64 } as const;

/** The same mesh one after the other: undisturbed, attacked, and while others are attacked. */
export interface Turn {
  readonly quiet: Window;
  readonly attacked: Window;
  /** The same attack on peers that none of the honest knows: it takes the same from the machine. */
  readonly control?: Window | undefined;
  /** Connections of the hostile peer. */
  readonly endings: readonly Ending[];
}

/**
 * What one attack came to. A p99 is of all hearings of all its turns, other times are medians over the
 * turns, and what is bounded is the worst of them.
 */
export interface Row {
  readonly attack: string;
  readonly as: Attack['as'];
  readonly answer: Attack['answer'];
  readonly because: string;
  readonly turns: number;
  /** Hearings that each p99 is of, at least. */
  readonly samples: number;
  /** Its connections, in all turns. */
  readonly offenders: number;
  /** Those that were cut. */
  readonly cut: number;
  /** Until the last of them was. */
  readonly cutMs: number;
  /** Part of what honest peers said that all honest peers heard, exactly once. */
  readonly delivered: number;
  readonly quietP99Ms: number;
  readonly p99Ms: number;
  /** The same without the first half second of each turn. */
  readonly laterP99Ms: number;
  /** While others are attacked; NaN when that was not tried. */
  readonly controlP99Ms: number;
  /** The longest turn of an event loop of the honest, in processor time. */
  readonly turnMs: number;
  /** Processor time of the honest, in cores, undisturbed and attacked. */
  readonly quietCores: number;
  readonly cores: number;
  readonly grownMiB: number;
  /** What the person at the chat program was told of it. */
  readonly seen: string;
  /** Goals that were missed, in words. */
  readonly missed: readonly string[];
}

/** Judges one attack. @param turns at least one */
export function rowOf(attack: Attack, turns: readonly Turn[]): Row {
  const endings = turns.flatMap((turn) => turn.endings);
  const cuts = endings.flatMap(({ cutMs }) => cutMs ?? []);
  const attacked = turns.map((turn) => turn.attacked);
  const quiet = turns.map((turn) => turn.quiet);
  const controls = turns.flatMap(({ control }) => control ?? []);
  const row = {
    attack: attack.name,
    as: attack.as,
    answer: attack.answer,
    because: attack.because,
    turns: turns.length,
    samples: least([attacked, quiet].map((windows) => agesOf(windows).length)),
    offenders: endings.length,
    cut: cuts.length,
    cutMs: cuts.length === 0 ? 0 : greatest(cuts),
    delivered: least(
      attacked.map(({ heard, expected }) => (expected === 0 ? 0 : heard / expected)),
    ),
    quietP99Ms: p99Of(quiet),
    p99Ms: p99Of(attacked),
    laterP99Ms: quantile(
      attacked.flatMap(({ laterAgesMs }) => laterAgesMs),
      0.99,
    ),
    controlP99Ms: p99Of(controls),
    turnMs: median(attacked.map(({ turnMs }) => turnMs)),
    quietCores: median(quiet.map(({ cores }) => cores)),
    cores: median(attacked.map(({ cores }) => cores)),
    grownMiB: greatest(attacked.map(({ grownMiB }) => grownMiB)),
    seen: seenOf(attack, endings, toldIn(attacked)),
  };
  const isSlow = row.p99Ms > GOALS.p99Factor * row.quietP99Ms && attack.isTrusted !== true;
  const missed = [
    ...missedBy(row),
    ...attacked.flatMap((window) => missedIn(window)),
    ...(isSlow ? ['slowed the others down'] : []),
  ];
  return { ...row, missed: [...new Set(missed)] };
}

function p99Of(windows: readonly Window[]): number {
  return quantile(agesOf(windows), 0.99);
}

function agesOf(windows: readonly Window[]): readonly number[] {
  return windows.flatMap(({ agesMs }) => agesMs);
}

function missedBy(row: Omit<Row, 'missed'>): readonly string[] {
  const missed: string[] = [];
  if (row.answer === 'cut' && row.cut < row.offenders) {
    missed.push(`${row.offenders - row.cut} of ${row.offenders} were not cut`);
  }
  if (row.answer === 'cut' && row.cutMs > GOALS.cutMs) missed.push('was cut too late');
  if (row.grownMiB > GOALS.grownMiB) missed.push('memory grew');
  return missed;
}

function missedIn(window: Window): readonly string[] {
  const missed: string[] = [];
  const lost = window.expected - window.heard;
  if (lost > 0 || window.expected === 0) missed.push(`${lost} messages did not arrive`);
  if (window.repeated > 0) missed.push(`${window.repeated} messages came twice`);
  if (window.missed.length > 0) missed.push(`${window.missed.join(', ')} not called alive`);
  if (window.unclean > 0) missed.push(`${window.unclean} lines act on a terminal`);
  return missed;
}

function toldIn(windows: readonly Window[]): Told {
  return {
    notices: windows.flatMap(({ told }) => told.notices),
    refusals: windows.flatMap(({ told }) => told.refusals),
    partings: windows.flatMap(({ told }) => told.partings),
  };
}

/** The hostile peer closes with codes from here on, which come back as they were sent. */
const OWN_CODES_FROM = 4_500;

/** The program's own line about it; else the reason that the offender was told. */
function seenOf(
  { answer }: Attack,
  endings: readonly Ending[],
  { notices, refusals, partings }: Told,
): string {
  const notice = notices.find((line) => /refused|as proof|warning|no room/i.test(line));
  const reason = endings.find(({ code }) => code !== undefined && code < OWN_CODES_FROM)?.reason;
  // Who is borne parts by itself, which is nothing to show.
  const parting = answer === 'cut' ? partings[0] : undefined;
  return printable(notice ?? refusals[0] ?? (reason || parting) ?? '');
}

/** The reasons of a hostile peer are hostile too. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '');
}
