import { describe, expect, it } from 'vitest';
import { Newcomers } from '../../src/membership/newcomers.js';
import { testContext } from '../support/context.js';
import { linkOf } from '../support/membership-world.js';

function admitted(newcomers: Newcomers, byte: number, tries: number): number {
  const link = linkOf(byte, 0);
  return admittedOn(newcomers, link, tries);
}

function admittedOn(newcomers: Newcomers, link: ReturnType<typeof linkOf>, tries: number): number {
  return Array.from({ length: tries }, () => newcomers.admits(link)).filter(Boolean).length;
}

describe('newcomers that a neighbour tells of', () => {
  it('are so many at once, and as many again after a while', () => {
    const { context, at } = testContext({ limits: { newcomersPerLinkMax: 10 } });
    const newcomers = new Newcomers(context);
    const link = linkOf(0x61, 0);
    expect(admittedOn(newcomers, link, 10_000)).toBe(10);
    expect(context.counters.newcomersIgnored).toBe(9_990);
    at(context.now.monotonicMs + 4_000);
    expect(admittedOn(newcomers, link, 10_000)).toBe(5);
    at(context.now.monotonicMs + 60_000);
    expect(admittedOn(newcomers, link, 10_000)).toBe(10);
  });

  it('are counted for each neighbour alone', () => {
    const { context } = testContext({ limits: { newcomersPerLinkMax: 10 } });
    const newcomers = new Newcomers(context);
    expect([admitted(newcomers, 0x61, 99), admitted(newcomers, 0x62, 99)]).toEqual([10, 10]);
  });
});
