import { parseArgs } from 'node:util';
import { Coverage } from '../coverage.js';
import { RequestError } from '../scenario/fields.js';
import { SOMETIMES } from '../scenario/sometimes.js';
import { runSwarm, type SwarmOutcome } from '../scenario/swarm.js';
import { hashText, Trace } from '../trace.js';
import { ViolationError } from '../violation.js';
import { readPositive, readSeeds } from './arguments.js';
import { complain, processorMs, write } from './output.js';

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
export function sweepCommand(args: readonly string[]): number {
  const { values } = parse(args);
  const seeds = readSeeds(undefined, values.seeds);
  const hours = readPositive('hours', values.hours) ?? 0;
  const lifeMs = (hours * MS_PER_HOUR) / seeds.length;
  const startedMs = processorMs();
  const total = {
    simulatedMs: 0,
    steps: 0,
    failed: 0,
    coverage: new Coverage(),
    trace: new Trace(),
  };
  for (const [index, seed] of seeds.entries()) {
    const outcome = attempt(seed, lifeMs);
    if (outcome === undefined) {
      total.failed += 1;
    } else {
      total.coverage.addAll(outcome.coverage);
      total.simulatedMs += outcome.simulatedMs;
      total.steps += outcome.steps;
      total.trace.fold(hashText(outcome.hash));
      if (values.hash) write(outcome.hash);
    }
    if ((index + 1) % TOLD_EVERY === 0) complain(`${index + 1} of ${seeds.length} seeds`);
  }
  const missing = seeds.length >= SUITE_SEEDS ? total.coverage.missing(SOMETIMES) : [];
  if (values.coverage) {
    for (const [name, times] of total.coverage.entries()) write(`${name.padEnd(36)} ${times}`);
  }
  if (!values.hash) print(total, seeds.length, processorMs() - startedMs);
  for (const name of missing) complain(`never happened in ${seeds.length} seeds: ${name}`);
  return total.failed === 0 && missing.length === 0 ? 0 : 1;
}

/** @returns undefined, after words, when a promise was broken */
function attempt(seed: string, lifeMs: number): SwarmOutcome | undefined {
  try {
    return runSwarm({ seed, lifeMs });
  } catch (error) {
    if (!(error instanceof ViolationError)) throw error;
    complain(error.message);
    return undefined;
  }
}

interface Total {
  readonly simulatedMs: number;
  readonly steps: number;
  readonly failed: number;
  readonly trace: Trace;
}

function print({ simulatedMs, steps, failed, trace }: Total, seeds: number, tookMs: number): void {
  write(`${seeds - failed} seeds held, ${failed} failed`);
  write(
    `${(simulatedMs / MS_PER_HOUR).toFixed(1)} cluster-hours, ${steps} events, ` +
      `${Math.round(tookMs / MS_PER_SECOND)} s of one core: ` +
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
        hash: { type: 'boolean', default: false },
        coverage: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  }
}
