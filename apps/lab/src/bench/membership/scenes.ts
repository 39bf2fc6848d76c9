import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../../clock.js';
import { formatMs } from '../../output/table.js';
import { type BenchContext, settleMs, withCluster } from './context.js';
import { measureMessages } from './messages.js';
import { measureProgramStart } from './program-start.js';
import type { RowName } from './rows.js';
import { joinAndTime, killAndTime, leaveAndTime, patienceMs, timeTo } from './timing.js';

/** A part of the bench: the rows it fills and how. */
export interface Scene {
  readonly rows: readonly RowName[];
  readonly run: (context: BenchContext) => Promise<void>;
}

export const scenes: readonly Scene[] = [
  { rows: ['kill-5'], run: (context) => killOneByOne(context, 'kill-5', 5) },
  { rows: ['kill-3-of-5'], run: (context) => killManyAtOnce(context, 'kill-3-of-5', 3, 5) },
  { rows: ['kill-7-of-10'], run: (context) => killManyAtOnce(context, 'kill-7-of-10', 7, 10) },
  {
    rows: ['burst', 'message-p50', 'message-p99', 'message-max', 'leave', 'join', 'kill-20'],
    run: lifeOfTwenty,
  },
  { rows: ['kill-40'], run: (context) => killOneByOne(context, 'kill-40', 40) },
  { rows: ['frozen', 'resumed'], run: freezeOne },
  { rows: ['start-cpu', 'start-wall'], run: measureProgramStart },
];

/** One mesh; each time another peer is killed, and a new one takes its place. */
function killOneByOne(context: BenchContext, row: RowName, size: number): Promise<void> {
  return withCluster(context, async (cluster) => {
    await cluster.boot(size);
    for (let repeat = 0; repeat < context.repeats; repeat += 1) {
      await sleep(settleMs);
      const victim = cluster.agents[repeat % 2 === 0 ? 0 : size - 2];
      if (victim === undefined) return;
      add(context, row, await killAndTime(cluster, [victim]));
      if (repeat + 1 < context.repeats) await joinAndTime(cluster);
    }
  });
}

/** A fresh mesh each time, as the survivors of the last one have learnt too much. */
async function killManyAtOnce(
  context: BenchContext,
  row: RowName,
  killed: number,
  size: number,
): Promise<void> {
  for (let repeat = 0; repeat < context.repeats; repeat += 1) {
    await withCluster(context, async (cluster) => {
      await cluster.boot(size);
      await sleep(settleMs);
      // The one through which all joined is among them.
      add(context, row, await killAndTime(cluster, cluster.agents.slice(0, killed)));
    });
  }
}

/** Twenty peers, from the burst of their joining on; a fresh mesh for each repeat. */
async function lifeOfTwenty(context: BenchContext): Promise<void> {
  const size = 20;
  for (let repeat = 0; repeat < context.repeats; repeat += 1) {
    await withCluster(context, async (cluster) => {
      const completeAtMs = await cluster.boot(size);
      const listened = cluster.agents.map(({ ready }) => ready?.atMs ?? 0);
      add(context, 'burst', completeAtMs - Math.max(...listened));
      await sleep(settleMs);
      if (context.wants('message-p50', 'message-p99', 'message-max')) {
        await measureMessages(context, cluster);
      }
      if (context.wants('leave', 'join')) {
        const leaver = cluster.agents[Math.floor(size / 2)];
        if (leaver !== undefined) add(context, 'leave', await leaveAndTime(cluster, leaver));
        await sleep(settleMs / 2);
        add(context, 'join', await joinAndTime(cluster));
        await sleep(settleMs / 2);
      }
      const victim = cluster.agents[repeat % 2 === 0 ? 0 : 7];
      if (context.wants('kill-20') && victim !== undefined) {
        add(context, 'kill-20', await killAndTime(cluster, [victim]));
      }
    });
  }
}

const frozenForMs = 12_000;

/** SIGSTOP for twelve seconds; the others must bury the frozen peer, and it nobody when it wakes. */
function freezeOne(context: BenchContext): Promise<void> {
  return withCluster(context, async (cluster) => {
    await cluster.boot(4);
    for (let repeat = 0; repeat < context.repeats; repeat += 1) {
      await sleep(settleMs);
      const victim = cluster.agents[repeat % cluster.agents.length];
      if (victim === undefined) return;
      const others = cluster.agents.filter((agent) => agent !== victim);
      cluster.mayDie.clear();
      cluster.mayDie.add(victim.id);
      const frozenAtMs = clockMs();
      victim.child.signal('SIGSTOP');
      const dead = cluster.seen(others, [victim.id], 'dead', {
        sinceMs: frozenAtMs,
        timeoutMs: frozenForMs,
      });
      const [deadMs] = await Promise.all([timeTo(frozenAtMs, dead), sleep(frozenForMs)]);
      add(context, 'frozen', deadMs);
      const resumedAtMs = clockMs();
      victim.child.signal('SIGCONT');
      const back = cluster.seen(others, [victim.id], 'alive', {
        sinceMs: resumedAtMs,
        timeoutMs: patienceMs,
      });
      add(context, 'resumed', await timeTo(resumedAtMs, back));
      context.samples.falseDeaths += cluster.takeFalseDeaths();
    }
  });
}

function add({ samples, narrator, wants }: BenchContext, row: RowName, milliseconds: number): void {
  if (!wants(row)) return;
  samples.add(row, milliseconds);
  narrator.step('measured', `${row.padEnd(13)} ${formatMs(milliseconds)}`);
}
