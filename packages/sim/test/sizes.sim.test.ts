import { describe, expect, it } from 'vitest';
import type { Simulation } from '../src/index.js';
import { simulate } from './support/simulate.js';

/** Few peers make a large mesh here; the shapes are those of 64 and 150. */
const SMALL = { fullMeshUpTo: 8, cappedUpTo: 20 } as const;
const CASES = [
  { shape: 'capped', peers: 18, linksMax: 14 },
  { shape: 'partial', peers: 40, linksMax: 10 },
] as const;

function formed(peers: number, seed: string): Simulation {
  const sim = simulate({ seed, config: SMALL });
  sim.start(peers, { staggerMs: 50 });
  sim.until(() => sim.nodes.every((node) => sim.everyoneSees(node, 'alive')), 60_000);
  sim.run(25_000);
  return sim;
}

describe.each(['1', '2'])('a mesh beyond the full one (seed %s)', (seed) => {
  it.each(CASES)('$shape: $peers peers know each other by few links', ({ peers, linksMax }) => {
    const sim = formed(peers, seed);
    const links = sim.nodes.map((node) => node.run?.openLinks ?? 0);
    expect(Math.max(...links)).toBeLessThanOrEqual(linksMax);
    expect(Math.min(...links)).toBeGreaterThanOrEqual(2);
    expect(sim.coverage().get('counter:suspicions')).toBe(0);
    sim.node('d').publish('to all');
    sim.until(() => sim.nodes.every((node) => node.texts().length === 1), 30_000);
  });

  it.each(CASES)('$shape: a death is known to all, and nobody else is blamed', ({ peers }) => {
    const sim = formed(peers, seed);
    sim.kill('h');
    sim.until(() => sim.everyoneSees('h', 'dead'), 10_000);
    expect(sim.judge.membership.falseDeaths).toEqual([]);
  });

  it.each(CASES)('$shape: nobody is blamed while one message in five is lost', ({ peers }) => {
    const sim = formed(peers, seed);
    sim.setFaults({ lossPerMille: 200 });
    sim.run(60_000);
    sim.setFaults({});
    expect(sim.judge.membership.falseDeaths).toEqual([]);
  });

  it.each(CASES)('$shape: what is left of it is a full mesh again', ({ peers }) => {
    const sim = formed(peers, seed);
    const victims = sim.nodes.slice(0, peers - 6);
    sim.kill(...victims);
    sim.until(() => victims.every((victim) => sim.everyoneSees(victim, 'dead')), 60_000);
    sim.converge(120_000);
    expect(sim.live.map((node) => node.run?.openLinks)).toEqual([5, 5, 5, 5, 5, 5]);
  });
});
