import { DEFAULT_LIMITS, type PeerId, Roster, type RosterView } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import type { NodeRef, Program, ProgramHost, Simulation } from '../src/index.js';
import { RosterWorld } from '../src/roster/roster-world.js';
import { mesh, SEEDS } from './support/simulate.js';

const PORT = 9;
const TICK_MS = 1_000;

/** A roster behind a port: compared and repaired by the engine, its news posted to all neighbours. */
class RosterProgram implements Program {
  readonly replica: Roster;
  readonly #host: ProgramHost;

  constructor(host: ProgramHost) {
    this.#host = host;
    this.replica = new Roster({
      peer: host.peer,
      generation: host.generation,
      addresses: () => ['here:1'],
      meta: () => new Uint8Array(),
      network: 'sim',
      signer: { sign: (bytes) => host.sign(bytes), verify: (...all) => host.verify(...all) },
      limits: DEFAULT_LIMITS,
      readWallMs: () => host.now().wallMs,
    });
    this.#tickLater();
  }

  wake(): void {
    this.replica.tick();
    for (const news of this.replica.takeNews()) this.#host.post(news);
    this.#tickLater();
  }

  received(_from: PeerId, bytes: Uint8Array): void {
    this.replica.merge(bytes);
  }

  #tickLater(): void {
    this.#host.wakeAt(this.#host.now().monotonicMs + TICK_MS);
  }
}

type Find = (ref: NodeRef) => Roster;

function install(sim: Simulation): Find {
  const find = sim.install(sim.nodes, PORT, (host) => new RosterProgram(host));
  return (ref) => {
    const found = find(ref)?.replica;
    if (found === undefined) throw new Error('no roster there');
    return found;
  };
}

/** Whether all live nodes list these in this state, and hold the same. */
function allList(sim: Simulation, find: Find, state: RosterView['state'], names: string): boolean {
  const [first, ...rest] = sim.live.map((node) => find(node));
  return [first, ...rest].every((roster) => {
    const listed = [...(roster?.list() ?? [])].filter((view) => view.state === state);
    const ids = new Set(listed.map(({ peer }) => peer));
    const equal = roster?.contentHash().high === first?.contentHash().high;
    return equal && [...names].every((name) => ids.has(sim.node(name).id));
  });
}

describe('rosters of engines', () => {
  it.each(SEEDS)('agree through loss and cuts, and show who left (seed %s)', (seed) => {
    const sim = mesh(6, { seed });
    const find = install(sim);
    sim.setFaults({ lossPerMille: 200 });
    sim.until(() => allList(sim, find, 'present', 'abcdef'), 60_000, { stepMs: 200 });
    // Two alone that lose a fifth of everything call each other dead now and then, which is not meant here.
    sim.setFaults({ lossPerMille: 100 });
    sim.cut(['a', 'b'], ['c', 'd', 'e', 'f'], { mode: 'lose' });
    sim.run(70_000);
    sim.setFaults({});
    sim.heal();
    sim.until(() => allList(sim, find, 'present', 'abcdef'), 60_000, { stepMs: 200 });
    find('f').leave();
    sim.until(() => allList(sim, find, 'left', 'f'), 60_000, { stepMs: 200 });
  });

  it('lets go of a member that nobody heard again, and takes it back when it comes', () => {
    const sim = mesh(4, { seed: 3 });
    const find = install(sim);
    sim.until(() => allList(sim, find, 'present', 'abcd'), 60_000, { stepMs: 200 });
    const gone = sim.node('d').id;
    sim.kill('d');
    find('a').miss(gone);
    sim.until(() => allList(sim, find, 'missing', 'd'), 60_000, { stepMs: 200 });
    sim.run(200_000);
    for (const name of 'abc') expect(find(name).get(gone)).toBeUndefined();
    sim.boot('d');
    sim.until(() => allList(sim, find, 'present', 'abcd'), 60_000, { stepMs: 200 });
    expect(find('a').get(gone)).toMatchObject({ generation: 2 });
  });
});

describe('sixty rosters with five neighbours each', () => {
  it('know all, miss the dead and agree after a cut, though one in ten messages is lost', () => {
    const world = new RosterWorld('roster', 60);
    world.lossPercent = 10;
    const known = (): boolean => world.stations.every(({ roster }) => roster.size === 60);
    expect(world.until(known, 300)).toBeLessThan(300);
    const killed = world.kill(5);
    world.miss(killed);
    const missed = (): boolean =>
      world.living.every(({ roster }) =>
        killed.every(({ id }) => roster.get(id)?.state === 'missing'),
      );
    expect(world.until(missed, 150)).toBeLessThan(150);
    world.side = (index) => index % 2;
    world.until(() => false, 70);
    world.side = () => 0;
    expect(world.until(() => world.agree(), 300)).toBeLessThan(300);
    const forgotten = (): boolean =>
      world.living.every(({ roster }) => killed.every(({ id }) => roster.get(id) === undefined));
    expect(world.until(forgotten, 400)).toBeLessThan(400);
    expect(world.living.every(({ roster }) => roster.size === 55)).toBe(true);
  });
});
