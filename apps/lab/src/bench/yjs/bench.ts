import type { Narrator } from '../../output/narrator.js';
import { type Column, formatMs, formatTable } from '../../output/table.js';
import { withChildren } from '../../process/children.js';
import { median } from '../../stats.js';
import { describeMachine } from '../machine.js';
import { type Load, measureRun, type YjsRun } from './measure.js';
import { type DocumentServer, startPeers, startStock } from './servers.js';

/** What is measured. */
export interface YjsBenchOptions {
  readonly narrator: Narrator;
  readonly load: Load;
  /** Runs of each server, in turns: what disturbs one disturbs the other. */
  readonly repeats: number;
  /** The program of the stock server; undefined: ours alone. */
  readonly stock: string | undefined;
}

const COLUMNS: readonly Column[] = [
  { title: 'server' },
  { title: 'deliveries', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'CPU', align: 'right' },
  { title: 'p50 beside stock', align: 'right' },
];
const MESH_PEERS = 3;
/** Starting code is slow code: the first run of each server is not counted. */
const WARM_UP_MS = 1_000;

/** Measures how soon stock editors see each other's edits; prints a table. */
export async function benchYjs(options: YjsBenchOptions): Promise<void> {
  const { narrator, load, repeats, stock } = options;
  narrator.step('machine', describeMachine());
  const { editors, rate } = load;
  narrator.step('load', `${editors} stock editors on one document, ${rate} edits a second each`);
  const runs = await withChildren(async (children) => {
    const servers = [await startPeers(children, 1), await startPeers(children, MESH_PEERS)];
    if (stock !== undefined) servers.push(await startStock(children, stock));
    return await measureAll(servers, options);
  });
  const rows = [...runs].map(([label, all]) => summaryOf(label, all));
  const beside = rows.find(({ label }) => label === '@y/websocket-server')?.p50Ms;
  const table = formatTable(
    COLUMNS,
    rows.map(({ label, deliveries, p50Ms, p99Ms, cpuPercent }) => [
      label,
      String(deliveries),
      formatMs(p50Ms),
      formatMs(p99Ms),
      cpuPercent === undefined ? '-' : `${Math.round(cpuPercent)} %`,
      beside === undefined ? '-' : `${(p50Ms / beside).toFixed(2)}x`,
    ]),
  );
  narrator.result(`\n${table}\n\nMedians of ${repeats} runs in turns.`, { load, repeats, rows });
}

async function measureAll(
  servers: readonly DocumentServer[],
  { narrator, load, repeats }: YjsBenchOptions,
): Promise<ReadonlyMap<string, YjsRun[]>> {
  const runs = new Map<string, YjsRun[]>(servers.map(({ label }) => [label, []]));
  for (const server of servers) {
    await measureRun(server, 'warm-up', { ...load, durationMs: WARM_UP_MS });
  }
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const server of servers) {
      narrator.step('measuring', `${server.label}, run ${repeat} of ${repeats}`);
      runs.get(server.label)?.push(await measureRun(server, `run-${repeat}`, load));
    }
  }
  return runs;
}

function summaryOf(label: string, runs: readonly YjsRun[]): YjsRun {
  const cpu = runs.flatMap(({ cpuPercent }) => (cpuPercent === undefined ? [] : [cpuPercent]));
  return {
    label,
    deliveries: median(runs.map(({ deliveries }) => deliveries)),
    p50Ms: median(runs.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(runs.map(({ p99Ms }) => p99Ms)),
    cpuPercent: cpu.length === 0 ? undefined : median(cpu),
  };
}
