import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTemporaryFolder } from '../processes/temporary-folder.js';
import { ECHO } from './copy.js';
import { durationsOf, loadFor, quantile, type Sample } from './load.js';
import { openStage, type Stage } from './stage.js';

/** What came of calls while copies were killed. */
export interface KillsResult {
  readonly rate: number;
  readonly kills: number;
  /** On average; over 2 s where a copy took longer to come back. */
  readonly betweenKillsMs: number;
  readonly calls: number;
  readonly idempotentFailed: number;
  /** Of calls that are not idempotent: their outcome is unknown, and nobody ran them again. */
  readonly unknown: number;
  readonly otherFailed: number;
  readonly ranTwice: number;
  /** How many calls failed with each code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly retried: number;
  readonly quietP50Ms: number;
  readonly quietP99Ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const RATE = 200;
const COPIES = [0, 0, 0];
const BETWEEN_KILLS_MS = 2_000;
/** A copy that is not back by then will not come. */
const BACK_MS = 60_000;
const WARM_MS = 2_000;
/** 4,000 calls: the p99 is the fortieth slowest of them. */
const QUIET_MS_MAX = 20_000;

/** 200 calls a second against three copies, one killed with SIGKILL every 2 s and started again. */
export function measureKills(forMs: number): Promise<KillsResult> {
  return withTemporaryFolder(async (folder) => {
    const ledger = path.join(folder, 'ledger');
    const stage = await openStage({ folder, delays: COPIES, ledger });
    let phase = 0;
    const run = async (phaseMs: number): Promise<(Sample & { readonly idempotent: boolean })[]> => {
      phase += 1;
      const kinds: boolean[] = [];
      const tagged: (Sample & { readonly idempotent: boolean })[] = [];
      await loadFor({ rate: RATE, forMs: phaseMs }, async (index) => {
        const idempotent = index % 2 === 0;
        kinds.push(idempotent);
        const sentMs = performance.now();
        const name = `${idempotent ? 'i' : 'n'}${phase}.${index}`;
        const code = await stage.services.call(ECHO, name, { idempotent }).then(
          () => 'ok',
          (error: { readonly code?: string }) => error.code ?? 'unknown',
        );
        tagged.push({ durationMs: performance.now() - sentMs, code, idempotent });
      });
      return tagged;
    };
    try {
      await run(WARM_MS);
      const quiet = await run(Math.min(forMs / 2, QUIET_MS_MAX));
      let kills = 0;
      let isOver = false;
      const startMs = performance.now();
      const killing = (async () => {
        while (!isOver) {
          const copy = stage.copies[kills % stage.copies.length];
          await copy?.kill();
          copy?.start();
          kills += 1;
          // Where a process takes seconds to start, the next must not be the last that is there.
          await Promise.all([sleep(BETWEEN_KILLS_MS), allBack(stage)]);
        }
      })();
      const stormy = await run(forMs);
      isOver = true;
      const betweenKillsMs = (performance.now() - startMs) / kills;
      await killing;
      const failed = stormy.filter(({ code }) => code !== 'ok');
      return {
        rate: RATE,
        kills,
        betweenKillsMs,
        calls: stormy.length,
        idempotentFailed: failed.filter(({ idempotent }) => idempotent).length,
        unknown: failed.filter(({ code }) => code === 'outcome-unknown').length,
        otherFailed: failed.filter((each) => !each.idempotent && each.code !== 'outcome-unknown')
          .length,
        ranTwice: await countTwice(ledger),
        codes: countsOf(failed.map(({ code }) => code)),
        retried: stage.services.counters()['retried'] ?? 0,
        quietP50Ms: quantile(durationsOf(quiet), 0.5),
        quietP99Ms: quantile(durationsOf(quiet), 0.99),
        p50Ms: quantile(durationsOf(stormy), 0.5),
        p99Ms: quantile(durationsOf(stormy), 0.99),
      };
    } finally {
      await stage.close();
    }
  });
}

async function allBack({ services, copies }: Stage): Promise<void> {
  await services.available(ECHO.name, { count: copies.length, timeoutMs: BACK_MS });
}

function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function countTwice(ledger: string): Promise<number> {
  const runs = (await readFile(ledger, 'utf8')).split('\n').filter((name) => name.startsWith('n'));
  return runs.length - new Set(runs).size;
}
