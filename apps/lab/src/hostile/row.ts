import type { Attack, Ending } from './attacker/attack.js';
import type { Window } from './honest/mesh.js';

/** What honest peers may suffer at most. */
export const GOALS = { cutMs: 1_000, silentMs: 10_000, p99Factor: 2, grownMiB: 64 } as const;

/** What one attack came to. */
export interface Row {
  readonly attack: string;
  readonly as: Attack['as'];
  readonly answer: Attack['answer'];
  readonly because: string;
  /** Its connections. */
  readonly offenders: number;
  /** Those that were cut. */
  readonly cut: number;
  /** Until the last of them was. */
  readonly cutMs: number;
  /** Part of what honest peers said that all honest peers heard, exactly once. */
  readonly delivered: number;
  readonly p99Ms: number;
  /** The longest turn of an event loop of the honest, in processor time. */
  readonly turnMs: number;
  readonly grownMiB: number;
  /** What the person at the chat program was told of it. */
  readonly seen: string;
  /** Goals that were missed, in words. */
  readonly missed: readonly string[];
}

/** Judges one attack. @param quietP99Ms without an attack */
export function rowOf(
  attack: Attack,
  endings: readonly Ending[],
  window: Window,
  quietP99Ms: number,
): Row {
  const cuts = endings.flatMap(({ cutMs }) => cutMs ?? []);
  const delivered = window.expected === 0 ? 0 : window.heard / window.expected;
  const row = {
    attack: attack.name,
    as: attack.as,
    answer: attack.answer,
    because: attack.because,
    offenders: endings.length,
    cut: cuts.length,
    cutMs: cuts.reduce((a, b) => Math.max(a, b), 0),
    delivered,
    p99Ms: window.p99Ms,
    turnMs: window.turnMs,
    grownMiB: window.grownMiB,
    seen: seenOf(attack, endings, window),
  };
  const isSlow = row.p99Ms > GOALS.p99Factor * quietP99Ms && attack.isTrusted !== true;
  return { ...row, missed: [...missedBy(row, window), ...(isSlow ? [SLOW] : [])] };
}

/** What a busy machine may cause as well, and a second try may show to be nothing. */
const SLOW = 'slowed the others down';

/** Whether only the machine may be at fault. */
export function isOnlySlow({ missed }: Row): boolean {
  return missed.length === 1 && missed[0] === SLOW;
}

type Measured = Omit<Row, 'missed'>;

function missedBy(row: Measured, window: Window): readonly string[] {
  const missed: string[] = [];
  if (row.answer === 'cut' && row.cut < row.offenders) {
    missed.push(`${row.offenders - row.cut} of ${row.offenders} were not cut`);
  }
  if (row.answer === 'cut' && row.cutMs > GOALS.cutMs) missed.push('was cut too late');
  if (row.delivered < 1) missed.push(`${window.expected - window.heard} messages did not arrive`);
  if (window.repeated > 0) missed.push(`${window.repeated} messages came twice`);
  if (window.missed.length > 0) missed.push(`${window.missed.join(', ')} not called alive`);
  if (window.unclean > 0) missed.push(`${window.unclean} lines act on a terminal`);
  if (row.grownMiB > GOALS.grownMiB) missed.push('memory grew');
  return missed;
}

/** The hostile peer closes with codes from here on, which come back as they were sent. */
const OWN_CODES_FROM = 4_500;

/** The program's own line about it; else the reason that the offender was told. */
function seenOf({ answer }: Attack, endings: readonly Ending[], { told }: Window): string {
  const { notices, refusals, partings } = told;
  const notice = notices.find((line) => /refused|equivocat|warning|no room/i.test(line));
  const reason = endings.find(({ code }) => code !== undefined && code < OWN_CODES_FROM)?.reason;
  // Who is borne parts by itself, which is nothing to show.
  const parting = answer === 'cut' ? partings[0] : undefined;
  return printable(notice ?? refusals[0] ?? (reason || parting) ?? '');
}

/** The reasons of a hostile peer are hostile too. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '');
}
