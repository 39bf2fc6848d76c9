import { clockMs } from '../../clock.js';
import { LabError } from '../../errors.js';
import type { Agent } from './agent-view.js';
import type { Cluster } from './cluster.js';

/** What takes longer is not worth waiting for; it counts as infinite. */
export const patienceMs = 30_000;

/** Milliseconds from `sinceMs` to the time that `moment` finds, or infinity if it does not come. */
export async function timeTo(sinceMs: number, moment: Promise<number>): Promise<number> {
  try {
    return (await moment) - sinceMs;
  } catch (error) {
    if (error instanceof LabError && error.code === 'timeout') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Kills agents with SIGKILL, and tells how long it took until the last of the others knew of all. */
export function killAndTime(cluster: Cluster, victims: readonly Agent[]): Promise<number> {
  const ids = victims.map(({ id }) => id);
  cluster.remove(victims);
  for (const id of ids) cluster.mayDie.add(id);
  const sinceMs = clockMs();
  for (const { child } of victims) child.kill();
  const known = cluster.seen(cluster.agents, ids, 'dead', { sinceMs, timeoutMs: patienceMs });
  return timeTo(sinceMs, known);
}

/** Starts one more agent, and tells how long after it listened the last of the others saw it. */
export async function joinAndTime(cluster: Cluster): Promise<number> {
  const others = [...cluster.agents];
  const newcomer = cluster.start();
  await cluster.listening([newcomer]);
  const sinceMs = newcomer.ready?.atMs ?? 0;
  const seen = cluster.seen(others, [newcomer.id], 'alive', { sinceMs: 0, timeoutMs: patienceMs });
  const joined = await timeTo(sinceMs, seen);
  await cluster.complete();
  return joined;
}

/** One agent says goodbye; tells how long it took until the last of the others knew that it left. */
export async function leaveAndTime(cluster: Cluster, leaver: Agent): Promise<number> {
  const { id, child } = leaver;
  cluster.remove([leaver]);
  child.mayEnd = true;
  child.send({ do: 'leave' });
  const sinceMs = await cluster.until('the goodbye', patienceMs, () => leaver.leavingAtMs);
  const seen = cluster.seen(cluster.agents, [id], 'left', { sinceMs: 0, timeoutMs: patienceMs });
  return timeTo(sinceMs, seen);
}
