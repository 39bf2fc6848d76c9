import { describe, expect, it } from 'vitest';
import { type PeerId, peerId } from '../../src/ids.js';
import { Rings } from '../../src/overlay/rings.js';
import { sample, seededRandom } from '../../src/random.js';

const RINGS = 6;
const random = seededRandom('rings');
const ALL: readonly PeerId[] = Array.from({ length: 150 }, () => {
  const words = [random.next(), random.next(), random.next(), random.next()];
  return peerId(words.map((word) => word.toString(16).padStart(8, '0')).join(''));
});

/** Who is linked to whom, as each of these finds by itself. */
function linksAmong(peers: readonly PeerId[]): Map<PeerId, ReadonlySet<PeerId>> {
  return new Map(
    peers.map((self) => {
      return [self, new Rings(self, RINGS).neighbours(peers.filter((peer) => peer !== self))];
    }),
  );
}

function reachedFrom(start: PeerId, links: ReadonlyMap<PeerId, ReadonlySet<PeerId>>): number {
  const seen = new Set([start]);
  const stack = [start];
  for (let peer = stack.pop(); peer !== undefined; peer = stack.pop()) {
    for (const other of links.get(peer) ?? []) {
      if (!links.has(other) || seen.has(other)) continue;
      seen.add(other);
      stack.push(other);
    }
  }
  return seen.size;
}

describe('rings', () => {
  it.each([2, 3, 10, 33, 150])('of %i link both or neither, to no more than twelve', (count) => {
    const links = linksAmong(ALL.slice(0, count));
    for (const [peer, others] of links) {
      expect(others.size).toBeGreaterThanOrEqual(1);
      expect(others.size).toBeLessThanOrEqual(2 * RINGS);
      for (const other of others) expect(links.get(other)?.has(peer)).toBe(true);
    }
  });

  it('hold together when half of all die at once, before anybody is dialled', () => {
    const links = linksAmong(ALL);
    for (const seed of ['a', 'b', 'c', 'd']) {
      const living = sample(ALL, ALL.length / 2, seededRandom(seed));
      const left = new Map([...links].filter(([peer]) => living.includes(peer)));
      expect(reachedFrom(living[0] as PeerId, left)).toBe(living.length);
    }
  });

  it('change for few when one comes', () => {
    const before = linksAmong(ALL.slice(0, 60));
    const after = linksAmong(ALL.slice(0, 61));
    const changed = [...before].filter(([peer, others]) => {
      const now = after.get(peer) ?? new Set();
      return [...others].some((other) => !now.has(other));
    });
    expect(changed.length).toBeLessThanOrEqual(2 * RINGS);
  });

  it('of one alone link nobody', () => {
    expect(new Rings(ALL[0] as PeerId, RINGS).neighbours([]).size).toBe(0);
  });
});
