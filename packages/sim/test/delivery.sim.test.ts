import { describe, expect, it } from 'vitest';
import { mesh, SEEDS, simulate } from './support/simulate.js';

describe.each(SEEDS)('delivery (seed %s)', (seed) => {
  it('holds back what comes before its cause', () => {
    const sim = mesh(3, { seed });
    // c hears of the answer before it hears of the question.
    sim.cut(['a'], ['c'], { oneWay: true });
    sim.node('a').publish('question');
    sim.until(() => sim.node('b').texts().includes('question'), 100);
    sim.node('b').publish('answer');
    sim.run(20);
    expect(sim.node('c').texts()).toEqual([]);
    expect(sim.node('c').status().heldBack).toBe(1);
    sim.heal();
    sim.converge(10_000);
    expect(sim.node('c').texts()).toEqual(['question', 'answer']);
  });

  it('keeps the hold-back queue bounded, and brings later what found no room', () => {
    const HELD_MAX = 4;
    const sim = mesh(3, { seed, limits: { holdBackBatchesMax: HELD_MAX } });
    sim.cut(['a'], ['c'], { oneWay: true });
    sim.node('a').publish('the cause of everything');
    sim.run(10);
    for (let count = 0; count < 50; count += 1) {
      sim.node('b').publish(`effect ${count}`);
      sim.run(3);
      expect(sim.node('c').status().heldBack).toBeLessThanOrEqual(HELD_MAX);
    }
    sim.heal();
    sim.converge(10_000);
    expect(sim.node('c').texts()).toHaveLength(51);
    expect(sim.node('c').counters().batchesDropped).toBeGreaterThan(0);
  });

  it('repairs what was dropped on a link that could not keep up', () => {
    const sim = simulate({
      seed,
      network: { bandwidthBytesPerMs: 500, bulkQueueBytesMax: 400_000, windowBytes: 16_384 },
      limits: { pullBytesMax: 65_536 },
    });
    sim.start(3);
    sim.converge(5_000);
    for (let count = 0; count < 60; count += 1) {
      sim.node('a').publish(new Uint8Array(20_000).fill(count));
    }
    sim.converge(60_000);
    expect(sim.coverage().get('event:lagged')).toBeGreaterThan(0);
    expect(sim.coverage().get('counter:messagesPulled')).toBeGreaterThan(0);
  });

  it('repairs what a frozen reader made its writers drop', () => {
    const sim = simulate({ seed, network: { bulkQueueBytesMax: 100_000, windowBytes: 65_536 } });
    sim.start(4);
    sim.converge(5_000);
    sim.freeze('d');
    for (let count = 0; count < 30; count += 1) {
      sim.node('a').publish(new Uint8Array(20_000).fill(count));
      sim.run(100);
    }
    sim.resume('d');
    sim.converge(10_000);
    expect(sim.coverage().get('event:lagged')).toBeGreaterThan(0);
  });

  it('sends a newcomer the whole history, in causal order', () => {
    const sim = mesh(4, { seed });
    const random = sim.random('talk');
    for (let count = 0; count < 300; count += 1) {
      sim.nodes[random.below(4)]?.publish(`message ${count}`);
      sim.run(random.below(20));
    }
    sim.converge(5_000);
    const newcomer = sim.add();
    newcomer.join(sim.node('b'));
    sim.boot(newcomer);
    // It is compared with at once, not at the next round of anti-entropy.
    expect(sim.converge(5_000, 1)).toBeLessThan(500);
    expect(newcomer.texts()).toHaveLength(300);
  });

  it('tells a newcomer plainly which messages nobody keeps any more', () => {
    const KEPT_MAX = 50;
    const sim = mesh(3, {
      seed,
      limits: { logMessagesMax: KEPT_MAX, batchRecordsMax: 10 },
      gapsAllowed: true,
    });
    for (let count = 0; count < 200; count += 1) {
      sim.nodes[count % 3]?.publish(`message ${count}`);
      sim.run(5);
    }
    sim.converge(5_000);
    const newcomer = sim.add();
    newcomer.join(sim.node('a'));
    sim.boot(newcomer);
    sim.converge(5_000);
    expect(newcomer.status().messages).toBeLessThanOrEqual(KEPT_MAX);
    expect(newcomer.eventsOf('gap').length).toBeGreaterThan(0);
    newcomer.publish('hello');
    sim.converge(5_000);
  });

  it('lets a newcomer skip what was said by peers that are long gone', () => {
    const sim = mesh(3, { seed, limits: { logMessagesMax: 20 }, gapsAllowed: true });
    const random = sim.random('talk');
    for (let count = 0; count < 40; count += 1) {
      const guest = sim.add();
      guest.join(sim.node('a'));
      sim.boot(guest);
      sim.run(300);
      for (let said = random.below(4); said >= 0; said -= 1) {
        guest.publish(`${guest.name} ${said}`);
        sim.nodes[random.below(3)]?.publish(`to ${guest.name}`);
        sim.run(random.below(30));
      }
      sim.run(500);
      sim.kill(guest);
    }
    sim.converge(30_000);
    // Nobody is left who was there when the first guests spoke, twice.
    const later = [sim.add(), sim.add()];
    for (const [place, newcomer] of later.entries()) {
      newcomer.join(place === 0 ? sim.node('a') : (later[0] ?? newcomer));
      sim.boot(newcomer);
      sim.converge(10_000);
      expect(newcomer.status().heldBack).toBe(0);
      expect(newcomer.status().messages).toBeLessThanOrEqual(20);
      expect(newcomer.eventsOf('gap').length).toBeGreaterThan(20);
      if (place === 0) sim.kill('a', 'b', 'c');
      sim.run(20_000);
    }
    later[1]?.publish('hello');
    sim.converge(10_000);
    expect(later[0]?.texts().at(-1)).toBe('hello');
  });

  it('lets go of what is old though nobody says anything, and nobody waits for it', () => {
    const sim = mesh(3, { seed, limits: { logAgeMaxMs: 90_000 }, gapsAllowed: true });
    for (let count = 0; count < 60; count += 1) {
      sim.nodes[count % 3]?.publish(`message ${count}`);
      sim.run(50);
    }
    sim.kill('c');
    sim.run(60_000);
    expect(sim.node('a').texts()).toHaveLength(60);
    sim.node('b').publish('later');
    sim.run(100_000);
    expect([sim.node('a').texts(), sim.node('b').texts()]).toEqual([['later'], ['later']]);
    const newcomer = sim.add();
    newcomer.join(sim.node('a'));
    sim.boot(newcomer);
    sim.converge(5_000);
    expect([newcomer.texts(), newcomer.status().heldBack]).toEqual([['later'], 0]);
    sim.run(100_000);
    for (const node of sim.live) expect(node.texts()).toEqual([]);
    newcomer.publish('and more');
    sim.converge(5_000);
  });

  it('keeps a thousand messages of one turn together and in order', () => {
    const sim = mesh(3, { seed });
    for (let count = 0; count < 1_000; count += 1) sim.node('b').publish(`message ${count}`);
    sim.converge(5_000);
    for (const node of sim.nodes) {
      expect(node.texts()).toEqual(Array.from({ length: 1_000 }, (_, count) => `message ${count}`));
    }
  });
});
