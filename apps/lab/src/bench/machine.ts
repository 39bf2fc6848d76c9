import { cpus, loadavg } from 'node:os';

/** What the numbers were measured on; a busy machine makes them worse. */
export function describeMachine(): string {
  const [load = 0] = loadavg();
  return `Node ${process.versions.node}, ${cpus().length} cores, load ${load.toFixed(1)} before`;
}
