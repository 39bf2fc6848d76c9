import { sample, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { ViewWorld } from '../../src/views/view-world.js';

const PEERS = 300;

/** Views that joined through random earlier ones, and settled. */
function formed(seed: string, peers = PEERS): ViewWorld {
  const world = new ViewWorld(seed);
  const random = seededRandom(seed);
  for (let index = 0; index < peers; index++) {
    world.add(index === 0 ? undefined : random.below(index));
    world.run(10);
  }
  world.run(20_000);
  return world;
}

describe('partial views that formed', () => {
  const world = formed('formed');

  it('are one island, and everybody knows its root', () => {
    expect(world.islands()).toEqual([PEERS]);
    const roots = new Set(world.living().map((index) => world.view(index).island.root));
    const lowest = world
      .living()
      .map((index) => world.idOf(index))
      .sort()[0];
    expect([...roots]).toEqual([lowest]);
  });

  it('hold each other for neighbours, both or neither', () => {
    for (const index of world.living()) {
      for (const peer of world.view(index).neighbours()) {
        const other = world.indexOf(peer) ?? -1;
        expect(world.view(other).neighbours()).toContain(world.idOf(index));
      }
    }
  });

  it('are as large as they should be, most of them, and none is much larger', () => {
    const sizes = world.living().map((index) => world.view(index).neighbours().length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    expect(sizes.filter((size) => size === 5).length).toBeGreaterThan(0.8 * PEERS);
  });

  it('carry a flood to everybody', () => {
    const ask = world.flood(0);
    world.run(2_000);
    expect(ask().share).toBe(1);
    expect(ask().redundancy).toBeLessThan(3.5);
  });
});

describe('after most peers died at once', () => {
  it.each(['one', 'two', 'three'])('the living are one island again (seed %s)', (seed) => {
    const world = formed(seed);
    const random = seededRandom(`${seed}/kill`);
    world.kill(sample(world.living(), 0.9 * PEERS, random));
    const living = world.living();
    for (const [at, index] of living.entries()) {
      world.remember(index, living[(at + 1) % living.length] ?? 0);
    }
    world.run(60_000);
    expect(world.islands()).toEqual([0.1 * PEERS]);
    const ask = world.flood(living[0] ?? 0);
    world.run(2_000);
    expect(ask().share).toBe(1);
  });
});

describe('two islands', () => {
  it('become one when a single member of one remembers somebody of the other', () => {
    const world = new ViewWorld('islands');
    const random = seededRandom('islands');
    for (const first of [0, 40]) {
      for (let index = first; index < first + 40; index++) {
        world.add(index === first ? undefined : first + random.below(index - first));
        world.run(10);
      }
    }
    world.run(20_000);
    expect(world.islands()).toEqual([40, 40]);
    world.remember(50, 3);
    // The longest that anybody waits before it looks at a contact again.
    world.run(330_000);
    expect(world.islands()).toEqual([80]);
  });
});

describe('a world', () => {
  it('does the same again from the same seed', () => {
    const play = (): unknown => {
      const world = formed('again', 60);
      return world.living().map((index) => world.view(index).neighbours());
    };
    expect(play()).toEqual(play());
  });
});
