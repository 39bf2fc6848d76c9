#!/usr/bin/env node
import { parseArgs } from 'node:util';
import type { ScenarioResult } from './scenario/scenario.js';
import { findScenario, SCENARIOS } from './scenario/scenarios.js';
import { ViolationError } from './violation.js';

const HELP = `Usage: npm run sim -- [options]

Runs peers of Hearsay in virtual time, through the real codec, over a network that a seed breaks.
The same seed always does the same. The exit code is 1 when a promise was broken.

Options:
  --scenario NAME   what happens (default: talk)
  --seed SEED       any text (default: 1)
  --seeds COUNT     runs SEED, SEED+1, ...; the seed must be a number (default: 1)
  --nodes COUNT     peers (default: by scenario)
  --hours HOURS     of virtual time, for talk and churn (default: 0.1)
  --hash            prints only the hash of everything that happened, one line a seed
  --help            this text

Scenarios:
${SCENARIOS.map(({ name, summary }) => `  ${name.padEnd(16)}  ${summary}`).join('\n')}

Examples:
  npm run sim -- --scenario kill --nodes 40
  npm run sim -- --scenario churn --hours 100 --seed 7
  npm run sim -- --scenario swarm --seed 1 --seeds 1000
  npm run sim -- --scenario swarm --seed 42 --hash
`;

const NODES_MAX = 1_000;

interface Request {
  readonly scenario: string;
  readonly seeds: readonly string[];
  readonly nodes: number | undefined;
  readonly hours: number;
  readonly hashOnly: boolean;
}

process.exitCode = main(process.argv.slice(2));

/** @returns the exit code */
function main(args: readonly string[]): number {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const request = readArguments(args);
  if (typeof request === 'string') {
    process.stderr.write(`${request}; see --help\n`);
    return 2;
  }
  let failed = 0;
  for (const seed of request.seeds) if (!runSeed(request, seed)) failed += 1;
  if (request.seeds.length > 1 && !request.hashOnly) {
    console.log(`${request.seeds.length - failed} seeds held, ${failed} failed`);
  }
  return failed === 0 ? 0 : 1;
}

/** @returns what to run, or what is wrong with the arguments */
function readArguments(args: readonly string[]): Request | string {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const count = Number(values.seeds);
  const nodes = values.nodes === undefined ? undefined : Number(values.nodes);
  const hours = Number(values.hours);
  if (findScenario(values.scenario) === undefined)
    return `no scenario is called ${values.scenario}`;
  if (!Number.isInteger(count) || count < 1) return `--seeds ${values.seeds} is no count`;
  if (count > 1 && !Number.isInteger(Number(values.seed)))
    return '--seeds needs a number as --seed';
  if (nodes !== undefined && (!Number.isInteger(nodes) || nodes < 2 || nodes > NODES_MAX)) {
    return `--nodes takes 2 to ${NODES_MAX}`;
  }
  if (!(hours > 0)) return `--hours ${values.hours} is no time`;
  const seeds =
    count === 1
      ? [values.seed]
      : Array.from({ length: count }, (_, index) => String(Number(values.seed) + index));
  return { scenario: values.scenario, seeds, nodes, hours, hashOnly: values.hash };
}

function parse(args: readonly string[]): {
  scenario: string;
  seed: string;
  seeds: string;
  nodes: string | undefined;
  hours: string;
  hash: boolean;
} {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', default: 'talk' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      nodes: { type: 'string' },
      hours: { type: 'string', default: '0.1' },
      hash: { type: 'boolean', default: false },
    },
  });
  return { ...values, nodes: values.nodes };
}

function runSeed(request: Request, seed: string): boolean {
  const scenario = findScenario(request.scenario);
  if (scenario === undefined) return false;
  const startedMs = performance.now();
  try {
    const { hours } = request;
    const result = scenario.run({ seed, nodes: request.nodes ?? scenario.nodes, hours });
    if (request.hashOnly) console.log(result.hash);
    else if (request.seeds.length > 1) console.log(`seed ${seed}  ${result.hash}  held`);
    else print(result, performance.now() - startedMs);
    return true;
  } catch (error) {
    if (!(error instanceof ViolationError)) throw error;
    console.error(error.message);
    if (error.cause instanceof Error) console.error(error.cause.stack);
    return false;
  }
}

function print(result: ScenarioResult, tookMs: number): void {
  for (const { what, value, unit } of result.measures) {
    console.log(`${what.padEnd(50)} ${String(Math.round(value)).padStart(10)} ${unit}`.trimEnd());
  }
  const speed = Math.round(result.simulatedMs / tookMs);
  const seconds = (result.simulatedMs / 1_000).toFixed(1);
  console.log(`\n${seconds} s of virtual time, ${result.steps} events, ${speed} times real time`);
  console.log(`hash ${result.hash}`);
}
