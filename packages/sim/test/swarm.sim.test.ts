import { describe, expect, it } from 'vitest';
import { Coverage, runSwarm } from '../src/index.js';

const SEEDS = 300;
const SEEDS_A_TEST = 25;

/** Rare paths that a suite of this size must have taken; one that stays at zero is not tested. */
const SOMETIMES = [
  'counter:suspicionsRefuted',
  'counter:refutations',
  'counter:indirectProbesSaved',
  'counter:batchesHeldBack',
  'counter:batchesDropped',
  'counter:batchesDuplicate',
  'counter:messagesPulled',
  'counter:linksDuplicate',
  'counter:linksRefused',
  'counter:deaths',
  'counter:deathsDisbelieved',
  'counter:isolations',
  'counter:stalls',
  'counter:verdictsFrozen',
  'counter:gaps',
  'event:caught-up',
  'event:gap',
  'event:isolated',
  'event:isolation-ended',
  'event:lagged',
  'event:refused',
  'event:stalled',
  'member:left',
  'reason:answered',
  'reason:goodbye',
  'reason:gossip',
  'reason:heard-of',
  'reason:link-lost',
  'reason:no-answer',
  'reason:others-agree',
  'reason:refused',
  'reason:refuted',
  'reason:restarted',
  'reason:suspicion-timeout',
  'network:dialsRefused',
  'network:dialsReset',
  'network:dialsTimedOut',
];

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
