import { describe, expect, it } from 'vitest';
import type { Simulation } from '../src/index.js';
import { mesh, SEEDS } from './support/simulate.js';

const MODES = ['hold', 'lose'] as const;

describe.each(SEEDS)('a cut (seed %s)', (seed) => {
  describe.each(MODES)('that %ss what it meets', (mode) => {
    it.each([
      [5, 3],
      [10, 5],
    ])(
      'of %i peers %i on one side: both sides talk on, it heals, and nothing is lost',
      (count, left) => {
        const sim = mesh(count, { seed });
        const [one, other] = [sim.nodes.slice(0, left), sim.nodes.slice(left)];
        sim.cut(one, other, { mode });
        talkFor(sim, 15_000);
        sim.heal();
        const healedMs = sim.converge(30_000);
        expect(healedMs).toBeLessThan(10_000);
        const said = sim.nodes.reduce((sum, { run }) => {
          return sum + (run === undefined ? 0 : sim.judge.delivery.publishedIn(run.stream));
        }, 0);
        for (const node of sim.nodes) expect(node.texts()).toHaveLength(said);
      },
    );

    it('one way only is found, and everybody agrees again after the heal', () => {
      const sim = mesh(5, { seed });
      sim.cut(['a'], ['b', 'c', 'd', 'e'], { mode, oneWay: true });
      talkFor(sim, 20_000);
      sim.heal();
      sim.converge(30_000);
    });

    it('between two of five is bridged: neither calls the other dead, messages take the way around', () => {
      const sim = mesh(5, { seed });
      const startMs = sim.nowMs;
      sim.cut(['a'], ['b'], { mode });
      for (let round = 0; round < 20; round += 1) {
        sim.node('a').publish(`round ${round}`);
        sim.run(1_000);
      }
      sim.run(5_000);
      expect(sim.node('b').texts()).toHaveLength(20);
      for (const by of sim.nodes) {
        for (const of of sim.nodes) expect(by.sawAt(of, 'dead', startMs)).toEqual([]);
      }
      sim.heal();
      sim.converge(30_000);
    });
  });

  it.each([3, 5, 12])(
    'that isolates one of %i is noticed by it: it says so and buries nobody',
    (count) => {
      const sim = mesh(count, { seed });
      const [startMs, c] = [sim.nowMs, sim.node('c')];
      sim.isolate('c');
      sim.until(() => c.status().isolated, 15_000);
      sim.run(60_000);
      expect(c.eventsOf('isolated', startMs)).toHaveLength(1);
      for (const other of sim.nodes) expect(c.sawAt(other, 'dead', startMs)).toEqual([]);
      expect(sim.nodes.filter((node) => node !== c).every((node) => node.sees(c) === 'dead')).toBe(
        true,
      );
      sim.heal();
      sim.converge(30_000);
      expect(c.status().isolated).toBe(false);
      expect(c.eventsOf('isolation-ended', startMs)).toHaveLength(1);
    },
  );

  it('that breaks all links of one peer at once is noticed by it too', () => {
    const sim = mesh(5, { seed });
    const [startMs, c] = [sim.nowMs, sim.node('c')];
    sim.isolate('c');
    for (const other of sim.nodes) if (other !== c) sim.snap(c, other);
    sim.until(() => c.status().isolated, 5_000);
    sim.run(60_000);
    for (const other of sim.nodes) expect(c.sawAt(other, 'dead', startMs)).toEqual([]);
    sim.heal();
    sim.converge(30_000);
  });

  it('after which two call each other dead over an open link, and the denials get lost, is mended', () => {
    const sim = mesh(2, { seed });
    const [a, b] = [sim.node('a'), sim.node('b')];
    sim.cut([a], [b], { mode: 'lose' });
    // Sooner than the silent link is given up.
    sim.until(() => a.sees(b) === 'dead' && b.sees(a) === 'dead', 7_000);
    sim.setFaults({ lossPerMille: 700 });
    sim.heal();
    sim.run(1_500);
    sim.setFaults({});
    sim.converge(15_000);
  });

  it('that comes and goes leaves no damage', () => {
    const sim = mesh(6, { seed });
    for (let round = 0; round < 10; round += 1) {
      sim.cut(sim.nodes.slice(0, 3), sim.nodes.slice(3));
      talkFor(sim, 1_000 + 500 * round);
      sim.heal();
      talkFor(sim, 1_000);
    }
    sim.converge(30_000);
  });
});

function talkFor(sim: Simulation, ms: number): void {
  const random = sim.random(`talk at ${sim.nowMs}`);
  const endMs = sim.nowMs + ms;
  while (sim.nowMs < endMs) {
    sim.live[random.below(sim.live.length)]?.publish(`at ${sim.nowMs}`);
    sim.run(50 + random.below(400));
  }
}
