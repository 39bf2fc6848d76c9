import type { Spec } from './spec.js';
import { OMISSIONS, type SwarmOptions } from './swarm.js';

/** A run under a minute each: nobody waits longer for a smaller example. */
const RUNS_MAX = 80;
const PEERS_MIN = 2;
const CHAOS_MS_MIN = 100;

/**
 * Makes a failing case smaller for as long as it still fails, greedily: of all that is a little
 * smaller the first that fails is taken, and made smaller in turn.
 * @param smaller cases a little smaller, the most promising first
 * @param runsMax no more cases than this are tried
 */
export function shrink<Case>(
  start: Case,
  smaller: (from: Case) => readonly Case[],
  fails: (candidate: Case) => boolean,
  runsMax: number = RUNS_MAX,
): Case {
  let best = start;
  let runs = 0;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of smaller(best)) {
      if (runs >= runsMax) return best;
      runs += 1;
      if (!fails(candidate)) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** @param drawn what the seed draws where the options say nothing */
export function smallerSwarms(
  options: SwarmOptions,
  drawn: { readonly nodes: number; readonly chaosMs: number },
): readonly SwarmOptions[] {
  const { without = [], lifeMs } = options;
  const nodes = options.nodes ?? drawn.nodes;
  const chaosMs = options.chaosMs ?? drawn.chaosMs;
  const cases: SwarmOptions[] = [];
  if (lifeMs !== undefined) cases.push({ ...options, lifeMs: undefined });
  if (chaosMs > CHAOS_MS_MIN) cases.push({ ...options, chaosMs: Math.floor(chaosMs / 2) });
  if (nodes > PEERS_MIN) cases.push({ ...options, nodes: nodes - 1 });
  for (const one of OMISSIONS) {
    if (!without.includes(one)) cases.push({ ...options, without: [...without, one] });
  }
  return cases;
}

export function smallerSpecs(spec: Spec): readonly Spec[] {
  const { faults, churn, senders, peers, durationMs } = spec;
  const named = faults.flatMap((fault) => (typeof fault.peers === 'number' ? [] : fault.peers));
  return [
    ...faults.map((fault) => ({ ...spec, faults: faults.filter((other) => other !== fault) })),
    ...(churn === undefined ? [] : [{ ...spec, churn: undefined }]),
    ...(senders.peers > 0 ? [{ ...spec, senders: { ...senders, peers: senders.peers - 1 } }] : []),
    // Whoever is named must be there.
    ...(peers > PEERS_MIN && named.length === 0 ? [{ ...spec, peers: peers - 1 }] : []),
    ...(durationMs > CHAOS_MS_MIN ? [{ ...spec, durationMs: Math.floor(durationMs / 2) }] : []),
  ];
}
