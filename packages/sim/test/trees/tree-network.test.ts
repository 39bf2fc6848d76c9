import { seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { adjacency, regularGraph } from '../../src/trees/overlay-graph.js';
import { type Spread, TreeNetwork, type TreeNetworkOptions } from '../../src/trees/tree-network.js';

const SIZE = 200;
const ROUNDS = 12;
const SENDERS = 10;

function network(options: Partial<TreeNetworkOptions> = {}): TreeNetwork {
  return new TreeNetwork({
    seed: '1',
    size: SIZE,
    degree: 5,
    latencyMs: [10, 50],
    jitterPercent: 10,
    spread: 'trees',
    ...options,
  });
}

/** Ten senders in turn, again and again; what they said in each round. */
function talk(among: TreeNetwork, rounds: number): Spread[][] {
  const said = Array.from({ length: rounds }, () =>
    Array.from({ length: SENDERS }, (_, place) => {
      const spread = among.publish((place * SIZE) / SENDERS);
      among.run(100);
      return spread;
    }),
  );
  among.run(5_000);
  return said;
}

function redundancy(spreads: readonly Spread[]): number {
  const copies = spreads.reduce((total, spread) => total + spread.copies, 0);
  return copies / spreads.length / (SIZE - 1) - 1;
}

function lastHop(spreads: readonly Spread[]): number {
  return spreads.reduce((total, spread) => total + spread.lastHop, 0) / spreads.length;
}

function missed(spreads: readonly Spread[]): number {
  return spreads.reduce((total, { reached }) => total + SIZE - 1 - reached, 0);
}

describe('trees of ten senders', () => {
  const flooded = talk(network({ spread: 'flood' }), 2).flat();
  const rounds = talk(network(), ROUNDS);

  it('reach everybody, from the first message on', () => {
    expect(missed(flooded)).toBe(0);
    expect(missed(rounds.flat())).toBe(0);
  });

  it('carry almost no second copy once they have grown, about as few links as a flood', () => {
    const last = rounds.at(-1) ?? [];
    expect(redundancy(flooded)).toBeGreaterThan(2.9);
    expect(redundancy(last)).toBeLessThan(0.05);
    expect(lastHop(last)).toBeLessThanOrEqual(lastHop(flooded) + 1);
  });

  it('begin as copies: only the very first message of all floods', () => {
    const [first, ...others] = rounds[0] ?? [];
    expect(redundancy(first === undefined ? [] : [first])).toBeGreaterThan(2.9);
    expect(redundancy(others)).toBeLessThan(0.5);
  });

  it('take fewer links than one tree for all', () => {
    const shared = talk(network({ limits: { treesMax: 0 } }), ROUNDS);
    expect(lastHop(rounds.at(-1) ?? [])).toBeLessThan(lastHop(shared.at(-1) ?? []));
  });

  it('are the same again for the same seed', () => {
    const again = talk(network(), ROUNDS);
    const numbers = (of: readonly Spread[][]): number[] =>
      of.flat().flatMap(({ copies, lastHop: hop, lastMs }) => [copies, hop, lastMs]);
    expect(numbers(again)).toEqual(numbers(rounds));
  });
});

describe('trees that lose links', () => {
  it('grow again, and lose nothing that anybody beside them has', () => {
    const among = network();
    talk(among, 4);
    const random = seededRandom('cuts');
    for (let count = 0; count < 50; count++) {
      const node = among.nodes[random.below(SIZE)];
      const links = [...(node?.links.values() ?? [])];
      const link = links[random.below(links.length)];
      // Nobody may be left alone.
      if (node === undefined || link === undefined || links.length < 4) continue;
      if ((among.nodes[link.to]?.links.size ?? 0) < 4) continue;
      among.disconnect(node.index, link.to);
    }
    const after = talk(among, 4);
    expect(missed(after.flat())).toBe(0);
    expect(redundancy(after.at(-1) ?? [])).toBeLessThan(0.1);
  });
});

describe('a random overlay', () => {
  it('gives each node as many neighbours, or one or two less, and is in one piece', () => {
    const beside = adjacency(SIZE, regularGraph(SIZE, 5, seededRandom('1')));
    const degrees = beside.map(({ length }) => length);
    expect(Math.max(...degrees)).toBe(5);
    expect(degrees.filter((degree) => degree === 5).length).toBeGreaterThan(SIZE * 0.9);
    const seen = new Set([0]);
    for (const node of seen) for (const next of beside[node] ?? []) seen.add(next);
    expect(seen.size).toBe(SIZE);
  });
});
