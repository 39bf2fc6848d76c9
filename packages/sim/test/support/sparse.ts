import type { Disguise, Simulation, SimulationOptions } from '../../src/index.js';
import { simulate } from './simulate.js';

/** Broadcast goes along trees, however few members are no neighbours. */
const TREES = { directLackingMax: 0 };

/**
 * Peers of which each can reach its neighbours on a ring and across some chords, and nobody else.
 * @param disguises of peers by their place
 */
export function sparse(
  count: number,
  chords: readonly number[],
  options: SimulationOptions,
  disguises: ReadonlyMap<number, Disguise> = new Map(),
): Simulation {
  const sim = simulate({ ...options, config: { ...TREES, ...options.config } });
  const nodes = Array.from({ length: count }, (_, place) => {
    const disguise = disguises.get(place);
    return sim.add(disguise === undefined ? {} : { disguise });
  });
  const isNear = (one: number, other: number): boolean =>
    [1, ...chords].some((step) => [step, count - step].includes((other - one + count) % count));
  for (const [one, node] of nodes.entries()) {
    sim.cut(
      [node],
      nodes.filter((_, other) => other !== one && !isNear(one, other)),
      { mode: 'lose' },
    );
    node.seeds.push(
      ...nodes.filter((_, other) => isNear(one, other)).map(({ address }) => address),
    );
  }
  for (const node of nodes) sim.boot(node);
  sim.until(() => nodes.every((node) => node.status().live === count - 1), 30_000, { stepMs: 50 });
  sim.run(10_000);
  return sim;
}
