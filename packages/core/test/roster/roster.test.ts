import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerId } from '../../src/ids.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { Roster, type RosterView } from '../../src/roster/roster.js';
import { peer } from '../support/identities.js';
import { NETWORK, testSigner } from '../support/signer.js';

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const NO_META = new Uint8Array();

/** Rosters under one clock. */
class World {
  nowMs = START_MS;
  readonly metas = new Map<number, Uint8Array>();

  roster(byte: number, over: { generation?: number; max?: number; skewMs?: number } = {}): Roster {
    const id = peer(byte);
    return new Roster({
      peer: id,
      generation: over.generation ?? 1,
      addresses: () => [`10.0.0.${byte}:7340`],
      meta: () => this.metas.get(byte) ?? NO_META,
      network: NETWORK,
      signer: testSigner(id),
      limits: { ...DEFAULT_LIMITS, rosterMembersMax: over.max ?? 100 },
      readWallMs: () => this.nowMs + (over.skewMs ?? 0),
    });
  }

  pass(ms: number, ...rosters: readonly Roster[]): void {
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.nowMs += 1_000;
      for (const roster of rosters) roster.tick();
    }
  }
}

/** Compares, as anti-entropy does, until there is nothing left to ask. */
function pull(to: Roster, from: Roster): void {
  let question: Uint8Array | undefined = to.summary();
  while (question !== undefined) {
    let next: Uint8Array | undefined;
    for (const delta of from.missing(question)) next = to.merge(delta).next ?? next;
    question = next;
  }
}

function meet(left: Roster, right: Roster): void {
  pull(left, right);
  pull(right, left);
}

function states(roster: Roster): Record<PeerId, RosterView['state']> {
  return Object.fromEntries([...roster.list()].map(({ peer: of, state }) => [of, state]));
}

function two(): { world: World; a: Roster; b: Roster } {
  const world = new World();
  const [a, b] = [world.roster(0x0a), world.roster(0x0b)];
  a.tick();
  b.tick();
  meet(a, b);
  return { world, a, b };
}

describe('a member', () => {
  it('is present for others, with the time since it spoke', () => {
    const { world, a } = two();
    world.nowMs += 7_000;
    expect(a.get(peer(0x0b))).toEqual({
      peer: peer(0x0b),
      generation: 1,
      state: 'present',
      addresses: ['10.0.0.11:7340'],
      meta: NO_META,
      ageMs: 7_000,
    });
  });

  it('renews its lease once a minute, and no sooner', () => {
    const { world, b } = two();
    b.takeNews();
    world.pass(MINUTE_MS - 1_000, b);
    expect(b.takeNews()).toEqual([]);
    world.pass(1_000, b);
    expect(b.takeNews()).toHaveLength(1);
    expect(b.get(peer(0x0b))?.ageMs).toBe(0);
  });

  it('renews the lease that it has, though the roster has grown and leases are longer now', () => {
    const world = new World();
    const a = world.roster(0x01, { max: 300 });
    a.tick();
    for (let byte = 0x02; byte <= 0xff; byte++) {
      const other = world.roster(byte);
      other.tick();
      pull(a, other);
    }
    world.pass(MINUTE_MS, a);
    expect(a.get(peer(0x01))?.ageMs).toBe(0);
    world.pass(MINUTE_MS, a);
    expect(a.get(peer(0x01))?.ageMs).toBe(MINUTE_MS);
  });

  it('that renews stays, and one that does not goes everywhere when its lease is over', () => {
    const { world, a, b } = two();
    const c = world.roster(0x0c);
    c.tick();
    meet(a, c);
    meet(a, b);
    for (let minute = 0; minute < 10; minute++) {
      world.pass(MINUTE_MS, a, b);
      meet(a, b);
    }
    expect(states(a)).toEqual({ [peer(0x0a)]: 'present', [peer(0x0b)]: 'present' });
    expect(b.contentHash()).toEqual(a.contentHash());
    // Who was away all the time cannot bring it back.
    meet(a, c);
    expect(a.get(peer(0x0c))).toBeUndefined();
  });

  it('that says goodbye has left, whoever still holds its lease', () => {
    const { world, a, b } = two();
    const late = world.roster(0x0d);
    meet(late, b);
    b.leave();
    meet(a, b);
    meet(a, late);
    expect(states(late)[peer(0x0b)]).toBe('left');
    world.pass(3 * MINUTE_MS, b);
    expect(states(b)[peer(0x0b)]).toBe('left');
  });

  it('that a neighbour found gone is missing for all, until it says otherwise', () => {
    const { world, a, b } = two();
    const c = world.roster(0x0c);
    a.miss(peer(0x0b));
    meet(a, c);
    expect(states(c)[peer(0x0b)]).toBe('missing');
    // It lives, and hears of it.
    meet(b, c);
    world.pass(2_000, b);
    meet(b, c);
    expect(states(c)[peer(0x0b)]).toBe('present');
    meet(a, c);
    expect(states(a)[peer(0x0b)]).toBe('present');
  });

  it('that starts again under a clock that went back is soon the one that is known', () => {
    const { world, a } = two();
    const again = world.roster(0x0b, { generation: 2, skewMs: -5_000 });
    again.tick();
    meet(a, again);
    world.pass(10_000, again);
    meet(a, again);
    expect(a.get(peer(0x0b))).toMatchObject({ generation: 2, state: 'present' });
  });

  it('of an older run does not speak against the newer one', () => {
    const { world, a, b } = two();
    const again = world.roster(0x0b, { generation: 2 });
    world.pass(1_000);
    again.tick();
    meet(a, again);
    meet(a, b);
    world.pass(5 * MINUTE_MS, b, again);
    meet(a, again);
    meet(a, b);
    expect(a.get(peer(0x0b))?.generation).toBe(2);
  });
});

