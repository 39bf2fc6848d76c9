import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestError } from '../scenario/fields.js';
import type { Measure } from '../scenario/scenario.js';
import { complain, formatNumber, write } from './output.js';

const top = fileURLToPath(new URL('../../../../', import.meta.url));
const here = fileURLToPath(new URL('../main.js', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1_024 * 1_024;
const PARTS = ['packages/core', 'packages/sim', 'package.json', 'tsconfig.base.json'];
const [WHAT, NUMBER] = [46, 14];

interface Row {
  readonly scenario: string;
  readonly seed: string;
  readonly hash: string;
  readonly measures: readonly Measure[];
  readonly tookMs: number;
}

/**
 * Runs the same with the core and simulator of another revision, built in a folder of its own.
 * @param args of `run`, without `--compare`
 * @returns the exit code
 * @throws RequestError
 */
export function compare(revision: string, args: readonly string[]): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-base-'));
  try {
    const base = build(revision, folder);
    // Files are given relative to where we stand, and each side reads its own scenarios by name.
    const [before, after] = [runWith(base, args), runWith(here, args)];
    if (before === undefined || after === undefined) return 1;
    for (const [index, row] of after.entries()) print(revision, before[index], row);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns its program */
function build(revision: string, folder: string): string {
  try {
    const archive = execFileSync('git', ['archive', revision, ...PARTS], {
      cwd: top,
      maxBuffer: OUTPUT_BYTES_MAX,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : '';
    throw new RequestError(`--compare ${revision}: ${words}`);
  }
  symlinkSync(path.join(top, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  for (const name of ['core', 'sim']) {
    const modules = path.join('packages', name, 'node_modules');
    if (!existsSync(path.join(top, modules))) continue;
    execFileSync('cp', ['-RP', path.join(top, modules), path.join(folder, modules)]);
  }
  const compiler = path.join(top, 'node_modules', '.bin', 'tsc');
  const { status, stdout } = spawnSync(compiler, ['-b', 'packages/sim/tsconfig.src.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new RequestError(`--compare ${revision}: does not build\n${stdout}`);
  return path.join(folder, 'packages', 'sim', 'dist', 'main.js');
}

function runWith(program: string, args: readonly string[]): readonly Row[] | undefined {
  const words = [program, 'run', ...args, '--json', '--no-shrink'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status !== 0) {
    const side = program === here ? 'this side' : 'the other revision';
    complain(`${side} failed (exit code ${status}):\n${stderr.trim()}`);
    return undefined;
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row); // Written by the same command, a moment ago.
}

function print(revision: string, before: Row | undefined, after: Row): void {
  const same = before?.hash === after.hash ? 'the same hash' : 'different hashes';
  write(`${after.scenario}, seed ${after.seed}: ${same}`);
  write(row(['', revision.slice(0, NUMBER - 2), 'here', 'difference']));
  for (const { what, value, unit } of after.measures) {
    const old = before?.measures.find((measure) => measure.what === what)?.value;
    const change = old === undefined ? '' : signed(value - old);
    write(
      row([
        `${what}${unit === '' ? '' : `, ${unit}`}`,
        old === undefined ? '-' : formatNumber(old),
        formatNumber(value),
        change,
      ]),
    );
  }
  const took = before?.tookMs ?? 0;
  write(
    row([
      'processor time, ms',
      formatNumber(Math.round(took)),
      formatNumber(Math.round(after.tookMs)),
      signed(Math.round(after.tookMs - took)),
    ]),
  );
  write('');
}

function row([what = '', ...numbers]: readonly string[]): string {
  return [what.padEnd(WHAT), ...numbers.map((number) => number.padStart(NUMBER))]
    .join('')
    .trimEnd();
}

function signed(value: number): string {
  return value === 0 ? '=' : `${value > 0 ? '+' : ''}${formatNumber(value)}`;
}
