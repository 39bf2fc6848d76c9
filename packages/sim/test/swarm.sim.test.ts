import { describe, expect, it } from 'vitest';
import { Coverage, runSwarm } from '../src/index.js';
import { SOMETIMES } from '../src/scenario/sometimes.js';

const SEEDS = 300;
const SEEDS_A_TEST = 25;

const coverage = new Coverage();

describe('a swarm of seeds, each with faults of its own', () => {
  it.each(batches())('keeps its promises under seeds %i to %i', (first, last) => {
    for (let seed = first; seed <= last; seed += 1) {
      coverage.addAll(runSwarm({ seed: String(seed) }).coverage);
    }
  });

  it('has gone down every rare path', () => {
    expect(coverage.missing(SOMETIMES)).toEqual([]);
  });
});

function batches(): [number, number][] {
  return Array.from({ length: SEEDS / SEEDS_A_TEST }, (_, index) => [
    index * SEEDS_A_TEST + 1,
    (index + 1) * SEEDS_A_TEST,
  ]);
}