describe('what others say', () => {
  it('is refused when it is not signed by its member', () => {
    const { a, b } = two();
    b.tick();
    const [delta = new Uint8Array()] = b.missing(new World().roster(0x0e).summary());
    const forged = delta.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const fresh = new World().roster(0x0e);
    expect(() => fresh.merge(forged)).toThrow('not signed by it');
    fresh.merge(delta);
    expect(fresh.size).toBe(2);
    expect(() => a.merge(Uint8Array.of(9))).toThrow('unknown piece');
    expect(() => a.missing(Uint8Array.of(0, 0, 0))).toThrow();
  });

  it('is not taken over when it claims to be of the future', () => {
    const world = new World();
    const [ahead, a] = [world.roster(0x0b, { skewMs: 11_000 }), world.roster(0x0a)];
    ahead.tick();
    meet(a, ahead);
    expect(a.size).toBe(0);
  });

  it('of more members than there is room for is ignored and counted', () => {
    const world = new World();
    const small = world.roster(0x0a, { max: 3 });
    small.tick();
    for (let byte = 0x10; byte < 0x18; byte++) {
      const other = world.roster(byte);
      other.tick();
      pull(small, other);
    }
    expect(small.size).toBe(3);
    expect(small.ignored).toBe(6);
  });
});

type Step = readonly [one: number, other: number, what: string];

/** Five rosters that meet, speak, suspect and wait. */
class Crowd {
  readonly world = new World();
  readonly rosters = [0, 1, 2, 3, 4].map((index) => this.world.roster(0x10 + index));

  constructor() {
    for (const roster of this.rosters) roster.tick();
  }

  at(index: number): Roster {
    const roster = this.rosters[index];
    if (roster === undefined) throw new Error('no such roster');
    return roster;
  }

  play([one, other, what]: Step): void {
    if (what === 'meet') meet(this.at(one), this.at(other));
    if (what === 'push') for (const news of this.at(one).takeNews()) this.at(other).merge(news);
    if (what === 'miss') this.at(one).miss(peer(0x10 + other));
    if (what === 'leave' && one === 0) this.at(0).leave();
    if (what === 'wait') this.world.pass(20_000, ...this.rosters);
  }

  settle(): void {
    for (let round = 0; round < 3; round++) {
      for (const roster of this.rosters) meet(this.at(0), roster);
      this.world.pass(3_000, ...this.rosters);
    }
    for (let round = 0; round < 2; round++) {
      for (const roster of this.rosters) meet(this.at(0), roster);
    }
  }
}

describe('rosters that meet in pairs', () => {
  it('hold the same in the end, whatever happened before, and see all present that live', () => {
    const index = fc.nat({ max: 4 });
    const what = fc.constantFrom('meet', 'push', 'miss', 'leave', 'wait');
    fc.assert(
      fc.property(fc.array(fc.tuple(index, index, what), { maxLength: 60 }), (steps) => {
        const crowd = new Crowd();
        for (const step of steps) crowd.play(step);
        crowd.settle();
        for (const roster of crowd.rosters) {
          expect(roster.contentHash()).toEqual(crowd.at(0).contentHash());
          const { [peer(0x10)]: _, ...others } = states(roster);
          expect(new Set(Object.values(others))).toEqual(new Set(['present']));
        }
      }),
    );
  });
});

describe('news', () => {
  it('tells who came, went or is missing apart from leases that go on', () => {
    const { world, a, b } = two();
    a.takeNews();
    expect(a.hasChanges).toBe(false);
    world.pass(MINUTE_MS, b);
    pull(a, b);
    expect(a.takeNews('changes')).toEqual([]);
    expect(a.takeNews('renewals')).toHaveLength(1);
    a.miss(peer(0x0b));
    expect(a.takeNews('renewals')).toEqual([]);
    expect(a.takeNews('changes')).toHaveLength(1);
  });

  it('is told anew when a member describes itself anew', () => {
    const { world, a, b } = two();
    a.takeNews();
    world.metas.set(0x0b, Uint8Array.of(7));
    b.describe();
    pull(a, b);
    expect(a.get(peer(0x0b))?.meta).toEqual(Uint8Array.of(7));
    expect(a.takeNews('changes')).toHaveLength(1);
  });

  it('is not made of a long answer: others ask for themselves', () => {
    const world = new World();
    const [full, late] = [world.roster(0x01), world.roster(0x02)];
    for (let byte = 0x10; byte < 0x60; byte++) {
      const other = world.roster(byte);
      other.tick();
      pull(full, other);
    }
    pull(late, full);
    expect(late.size).toBe(80);
    expect(late.takeNews()).toEqual([]);
  });

  it('is of nobody where there is no room for anybody', () => {
    const world = new World();
    const [none, b] = [world.roster(0x0a, { max: 0 }), world.roster(0x0b)];
    b.tick();
    none.tick();
    meet(none, b);
    expect([none.size, none.isFull, none.takeNews()]).toEqual([0, true, []]);
  });
});
