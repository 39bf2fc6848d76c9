import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time that a process has used on all its threads, in milliseconds; undefined where there
 * is no /proc to tell it.
 */
export function cpuTimeMs(processId: number): number | undefined {
  const tasks = `/proc/${processId}/task`;
  try {
    const nanoseconds = readdirSync(tasks).map((task) => {
      // The first of three numbers: time spent on a processor.
      const [onProcessor = ''] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ');
      return Number(onProcessor);
    });
    return nanoseconds.reduce((total, time) => total + time, 0) / 1e6;
  } catch {
    return undefined;
  }
}
