import { fileURLToPath } from 'node:url';
import type { Narrator } from '../../output/narrator.js';
import { formatMs } from '../../output/table.js';
import { withChildren } from '../../process/children.js';
import { median, quantile } from '../../stats.js';
import { describeMachine } from '../machine.js';
import type { LocalFigures } from './local.js';
import { CacheMesh, type Latencies } from './mesh.js';
import { measureRedis, measureRedisResync, redisAbsence } from './redis.js';
import { formatRows, type Row } from './report.js';

export interface CacheBenchOptions {
  readonly narrator: Narrator;
  readonly quick: boolean;
}

const localFile = fileURLToPath(new URL('./local-agent.js', import.meta.url));
const ENTRIES = 100_000;
const BESIDE_RATE = 20_000;
const MB = 1_000_000;

const count = (value: number): string => Math.round(value).toLocaleString('en');
const bytes = (value: number): string => `${Math.round(value)} B`;

/** Measures the cache beside Redis, lru-cache and Y.Map in one run; prints a table and the goals. */
export async function benchCache({ narrator, quick }: CacheBenchOptions): Promise<void> {
  narrator.step('machine', describeMachine());
  const rows = [...(await localRows(narrator, quick)), ...(await meshRows(narrator, quick))];
  narrator.result(`\n${formatRows(rows)}`, { rows });
}

async function localRows(narrator: Narrator, quick: boolean): Promise<readonly Row[]> {
  const rounds = quick ? 3 : 9;
  const measure = async <Result>(subject: string, argument: number): Promise<Result> => {
    narrator.step('measuring', subject);
    return await runLocal<Result>(subject, argument);
  };
  const store = await measure<LocalFigures>('store', rounds);
  const api = await measure<Pick<LocalFigures, 'sets' | 'gets'>>('api', rounds);
  const lru = await measure<LocalFigures>('lru-cache', rounds);
  const map = await measure<LocalFigures>('Y.Map', quick ? 1 : 3);
  const heaps = await measure<readonly number[]>('churn', quick ? 200_000 : 1_000_000);
  const grown = (heaps.at(-1) ?? Number.NaN) - (heaps[0] ?? Number.NaN);
  const beside = (name: keyof LocalFigures, format: (value: number) => string): string =>
    `lru-cache ${format(lru[name])}, Y.Map ${format(map[name])}`;
  return [
    row('local sets a second, the store', store.sets, '>= 1,000,000', store.sets >= 1e6, {
      format: count,
      beside: beside('sets', count),
    }),
    row('local gets a second, the store', store.gets, '>= 5,000,000', store.gets >= 5e6, {
      format: count,
      beside: beside('gets', count),
    }),
    row('sets a second, signed, by cache.set', api.sets, '', undefined, { format: count }),
    row('gets a second, by cache.peek', api.gets, '', undefined, { format: count }),
    row('heap an entry of 100 B', store.entryBytes, '<= 260 B', store.entryBytes <= 260, {
      format: bytes,
      beside: beside('entryBytes', bytes),
    }),
    row('heap a tombstone', store.tombstoneBytes, '<= 130 B', store.tombstoneBytes <= 130, {
      format: bytes,
      beside: `Y.Map ${bytes(map.tombstoneBytes)}`,
    }),
    row('heap grown by an hour of churn', grown / MB, 'flat (< 5 MB)', grown < 5 * MB, {
      format: (value) => `${value.toFixed(1)} MB`,
    }),
  ];
}

async function meshRows(narrator: Narrator, quick: boolean): Promise<readonly Row[]> {
  const sets = quick ? 200 : 1_000;
  const absence = redisAbsence();
  if (absence !== undefined) narrator.step('skipped', `Redis: ${absence}`);
  else narrator.step('measuring', 'Redis with two replicas');
  const redis = absence === undefined ? await measureRedis(sets) : undefined;
  const resyncMs = absence === undefined ? await measureRedisResync(ENTRIES) : undefined;
  return await withChildren(async (children) => {
    const mesh = new CacheMesh(children, `bench-${process.pid}-cache`);
    await mesh.open(3);
    narrator.step('measuring', 'one set at a time, 3 peers');
    await mesh.flood(1_000); // What runs for the first time is slow.
    const alone = await mesh.trickle(sets, 0);
    narrator.step('measuring', `the same under ${count(BESIDE_RATE)} sets/s`);
    const busy = await mesh.trickle(sets, BESIDE_RATE);
    narrator.step('measuring', 'as many sets as 3 peers take');
    const rates: number[] = [];
    for (let round = 0; round < (quick ? 2 : 5); round++) rates.push(await mesh.flood(1_000));
    narrator.step('measuring', `a newcomer, ${count(ENTRIES)} entries`);
    const caughtUpMs = await mesh.catchUp(ENTRIES);
    narrator.step('measuring', 'kill -9 and restart of one with a folder');
    const restartedMs = await mesh.restart(ENTRIES);
    narrator.step('measuring', 'kill -9 of one under load');
    const killed = await mesh.kill(quick ? 2_000 : 6_000);
    return [
      ...latencyRows('set visible on both others', alone, redis),
      ...latencyRows(`the same under ${count(busy.besideRate)} sets/s`, busy, undefined),
      row('replicated sets a second, 3 peers', median(rates), '>= 60,000', median(rates) >= 6e4, {
        format: count,
      }),
      row(`newcomer, ${count(ENTRIES)} entries`, caughtUpMs, '<= 2 s', caughtUpMs <= 2_000, {
        format: formatMs,
        beside: resyncMs === undefined ? '' : `Redis, full resync ${formatMs(resyncMs)}`,
      }),
      row('restart from disk and catch up', restartedMs, '<= 2 s', restartedMs <= 2_000, {
        format: formatMs,
      }),
      row('failed operations after kill -9', killed.failed, '0', killed.failed === 0, {
        format: (value) => `${count(value)} of ${count(killed.done)}`,
      }),
    ];
  });
}

function latencyRows(
  title: string,
  { samples, missing }: Latencies,
  redis: Latencies | undefined,
): readonly Row[] {
  const micro = (value: number): string => `${value.toFixed(2)} ms`;
  const lost = missing === 0 ? '' : `; ${missing} did not arrive`;
  return (
    [
      [0.5, 'p50', 0.2],
      [0.99, 'p99', 5],
    ] as const
  ).map(([share, name, most]) => {
    const value = quantile(samples, share);
    const beside = redis === undefined ? '' : `Redis ${micro(quantile(redis.samples, share))}`;
    const goal = `<= ${most} ms`;
    return row(`${title}, ${name}`, value, goal, value <= most && missing === 0, {
      format: micro,
      beside: `${beside}${lost}`,
    });
  });
}

function row(
  title: string,
  value: number,
  goal: string,
  met: boolean | undefined,
  { format, beside = '' }: { readonly format: (value: number) => string; readonly beside?: string },
): Row {
  return { title, value, text: format(value), goal, met, beside };
}

/** A process of its own for each, so that none finds the heap of another. */
function runLocal<Result>(subject: string, argument: number): Promise<Result> {
  return withChildren(async (children) => {
    let result: Result | undefined;
    const child = children.start({
      label: subject,
      file: localFile,
      args: [subject, String(argument)],
      nodeArgs: ['--expose-gc'],
      onLine: (line) => {
        result = JSON.parse(line) as Result; // Both ends are built from the same sources.
      },
    });
    child.mayEnd = true;
    await child.ended;
    if (result === undefined) throw new Error(`${subject} was not measured: ${child.diagnosis}`);
    return result;
  });
}
