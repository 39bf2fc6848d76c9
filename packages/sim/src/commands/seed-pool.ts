import { Worker } from 'node:worker_threads';
import type { SweepOrder, SweepSeed, SweepVerdict } from './sweep-worker.js';

/** What a pool works off. */
export interface SeedPoolOptions {
  readonly seeds: readonly string[];
  readonly order: SweepOrder;
  /** Threads, each with one seed at a time. */
  readonly jobs: number;
  /** In the order of the seeds, each as soon as it and all before it are known. */
  readonly onVerdict: (verdict: SweepVerdict) => void;
}

/**
 * Runs seeds in several threads. No seed knows of another, so what each does is the same however many
 * threads there are, and verdicts are told in the order of the seeds.
 * @throws whatever a thread ends with
 */
export async function runSeeds(options: SeedPoolOptions): Promise<void> {
  const { seeds, order, jobs, onVerdict } = options;
  const early = new Map<number, SweepVerdict>();
  let next = 0;
  let told = 0;
  const tell = (verdict: SweepVerdict): void => {
    early.set(verdict.index, verdict);
    for (let due = early.get(told); due !== undefined; due = early.get(told)) {
      early.delete(told);
      told += 1;
      onVerdict(due);
    }
  };
  const takeSeed = (): SweepSeed | undefined => {
    const seed = seeds[next];
    return seed === undefined ? undefined : { index: next++, seed };
  };
  const workers: Worker[] = [];
  const work = (): Promise<void> => {
    const first = takeSeed();
    if (first === undefined) return Promise.resolve();
    const worker = new Worker(new URL('./sweep-worker.js', import.meta.url), { workerData: order });
    workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', (verdict: SweepVerdict) => {
        tell(verdict);
        const seed = takeSeed();
        if (seed === undefined) resolve();
        else worker.postMessage(seed);
      });
      worker.on('error', reject);
      worker.postMessage(first);
    });
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
