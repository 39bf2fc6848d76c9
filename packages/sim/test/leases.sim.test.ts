import { DEFAULT_LIMITS } from '@hearsay/core';
import { decodeFrames, encodeFrame, type Frame } from '@hearsay/core/wire';
import { describe, expect, it } from 'vitest';
import type { Disguise, SimNode, Simulation, SimulationOptions } from '../src/index.js';
import { liar, truth } from './support/liar.js';
import { simulate } from './support/simulate.js';

const PEERS = 40;
const ROSTER_REPLICA = 65_536;
const SIGNATURE_BYTES = 64;
const CONTACTS_MAX = 4;
const OPTIONS = {
  config: { fullMeshUpTo: 8, cappedUpTo: 20, tableUpTo: 20 },
  limits: { contactsMax: CONTACTS_MAX },
} as const;
const CASES = ['1', '2', '3'];

/** A mesh of partial views: beyond 20 members here, and leases, as beyond 800 with the defaults. */
function large(seed: string, options: Partial<SimulationOptions> = {}): Simulation {
  const sim = simulate({ seed, ...OPTIONS, ...options });
  sim.start(PEERS, { seeds: 'previous', staggerMs: 50 });
  sim.until(() => allList(sim, PEERS), 60_000, { stepMs: 100 });
  sim.run(70_000);
  return sim;
}

function listedAlive(node: SimNode): number {
  return node.status().members.filter(({ state }) => state === 'alive').length;
}

function allList(sim: Simulation, count: number): boolean {
  return sim.live.every((node) => listedAlive(node) === count);
}

function leasesAt(node: SimNode): number {
  return node.status().members.filter(({ byLease }) => byLease === true).length;
}

/** What is listed was told, and the other way round. */
function expectTold(sim: Simulation): void {
  for (const node of sim.live) {
    for (const { peer, self, state } of node.status().members) {
      const other = sim.nodes.find(({ id }) => id === peer);
      if (!self && other !== undefined) expect(node.sees(other)).toBe(state);
    }
  }
}

describe.each(CASES)('a mesh that no table holds (seed %s)', (seed) => {
  it('is listed whole by everybody, though a table keeps only those near and a few met', () => {
    const sim = large(seed);
    for (const node of sim.nodes) {
      expect(listedAlive(node)).toBe(PEERS);
      const rows = PEERS - 1 - leasesAt(node);
      expect(rows).toBeLessThanOrEqual((node.run?.openLinks ?? 0) + CONTACTS_MAX);
    }
    expectTold(sim);
    expect(sim.judge.membership.falseDeaths).toEqual([]);
  });

  it('shows who comes, with its description, and who leaves', () => {
    const sim = large(seed);
    const [first] = sim.nodes;
    const comes = sim.add({ name: 'late' });
    if (first !== undefined) comes.seeds.push(first.address);
    sim.boot(comes);
    sim.until(() => allList(sim, PEERS + 1), 30_000, { stepMs: 100 });
    for (const node of sim.nodes) {
      expect(node.run?.engine.member(comes.id)?.meta ?? node.status().members[0]?.meta).toEqual(
        new TextEncoder().encode('late'),
      );
    }
    comes.setMeta('renamed');
    sim.run(20_000);
    sim.leave(comes);
    sim.until(() => sim.everyoneSees(comes, 'left'), 30_000, { stepMs: 100 });
    const renamed = sim.live
      .flatMap((node) => node.eventsOf('meta'))
      .map(({ event }) => event.meta);
    expect(renamed).toContainEqual(new TextEncoder().encode('renamed'));
    expectTold(sim);
  });

  it('shows a kill to all and blames nobody else; the restarted is back as a new run', () => {
    const sim = large(seed);
    sim.kill('h');
    sim.until(() => sim.everyoneSees('h', 'dead'), 15_000, { stepMs: 100 });
    sim.run(70_000);
    sim.boot('h');
    sim.until(() => sim.everyoneSees('h', 'alive') && allList(sim, PEERS), 60_000, { stepMs: 100 });
    const id = sim.node('h').id;
    for (const { run } of sim.nodes) {
      if (run !== sim.node('h').run) expect(run?.engine.member(id)?.generation).toBe(2);
    }
    expect(sim.judge.membership.falseDeaths).toEqual([]);
  });

  it('lists everybody again after a cut that lasted', () => {
    const sim = large(seed);
    const [far, near] = [sim.nodes.slice(0, 12), sim.nodes.slice(12)];
    sim.cut(far, near, { mode: 'lose' });
    sim.run(60_000);
    sim.heal();
    sim.until(() => allList(sim, PEERS), 120_000, { stepMs: 500 });
    sim.run(5_000);
    expectTold(sim);
  });

  it('gives everybody a row again when it has become small, and a lease when it has grown', () => {
    const sim = large(seed);
    for (const node of sim.nodes.slice(6)) {
      sim.leave(node);
      sim.run(200);
    }
    sim.until(() => sim.live.length === 6 && allList(sim, 6), 60_000, { stepMs: 500 });
    sim.until(() => sim.live.every((node) => leasesAt(node) === 0), 60_000, { stepMs: 500 });
    sim.until(() => sim.live.every(({ run }) => run?.openLinks === 5), 60_000, { stepMs: 500 });
    for (const node of sim.nodes.slice(6)) {
      sim.boot(node);
      sim.run(100);
    }
    sim.until(() => allList(sim, PEERS), 120_000, { stepMs: 500 });
    sim.until(() => sim.live.every((node) => leasesAt(node) > 0), 120_000, { stepMs: 500 });
    expect(sim.judge.membership.falseDeaths).toEqual([]);
  });
});

