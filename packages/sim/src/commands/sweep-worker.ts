import { parentPort, workerData } from 'node:worker_threads';
import { runSwarm, type SwarmOutcome } from '../scenario/swarm.js';
import { ViolationError } from '../violation.js';

/** What every worker of a sweep is started with. */
export interface SweepOrder {
  /** How long each mesh lives on. */
  readonly lifeMs: number;
}

/** One seed, by its place in the list. */
export interface SweepSeed {
  readonly index: number;
  readonly seed: string;
}

/** What became of a seed. */
export type SweepVerdict = { readonly index: number } & (
  | ({ readonly kind: 'held' } & Pick<SwarmOutcome, 'simulatedMs' | 'steps' | 'hash'> & {
        /** How often each thing happened. */
        readonly happened: readonly (readonly [string, number])[];
      })
  | { readonly kind: 'broken'; readonly words: string }
);

/** Runs one seed. An error that is no broken promise is a fault of the simulator, and thrown. */
export function judgeSeed({ index, seed }: SweepSeed, { lifeMs }: SweepOrder): SweepVerdict {
  try {
    const { simulatedMs, steps, hash, coverage } = runSwarm({ seed, lifeMs });
    return { kind: 'held', index, simulatedMs, steps, hash, happened: coverage.entries() };
  } catch (error) {
    if (!(error instanceof ViolationError)) throw error;
    return { kind: 'broken', index, words: error.message };
  }
}

// Only in a thread that a sweep started: it is handed one seed after the other.
parentPort?.on('message', (seed: SweepSeed) => {
  const order: SweepOrder = workerData;
  parentPort?.postMessage(judgeSeed(seed, order));
});
