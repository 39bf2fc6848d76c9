import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Coverage } from '../coverage.js';
import { RequestError } from '../scenario/fields.js';
import { SOMETIMES } from '../scenario/sometimes.js';
import { hashText, Trace } from '../trace.js';
import { readJobs, readPositive, readSeeds } from './arguments.js';
import { complain, processorMs, write } from './output.js';
import { runSeeds } from './seed-pool.js';

const SEEDS_DEFAULT = '1..1000';
const HOURS_DEFAULT = '100';
const MS_PER_HOUR = 3_600_000;
const MS_PER_SECOND = 1_000;
/** A line of progress this often. */
const TOLD_EVERY = 100;
/** Fewer seeds than this need not have gone down every rare path. */
const SUITE_SEEDS = 300;

/**
 * `sweep`: the swarm over many seeds; each mesh lives on until the hours asked for are full.
 * @returns the exit code
 * @throws RequestError
 */
export async function sweepCommand(args: readonly string[]): Promise<number> {
  const { values } = parse(args);
  const seeds = readSeeds(undefined, values.seeds);
  const hours = readPositive('hours', values.hours) ?? 0;
  const jobs = readJobs(values.jobs) ?? availableParallelism();
  const startedMs = performance.now();
  const total = {
    simulatedMs: 0,
    steps: 0,
    failed: 0,
    coverage: new Coverage(),
    trace: new Trace(),
  };
  await runSeeds({
    seeds,
    order: { lifeMs: (hours * MS_PER_HOUR) / seeds.length },
    jobs,
    onVerdict: (verdict) => {
      if (verdict.kind === 'broken') {
        total.failed += 1;
        complain(verdict.words);
      } else {
        for (const [name, times] of verdict.happened) total.coverage.add(name, times);
        total.simulatedMs += verdict.simulatedMs;
        total.steps += verdict.steps;
        total.trace.fold(hashText(verdict.hash));
        if (values.hash) write(verdict.hash);
      }
      const done = verdict.index + 1;
      if (done % TOLD_EVERY === 0) complain(`${done} of ${seeds.length} seeds`);
    },
  });
  const missing = seeds.length >= SUITE_SEEDS ? total.coverage.missing(SOMETIMES) : [];
  if (values.coverage) {
    for (const [name, times] of total.coverage.entries()) write(`${name.padEnd(36)} ${times}`);
  }
  if (!values.hash) print(total, seeds.length, performance.now() - startedMs);
  for (const name of missing) complain(`never happened in ${seeds.length} seeds: ${name}`);
  return total.failed === 0 && missing.length === 0 ? 0 : 1;
}

interface Total {
  readonly simulatedMs: number;
  readonly steps: number;
  readonly failed: number;
  readonly trace: Trace;
}

function print({ simulatedMs, steps, failed, trace }: Total, seeds: number, tookMs: number): void {
  const usedMs = processorMs();
  write(`${seeds - failed} seeds held, ${failed} failed`);
  write(
    `${(simulatedMs / MS_PER_HOUR).toFixed(1)} cluster-hours, ${steps} events, ` +
      `${Math.round(tookMs / MS_PER_SECOND)} s (${Math.round(usedMs / MS_PER_SECOND)} s of processors): ` +
      `${Math.round(simulatedMs / tookMs)} times real time`,
  );
  write(`hash of all ${trace.digest()}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: SEEDS_DEFAULT },
        hours: { type: 'string', default: HOURS_DEFAULT },
        jobs: { type: 'string' },
        hash: { type: 'boolean', default: false },
        coverage: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  }
}
