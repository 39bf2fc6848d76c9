import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BalancingResult, measureBalancing } from './balancing.js';
import { type KillsResult, measureKills } from './kills.js';
import { measureOverhead, type OtherSystem, type OverheadResult } from './overhead.js';
import { balancingPlot } from './plot.js';

export interface BenchFlags {
  readonly json?: boolean;
  /** Shorter runs, for a look. */
  readonly quick?: boolean;
  readonly only?: 'kills' | 'balancing' | 'overhead';
  /** Seconds that copies are killed for. */
  readonly for?: number;
  /** Where the plot goes. */
  readonly plot?: string;
  /** A module with another system to measure beside ours. */
  readonly other?: string;
}

interface BenchResult {
  readonly kills?: KillsResult;
  readonly balancing?: readonly BalancingResult[];
  readonly overhead?: readonly OverheadResult[];
}

const LONG = { killsMs: 20_000, balancingMs: 8_000, blocks: 20 };
const MS_PER_S = 1_000;
const QUICK = { killsMs: 8_000, balancingMs: 3_000, blocks: 3 };

/** `hearsay-calculator bench`: what is promised of services, measured. */
export async function bench(flags: BenchFlags): Promise<void> {
  const { only } = flags;
  const size = flags.quick === true ? QUICK : LONG;
  const wants = (name: BenchFlags['only']): boolean => only === undefined || only === name;
  const killsMs = flags.for === undefined ? size.killsMs : flags.for * MS_PER_S;
  const kills = wants('kills') ? await measureKills(killsMs) : undefined;
  const balancing = wants('balancing') ? await measureBalancing(size.balancingMs) : undefined;
  const overhead = wants('overhead')
    ? await measureOverhead(size.blocks, await others(flags.other))
    : undefined;
  if (balancing !== undefined && flags.plot !== undefined) {
    await mkdir(path.dirname(flags.plot), { recursive: true });
    await writeFile(flags.plot, balancingPlot(balancing));
  }
  const result: BenchResult = {
    ...(kills === undefined ? {} : { kills }),
    ...(balancing === undefined ? {} : { balancing }),
    ...(overhead === undefined ? {} : { overhead }),
  };
  const lines = flags.json === true ? [JSON.stringify(result)] : linesOf(result);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function others(file: string | undefined): Promise<readonly OtherSystem[]> {
  if (file === undefined) return [];
  return [(await import(pathToFileURL(file).href)) as OtherSystem]; // Ours, beside the bench script.
}

function linesOf({ kills, balancing, overhead }: BenchResult): string[] {
  return [
    ...(kills === undefined ? [] : killLines(kills)),
    ...(balancing === undefined ? [] : ['', 'one of three copies takes 500 ms, 200 calls/s:']),
    ...(balancing ?? []).map(
      ({ strategy, p50Ms, p99Ms }) => `  ${strategy.padEnd(14)} ${times(p50Ms, p99Ms)}`,
    ),
    ...(overhead === undefined ? [] : ['', 'one call after the other, 100 bytes; and 32 at once:']),
    ...(overhead ?? []).map(
      ({ system, p50Ms, p99Ms, callsPerSecond }) =>
        `  ${system.padEnd(14)} ${times(p50Ms, p99Ms, 3)}  ${callsPerSecond} calls/s`,
    ),
  ];
}

function killLines(result: KillsResult): string[] {
  const { rate, kills, calls, idempotentFailed, unknown, otherFailed, ranTwice, retried } = result;
  const codes = Object.entries(result.codes).map(([code, count]) => `${code} ${count}`);
  const ratio = (result.p99Ms / result.quietP99Ms).toFixed(1);
  const everyS = (result.betweenKillsMs / MS_PER_S).toFixed(1);
  return [
    `${rate} calls/s, three copies, ${kills} killed in turn, one every ${everyS} s: ${calls} calls, ${retried} retried`,
    `  idempotent: ${idempotentFailed} failed`,
    `  others: ${ranTwice} ran twice, ${unknown} of unknown outcome, ${otherFailed} failed otherwise`,
    ...(codes.length === 0 ? [] : [`  by code: ${codes.join(', ')}`]),
    `  quiet          ${times(result.quietP50Ms, result.quietP99Ms)}`,
    `  under kills    ${times(result.p50Ms, result.p99Ms)}  (p99 ${ratio} times the quiet one)`,
  ];
}

function times(p50Ms: number, p99Ms: number, digits = 2): string {
  const [p50, p99] = [p50Ms, p99Ms].map((ms) => ms.toFixed(digits).padStart(7));
  return `p50 ${p50} ms  p99 ${p99} ms`;
}
