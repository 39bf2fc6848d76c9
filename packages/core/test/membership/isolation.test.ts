import { describe, expect, it } from 'vitest';
import { events } from '../support/context.js';
import { MembershipWorld } from '../support/membership-world.js';

function world(count: number): MembershipWorld {
  const made = new MembershipWorld();
  for (let index = 0; index < count; index++) made.meet(0x60 + index);
  made.pass(100);
  return made;
}

describe('most members lost at once, none proven dead', () => {
  it('means that we are the isolated one, said when it has lasted', () => {
    const made = world(4);
    made.lose(0x60);
    made.lose(0x61);
    expect(made.isolation.suspected).toBe(false);
    made.lose(0x62);
    expect([made.isolation.suspected, made.isolation.isolated]).toEqual([true, false]);
    made.time.take();
    expect(events(made.pass(399))).toEqual([]);
    expect(events(made.pass(1))).toEqual([{ kind: 'isolated', lost: 3, of: 4 }]);
    expect([made.isolation.isolated, made.time.context.counters.isolations]).toEqual([true, 1]);
  });

  it('freezes every verdict, and for ever while nobody at all is heard', () => {
    const made = world(3);
    for (const byte of [0x60, 0x61, 0x62]) made.lose(byte);
    made.pass(120_000);
    expect([0x60, 0x61, 0x62].map((byte) => made.state(byte))).toEqual([
      'suspect',
      'suspect',
      'suspect',
    ]);
    expect(made.time.context.counters.deaths).toBe(0);
    expect(made.time.context.counters.verdictsFrozen).toBeGreaterThan(0);
  });

  it('freezes verdicts for the hold only while a living member is heard', () => {
    const made = world(4);
    for (const byte of [0x60, 0x61, 0x62]) made.lose(byte);
    for (let step = 0; step < 9; step++) {
      made.pass(1_000);
      made.membership.heard(made.member(0x63));
    }
    expect(made.state(0x60)).toBe('suspect');
    for (let step = 0; step < 3; step++) {
      made.pass(1_000);
      made.membership.heard(made.member(0x63));
    }
    expect(made.state(0x60)).toBe('dead');
  });

  it('ends when enough of them answer, and says how long it was', () => {
    const made = world(4);
    for (const byte of [0x60, 0x61, 0x62]) made.lose(byte);
    made.pass(3_000);
    made.hear(0x60, { incarnation: 1 });
    expect(events(made.time.take())).toMatchObject([
      { kind: 'isolation-ended', afterMs: 3_000 },
      { kind: 'member', change: { state: 'alive' } },
    ]);
    expect(made.isolation.freezesVerdicts()).toBe(false);
  });

  it('ends unsaid when proofs of death come first', () => {
    const made = world(4);
    for (const byte of [0x60, 0x61, 0x62]) made.lose(byte);
    made.pass(100);
    for (const byte of [0x60, 0x61, 0x62]) made.membership.refused(made.member(byte));
    expect(made.isolation.suspected).toBe(false);
    expect(events(made.pass(5_000)).map((event) => event.kind)).not.toContain('isolated');
  });
});

describe('a loss that does not look like our own fault', () => {
  it('is one member of two, or half of four, or what others say', () => {
    const one = world(1);
    one.lose(0x60);
    expect(one.isolation.suspected).toBe(false);

    const half = world(4);
    half.lose(0x60);
    half.lose(0x61);
    expect(half.isolation.suspected).toBe(false);

    const said = world(3);
    for (const byte of [0x60, 0x61, 0x62]) said.hear(byte, { state: 'suspect' });
    expect(said.isolation.suspected).toBe(false);
  });
});
