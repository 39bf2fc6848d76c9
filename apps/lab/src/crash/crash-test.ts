import path from 'node:path';
import { LabError } from '../errors.js';
import type { Narrator } from '../output/narrator.js';
import { formatTable } from '../output/table.js';
import { type Children, withChildren } from '../process/children.js';
import { Ledger, type Verdict } from './ledger.js';
import { type Findings, lookAtDisk, lookThrough } from './look-through.js';
import { Victim } from './victim.js';

/** What is asked of the crash test. */
export interface CrashTestOptions {
  readonly narrator: Narrator;
  readonly chatFile: string;
  readonly rounds: number;
  readonly durability: string;
  /** Draws the moments of the kills. */
  readonly random: () => number;
}

interface Totals {
  said: number;
  killedEarly: number;
  killedTalking: number;
}

const NICK = 'ana';
const START_TIMEOUT_MS = 30_000;
/** A kill comes up to this long after the first message was acknowledged. */
const TALK_MS = 100;
/** One kill in so many hits the start itself, at some moment. */
const EARLY_EVERY = 8;
const START_MS = 500;
/** Between two looks through the whole log. */
const LOOK_EVERY = 50;

/**
 * Kills a talking peer again and again, at random moments, and looks now and then and in the
 * end whether all that it acknowledged is there, once, and under its number.
 * @returns whether nothing was wrong
 */
export function crashTest(options: CrashTestOptions): Promise<boolean> {
  return withChildren(async (children) => {
    const base = path.join(stateHome(children), 'hearsay');
    const ledger = new Ledger();
    const totals: Totals = { said: 0, killedEarly: 0, killedTalking: 0 };
    for (let round = 1; round <= options.rounds; round++) {
      await killOnce(options, children, { ledger, totals, round });
      if (round % LOOK_EVERY !== 0 && round !== options.rounds) continue;
      await lookAtDisk(base, NICK, ledger);
      tell(options, ledger, round);
    }
    const findings = await lookThrough(base, NICK, ledger);
    return report(options, { ledger, totals, findings });
  });
}

async function killOnce(
  options: CrashTestOptions,
  children: Children,
  { ledger, totals, round }: { ledger: Ledger; totals: Totals; round: number },
): Promise<void> {
  const { random } = options;
  const victim = start(options, children, { prefix: `r${round}`, ledger });
  const isEarly = round % EARLY_EVERY === 0;
  if (isEarly) await pause(START_MS * random());
  else {
    await waitFor(victim, children, 'an acknowledgement', () => victim.acknowledged > 0);
    await pause(TALK_MS * random());
  }
  victim.child.kill();
  await victim.child.ended;
  totals.said += victim.said;
  if (victim.acknowledged > 0) totals.killedTalking += 1;
  else totals.killedEarly += 1;
}

function start(
  { chatFile, durability }: CrashTestOptions,
  children: Children,
  { prefix, ledger }: { readonly prefix: string; readonly ledger: Ledger },
): Victim {
  const args = ['--no-discover', '--port', '0', '--durability', durability, '--history', '0'];
  return new Victim({
    children,
    chatFile,
    nick: NICK,
    args,
    environment: {
      XDG_STATE_HOME: stateHome(children),
      XDG_RUNTIME_DIR: path.join(children.folder, 'run'),
    },
    prefix,
    ledger,
  });
}

async function waitFor(
  victim: Victim,
  children: Children,
  what: string,
  holds: () => boolean,
): Promise<void> {
  await victim.watch.until(
    () => {
      if (victim.refused !== undefined) throw new LabError('refused', victim.refused);
      if (!victim.child.running) {
        const why = victim.child.diagnosis || 'it said nothing';
        throw new LabError('child-ended', `a run ended by itself: ${why}`);
      }
      return holds() ? true : undefined;
    },
    { what, timeoutMs: START_TIMEOUT_MS, signal: children.failure },
  );
}

function tell({ narrator }: CrashTestOptions, ledger: Ledger, round: number): void {
  const { lost, duplicated, reused } = ledger.verdict;
  const wrong = `lost ${lost}, duplicated ${duplicated}, reused ${reused}`;
  narrator.step('killed', `${round} times, ${ledger.acknowledgedCount} acknowledged: ${wrong}`);
}

function report(
  { narrator, rounds, durability }: CrashTestOptions,
  { ledger, totals, findings }: { ledger: Ledger; totals: Totals; findings: Findings },
): boolean {
  const { verdict, acknowledgedCount: acknowledged } = ledger;
  const ok = Object.values(verdict).every((count: number) => count === 0) && acknowledged > 0;
  const text = [
    `${rounds} times killed with SIGKILL under durability ${durability}: ${totals.killedTalking} while`,
    `it talked, ${totals.killedEarly} while it started; ${totals.said} messages said, ${acknowledged} acknowledged,`,
    `${findings.onDisk} on disk and ${findings.elsewhere} held by another peer in the end`,
  ].join('\n');
  narrator.result(`${text}\n\n${table(verdict)}`, {
    ok,
    rounds,
    acknowledged,
    ...totals,
    ...verdict,
  });
  return ok;
}

function table({ lost, duplicated, reused }: Verdict): string {
  const rows: readonly (readonly [string, number])[] = [
    ['acknowledged messages lost', lost],
    ['messages duplicated', duplicated],
    ['sequences used twice', reused],
  ];
  return formatTable(
    [
      { title: 'goal' },
      { title: 'wanted', align: 'right' },
      { title: 'measured', align: 'right' },
      { title: 'met' },
    ],
    rows.map(([name, count]) => [name, '0', String(count), count === 0 ? 'yes' : 'NO']),
  );
}

function stateHome({ folder }: Children): string {
  return path.join(folder, 'state');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
