import { describe, expect, it } from 'vitest';
import type { NodeRef, Simulation } from '../src/index.js';
import { NumberProgram } from './support/number-program.js';
import { mesh, SEEDS } from './support/simulate.js';

const PORT = 1;
type Programs = (ref: NodeRef) => NumberProgram;

function install(sim: Simulation): Programs {
  const find = sim.install(sim.nodes, PORT, (host) => new NumberProgram(host));
  return (ref) => {
    const found = find(ref);
    if (found === undefined) throw new Error('no program there');
    return found;
  };
}

function agree(sim: Simulation, programs: Programs, size: number): boolean {
  const summaries = sim.live.map((node) => programs(node).summary());
  return summaries.every(
    (summary) => summary.length === size && summary.join() === summaries[0]?.join(),
  );
}

describe('a program on a port', () => {
  it.each(SEEDS)('hears what its neighbours post, at once (seed %s)', (seed) => {
    const sim = mesh(4, { seed });
    const programs = install(sim);
    expect(programs('a').add(7)).toBe(3);
    sim.run(50);
    expect(agree(sim, programs, 1)).toBe(true);
    expect(programs('b').heard).toEqual([{ from: sim.node('a').id, number: 7 }]);
    // Nothing of it was for the log.
    expect(sim.node('b').counters()).toMatchObject({ postsReceived: 1, messagesDelivered: 0 });
  });

  it.each(SEEDS)('is repaired after cuts and losses (seed %s)', (seed) => {
    const sim = mesh(5, { seed });
    const programs = install(sim);
    sim.setFaults({ lossPerMille: 200 });
    for (let number = 0; number < 40; number++) {
      programs(sim.nodes[number % 5] ?? 'a').add(number);
      sim.run(20);
    }
    sim.setFaults({});
    sim.cut(['a', 'b'], ['c', 'd', 'e'], { mode: 'lose' });
    sim.run(2_000);
    programs('a').add(100);
    programs('e').add(101);
    sim.run(1_000);
    expect(agree(sim, programs, 42)).toBe(false);
    sim.heal();
    sim.until(() => sim.live.length === 5 && agree(sim, programs, 42), 60_000);
    expect(programs('a').repairs + programs('e').repairs).toBeGreaterThan(0);
  });

  it('comes back with its disk, or without when that was wiped', () => {
    const sim = mesh(2, { seed: 1 });
    const programs = install(sim);
    programs('b').add(5);
    sim.run(1_000);
    const first = programs('b');
    sim.kill('a', 'b');
    sim.run(100);
    expect(first.add(6)).toBe(0); // The process is gone.
    sim.boot('b');
    expect(programs('b')).not.toBe(first);
    expect(programs('b').summary()).toEqual(Uint8Array.of(5));
    expect(programs('b').host.generation).toBe(2);
    sim.kill('b');
    sim.run(100);
    sim.boot('b', { wipe: true });
    expect(programs('b').summary()).toEqual(Uint8Array.of());
  });

  it('that starts late has at once what the others have', () => {
    const sim = mesh(3, { seed: 1 });
    const programs = install(sim);
    programs('a').add(1);
    sim.run(1_000);
    sim.add({ name: 'd' }).seeds.push(sim.node('a').address);
    const late = sim.install(['d'], PORT, (host) => new NumberProgram(host));
    sim.boot('d');
    sim.until(() => late('d')?.held.has(1) === true, 3_000);
  });

  it('reads the clocks of its machine, and wakes by them', () => {
    const sim = mesh(2, { seed: 1 });
    const programs = install(sim);
    const { host } = programs('b');
    sim.setClock('b', 2_000);
    expect(host.now().wallMs - programs('a').host.now().wallMs).toBe(2_000);
    const startMs = host.now().monotonicMs;
    host.wakeAt(startMs + 400);
    sim.run(300);
    host.wakeAt(startMs + 500); // Replaces the wish before.
    sim.run(1_000);
    expect(programs('b').wokenMs).toHaveLength(1);
    const [wokenMs = 0] = programs('b').wokenMs;
    expect(wokenMs - startMs).toBeGreaterThanOrEqual(498);
    expect(wokenMs - startMs).toBeLessThan(510);
  });

  it('stands still with its process, and wakes when that goes on', () => {
    const sim = mesh(2, { seed: 1 });
    const programs = install(sim);
    programs('b').add(1);
    sim.freeze('b');
    programs('a').add(2);
    sim.run(3_000);
    expect(programs('b').wokenMs).toEqual([]);
    expect(programs('b').held.has(2)).toBe(false);
    sim.resume('b');
    sim.run(100);
    expect(programs('b').wokenMs).toHaveLength(1);
    expect(programs('b').held.has(2)).toBe(true);
  });

  it('that refuses a post closes the link of its sender', () => {
    const sim = mesh(2, { seed: 1 });
    const programs = install(sim);
    programs('a').host.post(Uint8Array.of(250));
    sim.run(1_000);
    expect(sim.node('b').eventsOf('refused')).toMatchObject([{ event: { by: 'us', code: 4002 } }]);
    expect(programs('b').events).toContain('refused');
  });

  it('signs for its port', () => {
    const sim = mesh(2, { seed: 1 });
    const here = install(sim);
    const beside = sim.install(['b'], PORT + 1, (host) => new NumberProgram(host));
    const bytes = Uint8Array.of(1, 2);
    const { host: a } = here('a');
    const signature = a.sign(bytes);
    expect(here('b').host.verify(a.peer, bytes, signature)).toBe(true);
    expect(here('b').host.verify(a.peer, Uint8Array.of(1), signature)).toBe(false);
    expect(beside('b')?.host.verify(a.peer, bytes, signature)).toBe(false);
  });

  it('does the same from the same seed', () => {
    const run = (): string => {
      const sim = mesh(3, { seed: 9 });
      const programs = install(sim);
      for (let count = 0; count < 10; count++) {
        programs('a').add(programs('a').host.random.below(200));
        sim.run(30);
      }
      return `${sim.hash()} ${programs('c').summary().join()}`;
    };
    expect(run()).toBe(run());
  });
});
