import type { Narrator } from '../../output/narrator.js';
import type { Children } from '../../process/children.js';
import { Cluster } from './cluster.js';
import type { RowName, Samples } from './rows.js';

/** What every scene of the bench is given. */
export interface BenchContext {
  readonly children: Children;
  readonly narrator: Narrator;
  readonly samples: Samples;
  readonly repeats: number;
  /** The built chat program. */
  readonly chatFile: string;
  readonly wants: (...names: readonly RowName[]) => boolean;
}

/** Between the moment at which all know each other and the first measurement. */
export const settleMs = 2_000;

let clusters = 0;

/** Boots a mesh of its own, lets `measure` use it, and ends it. */
export async function withCluster<T>(
  { children, samples }: BenchContext,
  measure: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  clusters += 1;
  const cluster = new Cluster(children, `bench-${process.pid}-${clusters}`);
  try {
    return await measure(cluster);
  } finally {
    samples.falseDeaths += cluster.takeFalseDeaths();
    await children.endAll();
  }
}
