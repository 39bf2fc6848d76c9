import { describe, expect, it } from 'vitest';
import { mesh, SEEDS, verdictsOn } from './support/simulate.js';

const MODES = ['opens', 'waits'] as const;

describe.each(SEEDS)('a frozen peer (seed %s)', (seed) => {
  it.each(MODES)(
    'of 4 is dead within 4 s and back within 0.5 s, nobody else is ever called dead (dials: %s)',
    (frozenDial) => {
      const sim = mesh(4, { seed, network: { frozenDial } });
      const startMs = sim.nowMs;
      sim.freeze('c');
      expect(sim.until(() => sim.everyoneSees('c', 'dead'), 4_000)).toBeLessThan(4_000);
      sim.run(15_000);
      sim.resume('c');
      expect(sim.until(() => sim.everyoneSees('c', 'alive'), 2_000)).toBeLessThan(500);
      sim.run(20_000);
      sim.converge(0);
      for (const name of ['a', 'b', 'd'])
        expect(verdictsOn(sim, name, startMs)).not.toContain('dead');
      expect(sim.judge.membership.falseDeaths).toEqual([]);
    },
  );

  it('that was away for one second is not called dead at all', () => {
    const sim = mesh(4, { seed });
    const startMs = sim.nowMs;
    for (let round = 0; round < 10; round += 1) {
      sim.stall('c', 1_000);
      sim.run(5_000);
    }
    sim.converge(0);
    for (const { name } of sim.nodes) expect(verdictsOn(sim, name, startMs)).not.toContain('dead');
  });

  it('catches up on what was said meanwhile, and what it said before is not lost', () => {
    const sim = mesh(4, { seed });
    sim.node('c').publish('before');
    sim.run(1);
    sim.freeze('c');
    for (let count = 0; count < 50; count += 1) {
      sim.node('a').publish(`meanwhile ${count}`);
      sim.run(200);
    }
    sim.resume('c');
    sim.converge(5_000);
    for (const node of sim.nodes) expect(node.texts()).toHaveLength(51);
  });

  it('that comes back among others frozen as long calls nobody dead', () => {
    const sim = mesh(6, { seed });
    const startMs = sim.nowMs;
    sim.freeze('b', 'c', 'd', 'e', 'f');
    sim.run(2_500);
    sim.resume('b', 'c', 'd', 'e', 'f');
    sim.run(15_000);
    sim.converge(0);
    for (const by of sim.nodes.slice(1)) {
      for (const of of sim.nodes) expect(by.sawAt(of, 'dead', startMs)).toEqual([]);
    }
  });
});
