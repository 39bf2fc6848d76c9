import { LabError } from '../errors.js';
import type { Narrator } from '../output/narrator.js';
import { withChildren } from '../process/children.js';
import { formatMeasures, type Measure } from './measures.js';
import { formatVerdict } from './report.js';
import { Stage } from './stage.js';
import { playStory } from './story.js';

export interface DemoOptions {
  readonly narrator: Narrator;
  /** The built chat program. */
  readonly chatFile: string;
  /** Questions, with their answers, in each scene. */
  readonly rounds: number;
  /** Where to keep what the peers printed; undefined: nowhere. */
  readonly logFolder: string | undefined;
}

/**
 * Five real peers chat, two are killed, one comes back. Prints the times, and the proof that all
 * live peers hold the same messages in an order that respects cause and effect.
 * @returns whether that is so
 */
export function runDemo({ narrator, chatFile, rounds, logFolder }: DemoOptions): Promise<boolean> {
  return withChildren(async (children) => {
    const stage = new Stage({ children, chatFile, network: `demo-${process.pid}` });
    const measures: Measure[] = [];
    const failure = await playStory({ stage, narrator, rounds, measures }).then(
      () => undefined,
      labErrorOrThrow,
    );
    const verdict = stage.check();
    if (logFolder !== undefined) await stage.writeLogs(logFolder);
    const failures = [failure?.message ?? [], stage.falseDeaths()].flat();
    const ok = failures.length === 0 && verdict.ok;
    const text = [
      '',
      formatMeasures(measures),
      '',
      ...failures.map((reason) => `FAILED: ${reason}`),
      formatVerdict(verdict),
    ].join('\n');
    const reason = failures[0] ?? verdict.problems[0]?.text;
    narrator.result(text, { ok, reason, measures, proof: verdict });
    return ok;
  });
}

function labErrorOrThrow(error: unknown): LabError {
  if (error instanceof LabError) return error;
  throw error;
}
