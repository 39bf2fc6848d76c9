import type { Measure, ScenarioResult } from '../scenario/scenario.js';

const WHAT_WIDTH = 46;
const VALUE_WIDTH = 12;
const MS_PER_SECOND = 1_000;
const US_PER_MS = 1_000;

export function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Milliseconds of processor time that this process took so far: a busy machine does not count. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / US_PER_MS;
}

export function formatMeasure({ what, value, unit }: Measure): string {
  const number = formatNumber(value).padStart(VALUE_WIDTH);
  return `${what.padEnd(WHAT_WIDTH)} ${number} ${unit}`.trimEnd();
}

export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** One line about what a run cost. */
export function formatSpeed(
  result: Pick<ScenarioResult, 'simulatedMs' | 'steps'>,
  tookMs: number,
): string {
  const seconds = (result.simulatedMs / MS_PER_SECOND).toFixed(1);
  const speed = Math.round(result.simulatedMs / tookMs);
  const rate = Math.round((result.steps * MS_PER_SECOND) / tookMs);
  return `${seconds} s of virtual time, ${result.steps} events; ${speed} times real time of one core, ${rate} events/s`;
}
