import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitter, pick, sample, seededRandom } from '../src/random.js';
import { holds } from './support/property.js';

describe('a seeded stream of random numbers', () => {
  it('is the same for the same seed, on every machine', () => {
    const random = seededRandom('hearsay');
    const drawn = Array.from({ length: 4 }, () => random.next());
    expect(drawn).toEqual([2765208267, 4125125809, 2082805654, 3916770031]);
  });

  it('differs for another seed, and for a stream split off', () => {
    const firsts = ['a', 'b', 'a/x'].map((seed) => seededRandom(seed).next());
    expect(new Set(firsts).size).toBe(3);
    expect(seededRandom('a').split('x').next()).not.toBe(seededRandom('a').split('y').next());
  });

  it('is not shifted by draws from a stream split off, nor shifts it', () => {
    const alone = seededRandom('a');
    const beside = seededRandom('a');
    const part = beside.split('part');
    part.next();
    expect(beside.next()).toBe(alone.next());
    expect(seededRandom('a').split('part').next()).toBe(alone.split('part').next());
  });

  it('stays below its bound, and reaches all of a small one', () => {
    const random = seededRandom('bound');
    const drawn = new Set(Array.from({ length: 200 }, () => random.below(5)));
    expect([...drawn].toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect([random.below(1), random.below(0)]).toEqual([0, 0]);
  });
});

describe('what is drawn', () => {
  it('as a sample is distinct, from the list, and as many as there are at most', () => {
    holds(
      fc.tuple(fc.uniqueArray(fc.nat()), fc.nat({ max: 12 }), fc.string()),
      ([items, count, seed]) => {
        const drawn = sample(items, count, seededRandom(seed));
        expect(drawn.length).toBe(Math.min(count, items.length));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((item) => items.includes(item))).toBe(true);
      },
    );
  });

  it('leaves the list alone, and nothing is drawn from nothing', () => {
    const items = [1, 2, 3];
    sample(items, 3, seededRandom('s'));
    expect(items).toEqual([1, 2, 3]);
    expect(pick([], seededRandom('s'))).toBe(undefined);
    expect(items).toContain(pick(items, seededRandom('s')));
  });

  it('as a jittered period lies within its percent either way, both ends included', () => {
    const random = seededRandom('jitter');
    const drawn = Array.from({ length: 3_000 }, () => jitter(1_000, 10, random));
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([900, 1_100]);
    expect(jitter(1_000, 0, random)).toBe(1_000);
  });
});
