import type { Random } from '@hearsay/core';

/**
 * How one of several providers is chosen.
 *
 * - `two-choices`: of two at random the one with less in flight times latency (Mitzenmacher 2001, with
 *   the load measure of Finagle's peak EWMA).
 * - `round-robin`: one after the other. `weighted`: at random, by announced weight.
 * - `sticky`: by a key, always the same while the providers are the same (rendezvous hashing,
 *   Thaler and Ravishankar 1998). Without a key, `two-choices`.
 * - `same-host`: those of this machine, when there are any; among them `two-choices`.
 */
export type Strategy = 'two-choices' | 'round-robin' | 'weighted' | 'sticky' | 'same-host';

/** What a balancer knows of a provider. */
export interface Candidate {
  /** Stable: rendezvous hashing goes by it. */
  readonly id: string;
  readonly inFlight: number;
  /** What a call takes there, or has been waiting for already. */
  readonly latencyMs: number;
  readonly weight: number;
  readonly sameHost: boolean;
}

export interface Choice {
  readonly strategy: Strategy;
  readonly key: string | undefined;
  /** Counts calls of a service, for round robin. */
  readonly turn: number;
  readonly random: Random;
}

/** @returns undefined of an empty list */
export function choose<C extends Candidate>(
  candidates: readonly C[],
  choice: Choice,
): C | undefined {
  if (candidates.length <= 1) return candidates[0];
  switch (choice.strategy) {
    case 'two-choices':
      return lessLoaded(candidates, choice.random);
    case 'round-robin':
      return candidates[choice.turn % candidates.length];
    case 'weighted':
      return byWeight(candidates, choice.random);
    case 'sticky':
      return choice.key === undefined
        ? lessLoaded(candidates, choice.random)
        : highest(candidates, choice.key);
    case 'same-host': {
      const near = candidates.filter(({ sameHost }) => sameHost);
      return lessLoaded(near.length > 0 ? near : candidates, choice.random);
    }
  }
}

function lessLoaded<C extends Candidate>(candidates: readonly C[], random: Random): C | undefined {
  const first = random.below(candidates.length);
  const second = (first + 1 + random.below(candidates.length - 1)) % candidates.length;
  const [one, other] = [candidates[first], candidates[second]];
  if (one === undefined || other === undefined) return one ?? other;
  return load(other) < load(one) ? other : one;
}

function load({ inFlight, latencyMs }: Candidate): number {
  return (inFlight + 1) * latencyMs;
}

function byWeight<C extends Candidate>(candidates: readonly C[], random: Random): C | undefined {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.below(total);
  for (const candidate of candidates) {
    if (rest < candidate.weight) return candidate;
    rest -= candidate.weight;
  }
  return candidates[0];
}

function highest<C extends Candidate>(candidates: readonly C[], key: string): C | undefined {
  let best: { readonly candidate: C; readonly score: number } | undefined;
  for (const candidate of candidates) {
    const score = hash(`${candidate.id}\u0000${key}`);
    if (best === undefined || score > best.score) best = { candidate, score };
  }
  return best?.candidate;
}

/** FNV-1a of the characters, then the last mixing step of MurmurHash3, so that near keys lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
