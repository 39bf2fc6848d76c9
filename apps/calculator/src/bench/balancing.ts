import type { Strategy } from '@hearsay/services';
import { withTemporaryFolder } from '../processes/temporary-folder.js';
import { ECHO } from './copy.js';
import { durationsOf, loadFor, quantile } from './load.js';
import { openStage } from './stage.js';

/** Durations under one way of balancing, while one of three copies is slow. */
export interface BalancingResult {
  readonly strategy: Strategy;
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 100 quantiles, for a plot. */
  readonly curveMs: readonly number[];
}

const RATE = 200;
const SLOW_MS = 500;
const STRATEGIES: readonly Strategy[] = [
  'two-choices',
  'round-robin',
  'weighted',
  'sticky',
  'same-host',
];
const POINTS = 100;

/** The same load by each strategy against three copies, of which one takes half a second. */
export function measureBalancing(forMs: number): Promise<BalancingResult[]> {
  return withTemporaryFolder(async (folder) => {
    const stage = await openStage({ folder, delays: [0, 0, SLOW_MS] });
    try {
      const results: BalancingResult[] = [];
      for (const strategy of STRATEGIES) {
        const samples = await loadFor({ rate: RATE, forMs }, (index) =>
          stage.services.call(ECHO, 'x', { strategy, idempotent: true, key: `key-${index}` }),
        );
        const durations = durationsOf(samples);
        results.push({
          strategy,
          calls: samples.length,
          p50Ms: quantile(durations, 0.5),
          p99Ms: quantile(durations, 0.99),
          curveMs: Array.from({ length: POINTS }, (_, point) =>
            quantile(durations, (point + 1) / POINTS),
          ),
        });
      }
      return results;
    } finally {
      await stage.close();
    }
  });
}
