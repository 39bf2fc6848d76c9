import { describe, expect, it } from 'vitest';
import { mesh, SEEDS, simulate } from './support/simulate.js';

describe.each(SEEDS)('identity (seed %s)', (seed) => {
  it('a restart is a new generation that replaces the old at once, on any address', () => {
    const sim = mesh(4, { seed });
    const [c, startMs] = [sim.node('c'), sim.nowMs];
    c.publish('first life');
    sim.run(100);
    sim.kill(c);
    sim.boot(c, { address: '10.0.9.9:7345' });
    const backMs = sim.converge(5_000);
    expect(backMs).toBeLessThan(5_000);
    for (const other of sim.live) {
      if (other === c) continue;
      const row = other.status().members.find(({ peer }) => peer === c.id);
      expect(row).toMatchObject({ generation: 2, state: 'alive', addresses: ['10.0.9.9:7345'] });
      expect(
        other.eventsOf('member', startMs).some(({ event }) => event.change.generation === 2),
      ).toBe(true);
    }
    c.publish('second life');
    sim.converge(5_000);
    for (const node of sim.nodes) expect(node.texts()).toEqual(['first life', 'second life']);
  });

  it('restarts without end leave one member and no stray link', () => {
    const sim = mesh(4, { seed });
    for (let round = 0; round < 20; round += 1) {
      sim.kill('b');
      sim.run(sim.random(`pause ${round}`).below(3_000));
      sim.boot('b');
      sim.run(sim.random(`life ${round}`).below(3_000));
    }
    sim.converge(10_000);
    expect(sim.node('a').status().members).toHaveLength(4);
  });

  it('more lives than a log has room for cost neither a process nor a word of those who stay', () => {
    const LIVES_MAX = 8;
    const sim = mesh(3, { seed, limits: { streamsMax: LIVES_MAX } });
    const [a, b, c] = [sim.node('a'), sim.node('b'), sim.node('c')];
    a.publish('a was there from the start');
    c.publish('so was c');
    sim.run(500);
    for (let life = 1; life < 2 * LIVES_MAX; life += 1) {
      b.publish(`life ${life}`);
      sim.run(300);
      sim.kill(b);
      sim.run(300);
      sim.boot(b);
      sim.run(2_000);
    }
    a.publish('a is still there');
    c.publish('so is c');
    sim.run(2_000);
    for (const node of [a, b, c]) {
      expect(node.texts()).toContain('a is still there');
      expect(node.texts()).toContain('so is c');
      expect(node.status().live).toBe(2);
    }
  });

  it('an old generation is refused and replaces nobody', () => {
    const sim = mesh(3, { seed });
    sim.kill('c');
    sim.boot('c');
    sim.converge(5_000);
    const ghost = sim.add({ name: 'ghost', id: sim.node('c').id });
    ghost.join(sim.node('a'));
    ghost.join(sim.node('c'));
    sim.boot(ghost, { generation: 1 });
    sim.run(10_000);
    expect(ghost.eventsOf('superseded').length).toBeGreaterThan(0);
    // Turned away, and not let in again ten times a second.
    const refusals = sim.node('a').eventsOf('refused').length;
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThan(20);
    for (const name of ['a', 'b']) {
      const row = sim
        .node(name)
        .status()
        .members.find(({ peer }) => peer === ghost.id);
      expect(row).toMatchObject({ generation: 2, state: 'alive' });
    }
  });

  it('a newer process under the same id replaces the older, which is told so', () => {
    const sim = mesh(3, { seed });
    const heir = sim.add({ name: 'heir', id: sim.node('c').id });
    heir.join(sim.node('a'));
    sim.boot(heir, { generation: 7 });
    sim.until(() => sim.node('c').eventsOf('superseded').length > 0, 15_000);
    sim.kill('c');
    sim.converge(15_000);
    const row = sim
      .node('b')
      .status()
      .members.find(({ peer }) => peer === heir.id);
    expect(row).toMatchObject({ generation: 7, state: 'alive' });
  });

  it('an address that another peer takes over leads to that peer, and the first one is dead', () => {
    const sim = mesh(4, { seed });
    const c = sim.node('c');
    sim.kill(c);
    const heir = sim.add({ name: 'heir', address: c.address });
    heir.join(sim.node('a'));
    sim.boot(heir);
    sim.until(() => sim.everyoneSees(c, 'dead'), 10_000);
    sim.converge(10_000);
    expect(sim.everyoneSees(heir, 'alive')).toBe(true);
    sim.boot(c, { address: '10.0.9.9:7345' });
    sim.converge(10_000);
    expect(sim.everyoneSees([c, heir], 'alive')).toBe(true);
  });

  it('a clock more than five seconds off is refused in words, and taken back when it is set', () => {
    const sim = mesh(3, { seed });
    const late = sim.add({ name: 'late' });
    late.join(sim.node('a'));
    sim.setClock(late, -8_000);
    sim.boot(late);
    sim.run(5_000);
    const [refusal] = late.eventsOf('refused');
    expect(refusal?.event.reason).toMatch(/clocks? .*8\.\d s/);
    expect(late.status().live).toBe(0);
    for (const name of ['a', 'b', 'c']) expect(sim.node(name).sees(late)).toBeUndefined();
    sim.setClock(late, 0);
    sim.converge(60_000);
  });

  it('clocks four seconds apart still order what follows from what', () => {
    const sim = simulate({ seed });
    const [a, b, c] = sim.start(3, { staggerMs: 100 });
    if (a === undefined || b === undefined || c === undefined)
      throw new Error('three were started');
    sim.setClock(a, 2_000);
    sim.setClock(b, -2_000);
    sim.setDrift(c, 200);
    sim.converge(10_000);
    for (let count = 0; count < 30; count += 1) {
      const speaker = [a, b, c][count % 3];
      speaker?.publish(`message ${count}`);
      sim.run(30);
    }
    sim.converge(5_000);
    for (const node of [a, b, c]) {
      const times = node.history().map(({ time }) => [time.ms, time.counter] as const);
      const sorted = times.toSorted((x, y) => x[0] - y[0] || x[1] - y[1]);
      expect(times).toEqual(sorted);
    }
  });

  it('a peer of another network is refused and costs nobody anything', () => {
    const sim = mesh(3, { seed });
    const stranger = sim.add({ name: 'stranger', network: 'elsewhere' });
    stranger.join(sim.node('a'));
    sim.boot(stranger);
    sim.run(5_000);
    expect(stranger.eventsOf('refused').length).toBeGreaterThan(0);
    sim.kill(stranger);
    sim.converge(1_000);
    expect(sim.node('a').status().members).toHaveLength(3);
  });

  it('a peer that dials itself, or is told of itself, is not its own neighbour', () => {
    const sim = simulate({ seed });
    const [a, b] = sim.start(2);
    if (a === undefined || b === undefined) throw new Error('two were started');
    a.join('10.0.0.1:7340');
    b.discover(b);
    sim.converge(10_000);
    expect(a.status().members).toHaveLength(2);
  });
});
