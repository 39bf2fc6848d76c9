import { describe, expect, it } from 'vitest';
import { SEEDS, simulate } from './support/simulate.js';
import { sparse } from './support/sparse.js';

const TREES = { directLackingMax: 0 };

describe.each(SEEDS)('trees (seed %s)', (seed) => {
  it('bring what is said to peers that its author cannot reach, and nearly once each', () => {
    const sim = sparse(12, [3], { seed });
    const authors = ['a', 'e', 'i'];
    const round = (text: string): void => {
      for (const name of authors) {
        sim.node(name).publish(`${text} of ${name}`);
        sim.run(40);
      }
    };
    for (let count = 0; count < 10; count += 1) round(`early ${count}`);
    sim.run(2_000);
    const before = sim.coverage();
    for (let count = 0; count < 20; count += 1) round(`late ${count}`);
    sim.run(30);
    const after = sim.coverage();
    const grew = (name: string): number =>
      after.get(`counter:${name}`) - before.get(`counter:${name}`);
    const deliveries = 20 * authors.length * 11;
    expect(grew('relaysFirst')).toBe(deliveries);
    expect(grew('relaysDuplicate')).toBeLessThan(deliveries / 10);
    expect(grew('messagesPulled')).toBe(0);
    for (const node of sim.nodes) expect(node.texts()).toHaveLength(30 * authors.length);
  });

  it('grow again where a relay is killed, and nothing is lost', () => {
    const sim = sparse(12, [3], { seed });
    for (let count = 0; count < 5; count += 1) {
      sim.node('a').publish(`before ${count}`);
      sim.run(200);
    }
    sim.kill('b', 'd');
    for (let count = 0; count < 20; count += 1) {
      sim.node('a').publish(`after ${count}`);
      sim.run(50);
    }
    sim.run(5_000);
    for (const node of sim.live) expect(node.texts()).toHaveLength(25);
  });

  it('ask for what was announced and did not come, and leave the rest to sync', () => {
    const sim = sparse(12, [3], { seed });
    sim.setFaults({ lossPerMille: 200 });
    for (let count = 0; count < 50; count += 1) {
      for (const name of ['a', 'e', 'i']) sim.node(name).publish(`${count} of ${name}`);
      sim.run(100);
    }
    sim.setFaults({});
    sim.run(10_000);
    const coverage = sim.coverage();
    expect(coverage.get('counter:graftsServed')).toBeGreaterThan(0);
    for (const node of sim.live) expect(node.texts()).toHaveLength(150);
  });

  it('are not used where everybody is a neighbour', () => {
    const sim = simulate({ seed, config: TREES });
    sim.start(5);
    sim.converge(10_000);
    sim.run(1_000);
    const before = sim.coverage().get('counter:relaysSent');
    for (const node of sim.nodes) node.publish(`of ${node.name}`);
    sim.run(1_000);
    expect(sim.coverage().get('counter:relaysSent')).toBe(before);
    for (const node of sim.nodes) expect(node.texts()).toHaveLength(5);
  });

  it('and straight links work side by side, whatever each peer thinks of the mesh', () => {
    const sim = sparse(8, [2], { seed, config: { directLackingMax: 3 } });
    // One with more neighbours than the others has fewer than four to lack.
    for (const other of sim.nodes.slice(1)) sim.healBetween('a', other.name);
    sim.run(20_000);
    for (const node of sim.nodes) {
      node.publish(`of ${node.name}`);
      sim.run(100);
    }
    sim.run(5_000);
    for (const node of sim.nodes) expect(node.texts()).toHaveLength(8);
  });
});
