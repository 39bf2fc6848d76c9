import { RUNS_MIN } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import type { Simulation } from '../src/index.js';
import { mesh, SEEDS } from './support/simulate.js';

/** Room for few streams, so that runs are soon over. */
const LIMITS = { streamsMax: 4 * RUNS_MIN };

/** Peers that talk, restart in turn and talk again; each run says something, and hears of the others. */
function live(sim: Simulation, names: string, rounds: number): void {
  const random = sim.random('life');
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      for (let said = random.below(3); said >= 0; said -= 1) {
        sim.node(name).publish(`${name} ${round}.${said}`);
        sim.run(random.below(40));
      }
      sim.run(300);
      sim.kill(name);
      sim.run(random.below(200));
      sim.boot(name).join(sim.nodes.find((node) => node.name !== name) ?? sim.node(name));
      sim.run(700);
    }
  }
}

function clockSizes(sim: Simulation): number[] {
  return [...new Set(sim.live.map((node) => node.status().clock.size))];
}

describe.each(SEEDS)('runs that are over (seed %s)', (seed) => {
  it('leave the clocks of all, however often peers restart', () => {
    const sim = mesh(4, { seed, limits: LIMITS });
    live(sim, 'bcd', 2 * RUNS_MIN);
    sim.converge(30_000);
    expect(clockSizes(sim)).toHaveLength(1);
    expect(clockSizes(sim)[0]).toBeLessThanOrEqual(3 * RUNS_MIN + 1);
    expect(sim.node('a').counters().streamsRetired).toBeGreaterThan(RUNS_MIN);
    expect(sim.live.flatMap((node) => node.eventsOf('no-room'))).toEqual([]);
    // Whoever comes now waits for nothing of them.
    const newcomer = sim.add();
    newcomer.join(sim.node('b'));
    sim.boot(newcomer);
    sim.converge(30_000);
    expect(newcomer.status().heldBack).toBe(0);
    newcomer.publish('hello');
    sim.converge(10_000);
    for (const node of sim.live) expect(node.texts()).toContain('hello');
  });

  it('do not come back from a peer that was away when they ended', () => {
    const sim = mesh(5, { seed, limits: LIMITS });
    live(sim, 'bcd', 3);
    sim.converge(30_000);
    sim.cut(['e'], ['a', 'b', 'c', 'd']);
    sim.node('e').publish('alone');
    live(sim, 'bcd', RUNS_MIN + 4);
    sim.run(20_000);
    const before = sim.node('a').counters().streamsRetired;
    expect(before).toBeGreaterThan(0);
    sim.heal();
    sim.converge(60_000);
    expect(sim.node('e').counters().streamsRetired).toBeGreaterThan(0);
    expect(clockSizes(sim)).toHaveLength(1);
    for (const node of sim.live) expect(node.texts()).toContain('alone');
  });
});
