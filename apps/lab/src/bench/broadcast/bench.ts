import path from 'node:path';
import { LabError } from '../../errors.js';
import type { Narrator } from '../../output/narrator.js';
import { formatMs } from '../../output/table.js';
import { withChildren } from '../../process/children.js';
import { describeMachine } from '../machine.js';
import { type Measurement, measureSystem } from './measure.js';
import { formatReport, reportData } from './report.js';
import { Results } from './results.js';

/** A system under measurement. */
export interface System {
  readonly name: string;
  /** URL of the module that drives it. */
  readonly moduleUrl: string;
  /** It does not settle with more. */
  readonly sizeMax: number;
}

export interface BroadcastBenchOptions {
  readonly narrator: Narrator;
  readonly systems: readonly System[];
  readonly sizes: readonly number[];
  readonly repeats: number;
  readonly quick: boolean;
  /** Where to write a processor profile of the first peer of each mesh; undefined: nowhere. */
  readonly profileFolder: string | undefined;
}

/** Measures how fast, and at what cost, messages reach every peer; prints a table and the goals. */
export async function benchBroadcast(options: BroadcastBenchOptions): Promise<void> {
  const { narrator, systems, sizes, repeats } = options;
  const results = new Results();
  narrator.step('machine', describeMachine());
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const size of sizes) {
      for (const system of rotated(systems, repeat)) {
        if (size > system.sizeMax) continue;
        try {
          const measurement = await measureAndTell(options, system, size);
          results.add({ system: system.name, size, repeat, measurement });
        } catch (error) {
          // A system that fails at one size costs a line, not the run.
          if (!(error instanceof LabError)) throw error;
          const failure = `N=${size} ${system.name}: ${error.message}`;
          results.failures.push(failure);
          narrator.step('failed', failure);
        }
      }
    }
  }
  const names = systems.map(({ name }) => name);
  narrator.result(`\n${formatReport(results, names, sizes)}`, reportData(results, sizes));
}

async function measureAndTell(
  options: BroadcastBenchOptions,
  system: System,
  size: number,
): Promise<Measurement> {
  const measurement = await measure(options, system, size);
  const { p50Ms, p99Ms, smallRate, largeRate } = measurement;
  options.narrator.step(
    'measured',
    `N=${String(size).padEnd(2)} ${system.name.padEnd(10)} ` +
      `p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)}, ` +
      `${Math.round(smallRate)} and ${Math.round(largeRate)} msg/s`,
  );
  return measurement;
}

function measure(
  { quick, profileFolder }: BroadcastBenchOptions,
  { name, moduleUrl }: System,
  size: number,
): Promise<Measurement> {
  const nodeArgs =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profileFolder)}`];
  return withChildren((children) =>
    measureSystem({
      children,
      moduleUrl,
      size,
      network: `bench-${process.pid}-${name}`,
      nodeArgs,
      warmUpMs: quick ? 1_000 : 4_000,
      floodMs: quick ? 1_000 : 2_000,
      publishers: quick ? 2 : 4,
      messagesEach: quick ? 20 : 30,
    }),
  );
}

/** Each repeat begins with another system, so that none always has the cold machine. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
