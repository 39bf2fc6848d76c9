import { LabError } from '../errors.js';
import type { Narrator } from '../output/narrator.js';
import { withChildren } from '../process/children.js';
import type { Attack } from './attacker/attack.js';
import { attacks } from './attacks/catalogue.js';
import { formatReport } from './report.js';
import type { Row } from './row.js';
import { Run } from './run.js';

export interface HostileOptions {
  readonly narrator: Narrator;
  /** The built chat program, which is one of the honest peers. */
  readonly chatFile: string;
  /** `stranger`, `member`, or attacks by a part of their name; empty: all. */
  readonly only: readonly string[];
  /** How long each attack goes on. */
  readonly forMs: number;
}

/**
 * Four honest peers talk while a hostile one does its worst, first without a key, then as a member.
 * @returns whether every goal was met
 */
export function runHostile(options: HostileOptions): Promise<boolean> {
  const chosen = choose(options.only);
  return withChildren(async (children) => {
    const run = new Run(options, children);
    const rows: Row[] = [];
    for (const attack of chosen) rows.push(await run.attack(attack));
    const ok = rows.every(({ missed }) => missed.length === 0);
    const { quiet } = run;
    options.narrator.result(`\n${formatReport(quiet, rows)}`, { ok, quiet, rows });
    return ok;
  });
}

function choose(only: readonly string[]): readonly Attack[] {
  if (only.length === 0) return attacks;
  const chosen = attacks.filter(({ name, as }) =>
    only.some((wanted) => as === wanted || name.includes(wanted)),
  );
  if (chosen.length > 0) return chosen;
  const names = attacks.map(({ name }) => name).join('; ');
  throw new LabError('usage', `no attack is called "${only.join('" or "')}"; there are: ${names}`);
}
