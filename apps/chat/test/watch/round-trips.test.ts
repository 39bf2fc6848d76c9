import { expect, it } from 'vitest';
import { RoundTrips } from '../../src/watch/round-trips.js';
import { idOf } from '../support/fake-peer.js';

const BOB = idOf('b');

/** What is shown after each probe. */
function shown(...probesMs: readonly number[]): readonly (number | undefined)[] {
  const trips = new RoundTrips();
  return probesMs.map((rttMs) => trips.read([{ id: BOB, rttMs }]).get(BOB));
}

it('shows the same number while probes take about the same', () => {
  expect(shown(2.1, 1.4, 3.6, 0.9, 2.7, 1.8)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(shown(41.3, 44, 39, 58, 33)).toEqual([41, 41, 41, 41, 41]);
});

it('shows nothing of one probe that met a busy moment', () => {
  expect(shown(2, 2.1, 1.9, 480, 2.2, 2)).toEqual([2, 2, 2, 2, 2, 2]);
});

it('shows another number once the way takes another time', () => {
  const slow = Array.from({ length: 9 }, (_none, index) => 200 + index);
  expect(new Set(shown(2, 2.1, ...slow).slice(-4))).toEqual(new Set([200]));
});

it('counts a probe once, however often it looks', () => {
  const trips = new RoundTrips();
  trips.read([{ id: BOB, rttMs: 1 }]);
  for (let look = 0; look < 20; look += 1) trips.read([{ id: BOB, rttMs: 900 }]);
  trips.read([{ id: BOB, rttMs: 1.1 }]);
  expect(trips.read([{ id: BOB, rttMs: 1.2 }]).get(BOB)).toBe(1);
});

it('shows nothing of who never answered, and forgets who is gone', () => {
  const trips = new RoundTrips();
  expect(trips.read([{ id: BOB, rttMs: undefined }]).has(BOB)).toBe(false);
  trips.read([{ id: BOB, rttMs: 3 }]);
  trips.read([]);
  expect(trips.read([{ id: BOB, rttMs: 80 }]).get(BOB)).toBe(80);
});
