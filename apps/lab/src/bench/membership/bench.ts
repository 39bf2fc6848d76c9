import { LabError } from '../../errors.js';
import type { Narrator } from '../../output/narrator.js';
import { withChildren } from '../../process/children.js';
import { describeMachine } from '../machine.js';
import { formatReport, reportData } from './report.js';
import { type RowName, rows, Samples } from './rows.js';
import { scenes } from './scenes.js';

export interface MembershipBenchOptions {
  readonly narrator: Narrator;
  readonly repeats: number;
  /** Only these rows; none: all. */
  readonly only: readonly string[];
  readonly chatFile: string;
}

/** Fills the table of membership times with real processes on loopback, and prints it. */
export async function benchMembership(options: MembershipBenchOptions): Promise<void> {
  const { narrator } = options;
  const selected = selectRows(options.only);
  const wants = (...names: readonly RowName[]) => names.some((name) => selected.has(name));
  const samples = new Samples();
  narrator.step('machine', describeMachine());
  for (const { rows: filled, run } of scenes) {
    if (!wants(...filled)) continue;
    narrator.step('scene', filled.filter((row) => wants(row)).join(', '));
    await withChildren((children) => run({ ...options, children, samples, wants })).catch(
      (error: unknown) => {
        // A scene that breaks off costs its rows, not the table.
        if (!(error instanceof LabError)) throw error;
        samples.failures.push(`${filled.join(', ')}: ${error.message}`);
        narrator.step('failed', error.message);
      },
    );
  }
  narrator.result(`\n${formatReport(samples)}`, reportData(samples));
}

/** Row names, or beginnings of them: `kill` selects all kills. */
function selectRows(only: readonly string[]): ReadonlySet<RowName> {
  const names = rows.map(({ name }) => name);
  if (only.length === 0) return new Set(names);
  return new Set(
    only.flatMap((start) => {
      const found = names.filter((name) => name.startsWith(start));
      if (found.length > 0) return found;
      throw new LabError('usage', `no row is called "${start}"; there are: ${names.join(', ')}`);
    }),
  );
}
