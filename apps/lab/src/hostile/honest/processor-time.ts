import { readFileSync } from 'node:fs';
import { clockMs } from '../../clock.js';
import type { Child } from '../../process/child.js';

/** What Linux counts processor time in (`USER_HZ`): 100 a second on every machine that Node runs on. */
const MS_PER_TICK = 10;
/** Fields of `/proc/PID/stat` after the name of the program: user and system time. */
const [USER_FIELD, SYSTEM_FIELD] = [11, 12];

/** How much processor time some processes took together from now on. */
export class ProcessorWatch {
  readonly #children: readonly Child[];
  readonly #sinceMs = clockMs();
  readonly #usedMs: number;

  constructor(children: readonly Child[]) {
    this.#children = children;
    this.#usedMs = usedMs(children);
  }

  /** In cores: 1 is one processor all the time. NaN where the system does not tell. */
  stop(): number {
    return (usedMs(this.#children) - this.#usedMs) / (clockMs() - this.#sinceMs);
  }
}

function usedMs(children: readonly Child[]): number {
  return children.reduce((sum, { processId }) => sum + usedBy(processId), 0);
}

function usedBy(processId: number | undefined): number {
  if (processId === undefined) return Number.NaN;
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
