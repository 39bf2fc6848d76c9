import { describe, expect, it } from 'vitest';
import { mesh, SEEDS, simulate } from './support/simulate.js';

describe.each(SEEDS)('a mesh (seed %s)', (seed) => {
  it('of three forms, talks, loses one, talks on, and brings it up to date when it is back', () => {
    const sim = simulate({ seed });
    const [a, b, c] = sim.start(3, { staggerMs: 300 });
    if (a === undefined || b === undefined || c === undefined)
      throw new Error('three were started');
    sim.converge(5_000);
    a.publish('hello');
    sim.run(50);
    b.publish('hello ana');
    sim.converge(2_000);
    sim.kill(b);
    sim.until(() => sim.everyoneSees(b, 'dead'), 1_000);
    a.publish('bob is gone');
    c.publish('so he is');
    sim.run(500);
    sim.boot(b);
    sim.converge(3_000);
    for (const node of [a, b, c]) {
      expect(node.texts().toSorted()).toEqual(
        ['bob is gone', 'hello', 'hello ana', 'so he is'].toSorted(),
      );
    }
    expect(b.texts().indexOf('hello')).toBeLessThan(b.texts().indexOf('hello ana'));
    expect(b.generation).toBe(2);
  });

  it('of 20 that start at once lists everybody at everybody within a second', () => {
    const sim = simulate({ seed });
    sim.start(20, { seeds: 'all' });
    expect(sim.until(() => everyoneListsEveryone(sim), 1_000)).toBeLessThan(1_000);
    sim.converge(30_000);
  });

  it('of 20 that start at once and know one address lists everybody within a second', () => {
    const sim = simulate({ seed });
    sim.start(20, { seeds: 'first' });
    expect(sim.until(() => everyoneListsEveryone(sim), 1_000)).toBeLessThan(1_000);
    sim.converge(30_000);
  });

  it('of 20 that start at once is complete within a second: one link a pair, all known to be in sync', () => {
    const sim = simulate({ seed });
    sim.start(20, { seeds: 'first' });
    expect(sim.converge(30_000)).toBeLessThan(1_000);
  });

  it('of 20 that each know only the one before joins up', () => {
    const sim = simulate({ seed });
    sim.start(20, { seeds: 'previous' });
    expect(sim.until(() => everyoneListsEveryone(sim), 1_000)).toBeLessThan(1_000);
    sim.converge(30_000);
  });

  it('of 20 sees a newcomer within 200 ms', () => {
    const sim = mesh(20, { seed });
    const newcomer = sim.add();
    newcomer.join(sim.node('a'));
    sim.boot(newcomer);
    expect(sim.until(() => sim.everyoneSees(newcomer, 'alive'), 1_000)).toBeLessThan(200);
  });

  it('of 20 sees a clean goodbye within 100 ms, and never calls it a death', () => {
    const sim = mesh(20, { seed });
    const startMs = sim.nowMs;
    sim.leave('h');
    expect(sim.until(() => sim.everyoneSees('h', 'left'), 1_000)).toBeLessThan(100);
    sim.run(10_000);
    sim.converge(0);
    for (const node of sim.live) expect(node.sawAt(sim.node('h'), 'dead', startMs)).toEqual([]);
  });

  it('brings a message of one to all 19 others within 20 ms', () => {
    const sim = mesh(20, { seed });
    const id = sim.node('c').publish('to all');
    expect(sim.until(() => sim.nodes.every((node) => node.texts().length === 1), 20)).toBeLessThan(
      20,
    );
    sim.until(() => sim.node('c').receipt(id).held === 19, 2_000);
    expect(sim.node('c').receipt(id)).toEqual({ held: 19, live: 19 });
  });

  it('of two that dial each other at one instant keeps the link that the lower id dialled', () => {
    const sim = simulate({ seed, network: { latencyMs: 5 } });
    const [a, b] = sim.start(2, { seeds: 'all' });
    if (a === undefined || b === undefined) throw new Error('two were started');
    sim.converge(1_000);
    sim.run(2_000);
    const [lower, higher] = a.id < b.id ? [a, b] : [b, a];
    expect(lower.status().members.find(({ self }) => !self)?.link?.dialled).toBe(true);
    expect(higher.status().members.find(({ self }) => !self)?.link?.dialled).toBe(false);
    // One duplicate, settled once, and no trace of it among the members.
    expect(sim.coverage().get('counter:linksDuplicate')).toBeLessThanOrEqual(2);
    expect(sim.coverage().get('counter:dials')).toBe(2);
    expect(sim.coverage().get('counter:suspicions')).toBe(0);
  });

  it('is quiet when nothing happens', () => {
    const sim = mesh(8, { seed });
    const QUIET_SECONDS = 60;
    const before = bytesOut(sim);
    sim.run(QUIET_SECONDS * 1_000);
    expect((bytesOut(sim) - before) / QUIET_SECONDS / 8).toBeLessThan(4_000);
    expect(sim.coverage().get('counter:suspicions')).toBe(0);
  });
});

function everyoneListsEveryone(sim: ReturnType<typeof simulate>): boolean {
  return sim.nodes.every((node) => sim.everyoneSees(node, 'alive'));
}

function bytesOut(sim: ReturnType<typeof simulate>): number {
  return sim.nodes.reduce((sum, node) => sum + node.counters().bytesOut, 0);
}
