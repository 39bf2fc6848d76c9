import { sample } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { mesh, SEEDS, simulate } from './support/simulate.js';

describe.each(SEEDS)('detection (seed %s)', (seed) => {
  it.each([
    [5, 1_000],
    [20, 1_000],
    [40, 2_000],
  ])('one process killed of %i: dead at all others within %i ms', (count, boundMs) => {
    const sim = mesh(count, { seed });
    const [victim] = sample(sim.nodes, 1, sim.random('victim'));
    if (victim === undefined) throw new Error('a mesh has nodes');
    sim.kill(victim);
    expect(sim.until(() => sim.everyoneSees(victim, 'dead'), boundMs)).toBeLessThan(boundMs);
    sim.converge(10_000);
    sim.boot(victim);
    expect(sim.until(() => sim.everyoneSees(victim, 'alive'), 5_000)).toBeLessThan(1_000);
    sim.converge(30_000);
  });

  it.each([
    [5, 3],
    [10, 7],
  ])(
    'of %i peers %i processes killed at once: all dead at all others within 2 s',
    (count, killed) => {
      const sim = mesh(count, { seed });
      const victims = sample(sim.nodes, killed, sim.random('victims'));
      sim.kill(...victims);
      expect(sim.until(() => sim.everyoneSees(victims, 'dead'), 2_000)).toBeLessThan(2_000);
      sim.run(30_000);
      sim.converge(0);
    },
  );

  it.each([
    [5, 3],
    [10, 7],
  ])(
    'of %i peers the machines of %i go silent: the rest calls them dead once it trusts itself',
    (count, killed) => {
      const sim = mesh(count, { seed });
      const victims = sample(sim.nodes, killed, sim.random('victims'));
      sim.powerOff(...victims);
      // Most peers silent at once looks like our own isolation: verdicts wait for the hold, and no longer.
      const boundMs = sim.settings.config.isolationHoldMs + 10_000;
      sim.until(() => sim.everyoneSees(victims, 'dead'), boundMs);
      sim.converge(10_000);
    },
  );

  it.each([5, 20, 40])('one machine of %i goes silent: dead at all others within 10 s', (count) => {
    const sim = mesh(count, { seed });
    sim.powerOff('c');
    sim.until(() => sim.everyoneSees('c', 'dead'), 10_000);
    sim.converge(10_000);
    sim.boot('c');
    sim.converge(30_000);
  });

  it('a connection that breaks is no death: the peer is redialled and never called dead', () => {
    const sim = mesh(5, { seed });
    const startMs = sim.nowMs;
    for (let round = 0; round < 20; round += 1) {
      const [one, other] = sample(sim.nodes, 2, sim.random(`round ${round}`));
      if (one !== undefined && other !== undefined) sim.snap(one, other);
      sim.run(700);
    }
    sim.converge(5_000);
    for (const node of sim.nodes) {
      for (const other of sim.nodes) expect(node.sawAt(other, 'dead', startMs)).toEqual([]);
    }
  });

  it('a slow peer under a long latency is not called dead', () => {
    const sim = simulate({ seed, network: { latencyMs: [50, 100] } });
    sim.start(5);
    sim.converge(30_000);
    for (let round = 0; round < 20; round += 1) {
      sim.stall('b', 400);
      sim.run(1_500);
    }
    expect(sim.coverage().get('counter:deaths')).toBe(0);
  });
});