/** Says of every other member that it said something else. */
const forger: Disguise = liar((frame) => {
  if (frame.kind !== 'delta' || frame.replica !== ROSTER_REPLICA) return truth(frame);
  const bytes = frame.bytes.slice();
  const at = bytes.length - SIGNATURE_BYTES - 1;
  if (at > 0) bytes[at] = (bytes[at] ?? 0) ^ 1;
  return [encodeFrame({ ...frame, bytes })];
});

describe('a forged lease', () => {
  it('is taken by nobody, and closes the link that it came by', () => {
    const sim = simulate({ seed: 'forged', ...OPTIONS });
    const honest = sim.start(PEERS, { seeds: 'previous', staggerMs: 50 });
    sim.until(() => honest.every((node) => listedAlive(node) === PEERS), 60_000, { stepMs: 100 });
    const liars = sim.add({ name: 'mallory', disguise: forger });
    liars.seeds.push(...honest.slice(0, 3).map(({ address }) => address));
    sim.boot(liars);
    sim.run(60_000);
    const refused = honest.flatMap((node) => node.eventsOf('refused'));
    expect(refused.some(({ event }) => event.reason.includes('is not signed by it'))).toBe(true);
    const names = new Set(sim.nodes.map(({ name }) => name));
    for (const node of honest) {
      for (const { meta, state } of node.status().members) {
        expect(state).not.toBe('left');
        expect(names.has(new TextDecoder().decode(meta))).toBe(true);
      }
    }
  });
});

/** Counts what is said of leases. */
function listener(heard: Frame[]): Disguise {
  return (engine, signer) => {
    const told = liar((frame) => truth(frame))(engine, signer);
    return {
      ...told,
      handle: (input, now) => {
        const effects = told.handle(input, now);
        for (const effect of effects) {
          if (effect.kind !== 'send') continue;
          for (const frame of decodeFrames(effect.bytes, DEFAULT_LIMITS)) {
            if ('replica' in frame && frame.replica === ROSTER_REPLICA) heard.push(frame as Frame);
          }
        }
        return effects;
      },
    };
  };
}

describe('a mesh of three', () => {
  it('says nothing of leases', () => {
    const sim = simulate({ seed: 'three' });
    const heard: Frame[] = [];
    const [first, ...others] = ['a', 'b', 'c'].map((name) =>
      sim.add({ name, disguise: listener(heard) }),
    );
    for (const node of others) if (first !== undefined) node.seeds.push(first.address);
    for (const node of sim.nodes) sim.boot(node);
    sim.converge(30_000);
    sim.run(120_000);
    expect(heard).toEqual([]);
    expect(sim.nodes.map(leasesAt)).toEqual([0, 0, 0]);
  });
});
