import { describe, expect, it } from 'vitest';
import { sent } from '../support/context.js';
import { MembershipWorld } from '../support/membership-world.js';

const SUBJECT = 0x60;
const OTHER = 0x61;

/** To whom news is sent at this very instant. */
function toldAtOnce(world: MembershipWorld): number[] {
  world.time.take();
  world.membership.noAnswer(world.member(SUBJECT));
  return sent(world.time.take(), 'updates').map(({ link }) => link);
}

function worldWith(defences: { tellSuspect?: boolean; signsOfLife?: boolean }): MembershipWorld {
  const world = new MembershipWorld({ defences });
  for (const byte of [SUBJECT, OTHER]) world.meet(byte);
  world.pass(100);
  return world;
}

describe('the defences against false deaths', () => {
  it('tell a suspect at once, before all others, unless that is left out', () => {
    expect(toldAtOnce(worldWith({}))).toEqual([SUBJECT]);
    const world = worldWith({ tellSuspect: false });
    expect(toldAtOnce(world)).toEqual([]);
    const links = sent(world.pass(50), 'updates').map(({ link }) => link);
    expect(links).toEqual([SUBJECT, OTHER]);
  });

  it.each([
    [{}, 'suspect'],
    [{ signsOfLife: false }, 'dead'],
  ] as const)('with %j: a death told of somebody who is heard makes it %s', (defences, state) => {
    const world = worldWith(defences);
    world.hear(SUBJECT, { state: 'dead' }, OTHER);
    expect(world.state(SUBJECT)).toBe(state);
  });

  it.each([
    [{}, 'suspect'],
    [{ signsOfLife: false }, 'dead'],
  ] as const)('with %j: a suspect that was heard a moment ago is then %s', (defences, state) => {
    const world = worldWith(defences);
    world.membership.noAnswer(world.member(SUBJECT));
    world.pass(4_700);
    world.membership.heard(world.member(SUBJECT));
    world.pass(200);
    expect(world.state(SUBJECT)).toBe(state);
  });
});

describe('an isolation hold of zero', () => {
  it('freezes no verdict', () => {
    const world = new MembershipWorld({ config: { isolationHoldMs: 0 } });
    for (const byte of [SUBJECT, OTHER, 0x62]) world.meet(byte);
    world.pass(100);
    for (const byte of [SUBJECT, OTHER, 0x62]) world.lose(byte);
    expect(world.isolation.suspected).toBe(true);
    expect(world.isolation.freezesVerdicts()).toBe(false);
    world.pass(10_000);
    expect(world.state(SUBJECT)).toBe('dead');
  });
});
