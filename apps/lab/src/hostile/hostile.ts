import { LabError } from '../errors.js';
import type { Narrator } from '../output/narrator.js';
import { formatMs } from '../output/table.js';
import { withChildren } from '../process/children.js';
import type { Attack } from './attacker/attack.js';
import { attacks } from './attacks/catalogue.js';
import { formatReport } from './report.js';
import type { Row } from './row.js';
import { Run } from './run.js';
import { SILENT_CUT, silentCut } from './silent-cut/silent-cut.js';

export interface HostileOptions {
  readonly narrator: Narrator;
  /** The built chat program, which is one of the honest peers. */
  readonly chatFile: string;
  /** `stranger`, `member`, or attacks by a part of their name; empty: all. */
  readonly only: readonly string[];
  /** How long each attack goes on. */
  readonly forMs: number;
  /** How often each attack is made, after as long without one. */
  readonly turns: number;
  /** Whether each is also made on peers apart, which shows what of it is want of processors. */
  readonly isControlled: boolean;
  /** Where processor profiles of honest peers go; none if undefined. */
  readonly profileFolder?: string | undefined;
}

/**
 * Four honest peers talk while a hostile one does its worst, first without a key, then as a member.
 * @returns whether every goal was met
 */
export function runHostile(options: HostileOptions): Promise<boolean> {
  const { attacks: chosen, isCut } = choose(options.only);
  return withChildren(async (children) => {
    const run = new Run(options, children);
    const rows: Row[] = [];
    for (const attack of chosen) rows.push(await run.attack(attack));
    await run.end();
    if (isCut) {
      const row = await silentCut(children);
      rows.push(row);
      const noticed = `${row.attack}: given up after ${formatMs(row.cutMs)}`;
      options.narrator.step(row.as, [noticed, ...row.missed].join('; MISSED: '));
    }
    const ok = rows.every(({ missed }) => missed.length === 0);
    const { quiet } = run;
    options.narrator.result(`\n${formatReport(quiet, rows)}`, { ok, quiet, rows });
    return ok;
  });
}

interface Choice {
  readonly attacks: readonly Attack[];
  /** Whether a wire is cut as well. */
  readonly isCut: boolean;
}

function choose(only: readonly string[]): Choice {
  const isChosen = ({ name, as }: Pick<Attack, 'name' | 'as'>) =>
    only.length === 0 || only.some((wanted) => as === wanted || name.includes(wanted));
  const chosen = attacks.filter(isChosen);
  const isCut = isChosen({ name: SILENT_CUT, as: 'network' });
  if (chosen.length > 0 || isCut) return { attacks: chosen, isCut };
  const names = [...attacks.map(({ name }) => name), SILENT_CUT].join('; ');
  throw new LabError('usage', `no attack is called "${only.join('" or "')}"; there are: ${names}`);
}
