import { expect } from 'vitest';
import { createSimulation, type Simulation, type SimulationOptions } from '../../src/index.js';

/** Every scenario is tried with several seeds; a failure prints the one that failed. */
export const SEEDS: readonly string[] = ['1', '2', '3', '4', '5'];

/** A simulation that says in a failure which test to run again. */
export function simulate(options: SimulationOptions): Simulation {
  const scenario = expect.getState().currentTestName ?? 'a test';
  const replay = `npm test -- --project sim -t '${scenario.replaceAll(' > ', ' ').replaceAll("'", '.')}'`;
  return createSimulation({ scenario, replay, ...options });
}

/** A mesh of this size in which everybody knows everybody and nothing happens any more. */
export function mesh(count: number, options: SimulationOptions): Simulation {
  const sim = simulate(options);
  sim.start(count, { seeds: 'first', staggerMs: 20 });
  sim.converge(30_000);
  sim.run(5_000);
  return sim;
}

/** The states that anybody gave to a peer since a time, without repeats. */
export function verdictsOn(sim: Simulation, name: string, sinceMs: number): string[] {
  const target = sim.node(name);
  const states = sim.nodes.flatMap((node) =>
    node
      .eventsOf('member', sinceMs)
      .filter(({ event }) => event.change.peer === target.id)
      .map(({ event }) => event.change.state),
  );
  return [...new Set(states)].sort();
}
