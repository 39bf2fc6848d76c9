import { readFile } from 'node:fs/promises';

/**
 * A process, told apart from a later one with the same number: `start` is the kernel's start time
 * in clock ticks, or 0 where the system does not tell it.
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
  return !stat.ended && (start === START_UNKNOWN || stat.start === start);
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
}

/** Linux only: fields 3 and 22 of /proc/<pid>/stat, counted after the name, which may hold anything. */
async function readStat(pid: number): Promise<Stat | undefined> {
  const START_FIELD = 19;
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const state = fields[0] ?? '';
    return { start: Number(fields[START_FIELD]), ended: state === 'Z' || state === 'X' };
  } catch {
    return undefined;
  }
}
