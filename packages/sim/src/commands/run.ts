import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawCharts } from '../plot/line-chart.js';
import { RequestError } from '../scenario/fields.js';
import { scenarioOf } from '../scenario/run-spec.js';
import type { ScenarioResult } from '../scenario/scenario.js';
import { swarmResult } from '../scenario/scenarios.js';
import { shrink, smallerSpecs, smallerSwarms } from '../scenario/shrink.js';
import { specText } from '../scenario/spec-text.js';
import {
  drawSwarm,
  type Omission,
  replayOfSwarm,
  runSwarm,
  type SwarmOptions,
} from '../scenario/swarm.js';
import { ViolationError } from '../violation.js';
import { readNodes, readOmissions, readPositive, readSeeds } from './arguments.js';
import { compare } from './compare.js';
import { type Found, findScenario } from './find-scenario.js';
import { complain, formatMeasure, formatSpeed, processorMs, write } from './output.js';

const MS_PER_HOUR = 3_600_000;

/** What one run of one scenario is asked for. */
interface Job {
  readonly found: Found;
  readonly seed: string;
  readonly nodes: number | undefined;
  readonly hours: number | undefined;
  readonly without: readonly Omission[];
  readonly chaosMs: number | undefined;
}

/** How the outcome is told. */
interface Telling {
  readonly hash: boolean;
  readonly json: boolean;
  readonly svg: string | undefined;
  readonly many: boolean;
  readonly shrinks: boolean;
}

/**
 * `run NAME|FILE ...`
 * @returns the exit code
 * @throws RequestError
 */
export function runCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (positionals.length === 0) throw new RequestError('run takes a scenario, by name or file');
  if (values.compare !== undefined) {
    const options = args.filter((word, index) => {
      return !word.startsWith('--compare') && args[index - 1] !== '--compare';
    });
    return compare(values.compare, options);
  }
  const found = positionals.map(findScenario);
  const seeds = readSeeds(values.seed, values.seeds);
  const jobs = found.flatMap((one) => {
    const own = seeds.length > 0 ? seeds : [one.spec?.seed ?? '1'];
    return own.map((seed): Job => {
      return {
        found: one,
        seed,
        nodes: readNodes(values.nodes),
        hours: readPositive('hours', values.hours),
        without: readOmissions(values.without),
        chaosMs: readPositive('chaos-ms', values['chaos-ms']),
      };
    });
  });
  const { hash, json, svg } = values;
  const telling = { hash, json, svg, many: jobs.length > 1, shrinks: !values['no-shrink'] };
  let failed = 0;
  for (const job of jobs) if (!runJob(job, telling)) failed += 1;
  if (telling.many && !hash && !json) write(`${jobs.length - failed} held, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        nodes: { type: 'string' },
        hours: { type: 'string' },
        without: { type: 'string' },
        'chaos-ms': { type: 'string' },
        svg: { type: 'string' },
        compare: { type: 'string' },
        hash: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'no-shrink': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  }
}

/** @returns whether every promise held */
function runJob(job: Job, telling: Telling): boolean {
  const startedMs = processorMs();
  try {
    tell(job, attempt(job), processorMs() - startedMs, telling);
    return true;
  } catch (error) {
    if (!(error instanceof ViolationError)) throw error;
    complain(error.message);
    if (error.cause instanceof Error) complain(error.cause.stack ?? '');
    if (telling.shrinks) complain(`  smaller: ${smallerReplay(job, error)}`);
    return false;
  }
}

function attempt(job: Job): ScenarioResult {
  const { found, seed, nodes, hours } = job;
  const { scenario } = found;
  if (scenario.name === 'swarm') return swarmResult(runSwarm(swarmOptionsOf(job)));
  return scenario.run({ seed, nodes: nodes ?? scenario.nodes, hours });
}

function swarmOptionsOf({ seed, nodes, hours, without, chaosMs }: Job): SwarmOptions {
  const lifeMs = hours === undefined ? undefined : hours * MS_PER_HOUR;
  return { seed, nodes, without, chaosMs, lifeMs };
}

function tell(job: Job, result: ScenarioResult, tookMs: number, telling: Telling): void {
  const { name } = job.found.scenario;
  const { measures, hash, simulatedMs, steps, charts = [] } = result;
  if (telling.json) {
    write(
      JSON.stringify({
        scenario: name,
        seed: job.seed,
        hash,
        simulatedMs,
        steps,
        tookMs,
        measures,
      }),
    );
  } else if (telling.hash) {
    write(hash);
  } else if (telling.many) {
    write(`${name}  seed ${job.seed}  ${hash}  held`);
  } else {
    for (const measure of measures) write(formatMeasure(measure));
    write(`\n${formatSpeed(result, tookMs)}\nhash ${hash}`);
  }
  if (telling.svg === undefined || charts.length === 0) return;
  const file = telling.many
    ? telling.svg.replace(/(\.svg)?$/, `-${name}-${job.seed}.svg`)
    : telling.svg;
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, drawCharts(charts));
}

/** The line that repeats a smaller run which breaks the same promise. */
function smallerReplay(job: Job, violation: ViolationError): string {
  const failsAlike = (action: () => unknown): boolean => {
    try {
      action();
      return false;
    } catch (error) {
      return error instanceof ViolationError && error.rule === violation.rule;
    }
  };
  const { found, seed, nodes, hours } = job;
  if (found.scenario.name === 'swarm') {
    const options = swarmOptionsOf(job);
    const smallest = shrink(
      options,
      (from) => smallerSwarms(from, drawSwarm(seed)),
      (one) => failsAlike(() => runSwarm(one)),
    );
    return replayOfSwarm(smallest);
  }
  if (found.spec === undefined) return violation.replay.command;
  const start = {
    ...found.spec,
    seed,
    peers: nodes ?? found.spec.peers,
    durationMs: hours === undefined ? found.spec.durationMs : hours * MS_PER_HOUR,
  };
  const smallest = shrink(start, smallerSpecs, (spec) =>
    failsAlike(() =>
      scenarioOf(spec, found.file).run({ seed, nodes: spec.peers, hours: undefined }),
    ),
  );
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'hearsay-sim-')), `${smallest.name}.json`);
  writeFileSync(file, specText(smallest));
  return `npm run sim -- run ${file} --seed ${seed}`;
}
