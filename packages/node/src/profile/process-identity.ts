import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * A process, told apart from a later one with the same number: `start` is the kernel's start time
 * in clock ticks since boot (Linux), else in seconds since 1970, or 0 where the system does not
 * tell it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: number;
}

const START_UNKNOWN = 0;
const PID_MAX = 2 ** 31 - 1;

/** This process. */
export async function ownProcess(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, start: (await readStat(pid))?.start ?? START_UNKNOWN };
}

/** True while that very process runs; a zombie does not. */
export async function isRunning({ pid, start }: ProcessIdentity): Promise<boolean> {
  if (!Number.isInteger(pid) || pid < 1 || pid > PID_MAX) return false;
  if (!mayExist(pid)) return false;
  const stat = await readStat(pid);
  if (stat === undefined) return true; // The system tells nothing more: believe the signal.
  const same = start === START_UNKNOWN || Math.abs(stat.start - start) <= stat.tolerance;
  return !stat.ended && same;
}

/** Asks with signal 0, which does nothing to the process. */
function mayExist(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

interface Stat {
  readonly start: number;
  readonly ended: boolean;
  /** By how much two readings of one process may differ. */
  readonly tolerance: number;
}

function readStat(pid: number): Promise<Stat | undefined> {
  return process.platform === 'linux' ? readProc(pid) : askPs(pid);
}

/** Fields 3 and 22 of /proc/<pid>/stat, counted after the name, which may hold anything. */
async function readProc(pid: number): Promise<Stat | undefined> {
  const START_FIELD = 19;
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const state = fields[0] ?? '';
    const ended = state === 'Z' || state === 'X';
    return { start: Number(fields[START_FIELD]), ended, tolerance: 0 };
  } catch {
    return undefined;
  }
}

/** Where there is no /proc: how long it runs, which `ps` rounds to seconds. */
export function askPs(pid: number): Promise<Stat | undefined> {
  const TOLERANCE_SECONDS = 3;
  return new Promise((resolve) => {
    const options = { timeout: 2_000, env: { ...process.env, LC_ALL: 'C' } };
    execFile('ps', ['-o', 'stat=,etime=', '-p', String(pid)], options, (error, output) => {
      const [state = '', elapsed = ''] = output.trim().split(/\s+/);
      const seconds = secondsOf(elapsed);
      if (error !== null || seconds === undefined) return resolve(undefined);
      const start = Math.round(Date.now() / 1_000) - seconds;
      resolve({ start, ended: state.startsWith('Z'), tolerance: TOLERANCE_SECONDS });
    });
  });
}

/** `[[days-]hours:]minutes:seconds`, as POSIX has it. */
function secondsOf(elapsed: string): number | undefined {
  const parts = /^(?:(?:(?<d>\d+)-)?(?<h>\d+):)?(?<m>\d+):(?<s>\d+)$/.exec(elapsed)?.groups;
  if (parts === undefined) return undefined;
  const number = (name: string): number => Number(parts[name] ?? 0);
  return ((number('d') * 24 + number('h')) * 60 + number('m')) * 60 + number('s');
}
