import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import { peerId } from '../../src/ids.js';
import type { MemberUpdate } from '../../src/membership/member.js';
import { Newcomers } from '../../src/membership/newcomers.js';
import { updateOf } from '../support/bench.js';
import { MembershipWorld } from '../support/membership-world.js';

const TOLD = 10_000;
const TURN_MS = 20;

/** The real machines, with so many introductions on credit. */
function worldOf(newcomersPerLinkMax: number) {
  const world = new MembershipWorld({ limits: { newcomersPerLinkMax } });
  const blamed: unknown[] = [];
  const newcomers = new Newcomers({
    context: world.time.context,
    members: world.members,
    links: world.links,
    ignores: () => false,
    apply: (update, link) => world.membership.apply(update, link.id),
    blame: (_link, error) => blamed.push(error),
  });
  const meet = (byte: number) => {
    const link = world.openLink(byte);
    world.meet(byte);
    return link;
  };
  /** Lets turns pass until a time. */
  const passTo = (endMs: number) => {
    while (world.nowMs < endMs) {
      world.time.at(Math.min(endMs, world.nowMs + TURN_MS));
      newcomers.turn();
    }
  };
  return { ...world, world, newcomers, blamed, meet, passTo };
}

function invented(number: number, over: Partial<MemberUpdate> = {}): MemberUpdate {
  const peer = peerId(number.toString(16).padStart(32, '0'));
  return { ...updateOf(0x61, { peer, from: peer, ...over }) };
}

const many = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => invented(from + index));

describe('newcomers that a neighbour tells of', () => {
  it('are taken in turns, a few at a time', () => {
    const { world, newcomers, meet, passTo } = worldOf(10);
    const link = meet(0x70);
    newcomers.heard(link, many(10));
    expect(world.members.size).toBe(1 + 4);
    newcomers.turn();
    expect(world.members.size).toBe(1 + 4);
    passTo(world.nowMs + TURN_MS);
    expect(world.members.size).toBe(1 + 8);
    passTo(world.nowMs + 10 * TURN_MS);
    expect(world.members.size).toBe(1 + 10);
  });

  it('are taken one by one once we are there for a while, unless they are met', () => {
    const { world, newcomers, meet, passTo } = worldOf(100);
    const link = meet(0x70);
    newcomers.heard(link, []);
    passTo(world.nowMs + 60);
    newcomers.heard(link, many(1, 500));
    passTo(world.nowMs + 3_000);
    newcomers.heard(link, many(40));
    expect(world.members.size).toBe(2 + 1);
    passTo(world.nowMs + 400);
    expect(world.members.size).toBe(2 + 4 + 10);
    for (const { peer } of many(4)) newcomers.met(peer);
    passTo(world.nowMs + 4 * TURN_MS);
    expect(world.members.size).toBe(2 + 4 + 10 + 4);
  });

  it('are so many on credit, and as many again after a while', () => {
    const { world, newcomers, meet, passTo } = worldOf(10);
    const link = meet(0x70);
    newcomers.heard(link, many(TOLD));
    expect(world.time.context.counters.newcomersIgnored).toBe(TOLD - 10);
    passTo(world.nowMs + 4_000);
    newcomers.heard(link, many(TOLD, 20_000));
    passTo(world.nowMs + 1_000);
    expect(world.members.size).toBe(1 + 10 + 5);
  });

  it('are counted for each neighbour alone', () => {
    const { world, newcomers, meet, passTo } = worldOf(10);
    newcomers.heard(meet(0x70), many(99));
    newcomers.heard(meet(0x71), many(99, 1_000));
    passTo(world.nowMs + 1_000);
    expect(world.members.size).toBe(2 + 20);
  });

  it('cost a neighbour nothing once they are met, or when another told of them first', () => {
    const { world, newcomers, meet, passTo } = worldOf(10);
    const [first, second] = [meet(0x70), meet(0x71)];
    newcomers.heard(first, many(10));
    newcomers.heard(second, many(10));
    passTo(world.nowMs + 100);
    for (const { peer } of many(10)) newcomers.met(peer);
    newcomers.met(invented(1).peer); // Met once more: nothing is owed for it.
    newcomers.heard(first, many(99, 1_000));
    newcomers.heard(second, many(99, 2_000));
    passTo(world.nowMs + 400);
    expect(world.members.size).toBe(2 + 10 + 20);
  });

  it('are not waited with when they are known: what is said of those counts at once', () => {
    const { world, newcomers, meet } = worldOf(10);
    const link = meet(0x70);
    newcomers.heard(link, many(9));
    newcomers.heard(link, [invented(1, { state: 'suspect' })]);
    expect(world.members.get(invented(1).peer)?.state).toBe('suspect');
    expect(world.members.size).toBe(1 + 4);
  });

  it('whose record is forged cost their neighbour the link, and let nobody in', () => {
    const { world, newcomers, meet, blamed, passTo } = worldOf(10);
    const link = meet(0x70);
    newcomers.heard(link, [...many(5), invented(9, { signature: new Uint8Array(64) })]);
    passTo(world.nowMs + 100);
    expect(blamed).toEqual([expect.any(HearsayError)]);
    expect(world.members.size).toBe(1 + 5);
  });

  it('of a link that is closing are forgotten', () => {
    const { world, newcomers, meet, passTo } = worldOf(10);
    const link = meet(0x70);
    newcomers.heard(link, many(10));
    world.links.closing(link);
    passTo(world.nowMs + 1_000);
    expect(world.members.size).toBe(1 + 4);
  });
});
