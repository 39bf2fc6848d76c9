import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/config.js';
import type { MemberChange } from '../../src/effect.js';
import { events, type ReadEffect, sent } from '../support/context.js';
import { peer } from '../support/identities.js';
import { MembershipWorld } from '../support/membership-world.js';

const SUBJECT = 0x60;

function world(others: readonly number[]): MembershipWorld {
  const made = new MembershipWorld();
  for (const byte of [SUBJECT, ...others]) made.meet(byte);
  made.pass(100);
  return made;
}

/** The others go on being heard, so that only the subject is in question. */
function changes(effects: readonly ReadEffect[]): MemberChange[] {
  return events(effects).flatMap((event) => (event.kind === 'member' ? [event.change] : []));
}

function accuse(made: MembershipWorld, ...accusers: readonly number[]): void {
  for (const byte of accusers) made.membership.confirm(made.member(SUBJECT), peer(byte));
}

describe('a suspicion that nobody confirms', () => {
  it.each([
    ['with nobody else alive', [], 1_600],
    ['with one other alive', [0x61], 4_800],
    ['with three others alive', [0x61, 0x62, 0x63], 4_800],
  ])('%s ends in death after its full time', (_who, others, lastsMs) => {
    const made = world(others);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(lastsMs - 1);
    expect(made.state(SUBJECT)).toBe('suspect');
    const [died] = changes(made.pass(1));
    expect(died).toMatchObject({
      state: 'dead',
      reason: expect.stringMatching('suspicion-timeout'),
      agreed: 0,
    });
    expect(made.time.context.counters).toMatchObject({ suspicions: 1, deaths: 1 });
  });

  it('is told to everybody, the subject included', () => {
    const made = world([0x61]);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(100);
    const told = sent(made.pass(5_000), 'updates').filter(({ frame }) => {
      return frame.updates.some(({ state }) => state === 'dead');
    });
    expect(told.map(({ link }) => link)).toEqual([SUBJECT, SUBJECT, 0x61]);
  });
});

describe('confirmations', () => {
  it('shorten a suspicion that is under way, counted from its beginning', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(1_000);
    accuse(made, 0x61);
    made.pass(1_780);
    expect(made.state(SUBJECT)).toBe('suspect');
    expect(changes(made.pass(1))).toMatchObject([{ state: 'dead', agreed: 1 }]);
  });

  it('in full number end it at the minimum, as a verdict of several', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.membership.noAnswer(made.member(SUBJECT));
    accuse(made, 0x61, 0x62);
    expect(changes(made.pass(1_599))).toHaveLength(1);
    expect(changes(made.pass(1))).toMatchObject([
      { state: 'dead', reason: 'others-agree', agreed: 2 },
    ]);
  });

  it('are wanted from the living only: who dies meanwhile is no longer waited for', () => {
    const made = world([0x61, 0x62]);
    made.membership.noAnswer(made.member(SUBJECT));
    accuse(made, 0x61);
    made.pass(1_600);
    expect(made.state(SUBJECT)).toBe('suspect');
    made.links.remove(0x62);
    made.membership.refused(made.member(0x62));
    expect(changes(made.pass(0)).map(({ peer: id, reason }) => [id, reason])).toEqual([
      [peer(0x62), 'refused'],
      [peer(SUBJECT), 'others-agree'],
    ]);
  });

  it('end it at half a second when the link is gone as well', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.lose(SUBJECT);
    accuse(made, 0x61, 0x62);
    made.pass(499);
    expect(made.state(SUBJECT)).toBe('suspect');
    expect(changes(made.pass(1))).toMatchObject([{ state: 'dead', reason: 'others-agree' }]);
  });

  it('wait for a redial that is under way, but not for longer than without it', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.beingDialled.add(peer(SUBJECT));
    made.lose(SUBJECT);
    accuse(made, 0x61, 0x62);
    made.pass(1_599);
    expect(made.state(SUBJECT)).toBe('suspect');
    made.pass(400);
    expect(made.state(SUBJECT)).toBe('dead');
  });

  it('without a lost link of our own do not', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) });
    made.links.remove(SUBJECT);
    accuse(made, 0x62, 0x63);
    made.pass(1_599);
    expect(made.state(SUBJECT)).toBe('suspect');
  });
});

describe('a refused dial', () => {
  it('proves the death of a member that we once had a link to', () => {
    const made = world([0x61, 0x62, 0x63]);
    made.lose(SUBJECT);
    made.pass(10);
    made.membership.refused(made.member(SUBJECT));
    expect(changes(made.time.take())).toMatchObject([
      { state: 'dead', was: 'suspect', reason: 'refused', silentMs: 110 },
    ]);
  });

  it('is only a suspicion of a member that we never met', () => {
    const made = world([0x61]);
    made.hear(0x70, { addresses: ['far:1'], from: peer(0x61) });
    made.pass(10);
    made.membership.refused(made.member(0x70));
    expect(changes(made.time.take())).toMatchObject([{ state: 'suspect', reason: 'no-answer' }]);
  });

  it('says nothing while a link is open, nor of the dead', () => {
    const made = world([0x61]);
    made.membership.refused(made.member(SUBJECT));
    expect(made.state(SUBJECT)).toBe('alive');
    made.lose(SUBJECT);
    made.membership.refused(made.member(SUBJECT));
    made.time.take();
    made.membership.refused(made.member(SUBJECT));
    expect(made.time.take()).toEqual([]);
  });
});

describe('a verdict', () => {
  it('waits while the suspect is heard, and the suspect is asked to refute', () => {
    const made = world([0x61]);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(4_000);
    made.membership.heard(made.member(SUBJECT));
    const effects = made.pass(800);
    expect(made.state(SUBJECT)).toBe('suspect');
    expect(sent(effects, 'updates')).toMatchObject([{ link: SUBJECT }]);
    expect(made.time.context.counters.verdictsFrozen).toBe(1);
    expect(changes(made.pass(1_200))).toMatchObject([{ state: 'dead' }]);
  });

  it('waits while others reach the suspect for us', () => {
    const made = world([0x61]);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(4_000);
    made.membership.vouched(made.member(SUBJECT));
    made.pass(800);
    expect(made.state(SUBJECT)).toBe('suspect');
  });

  it('is not put off by what was heard before the suspicion', () => {
    const made = world([0x61]);
    made.membership.heard(made.member(SUBJECT));
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(4_800);
    expect(made.state(SUBJECT)).toBe('dead');
  });

  it('waits for a grace after this process stood still', () => {
    const made = world([0x61]);
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(4_700);
    made.membership.stalled();
    expect(made.membership.doubtful).toBe(true);
    made.pass(1_499);
    expect(made.state(SUBJECT)).toBe('suspect');
    expect(changes(made.pass(401))).toMatchObject([{ state: 'dead' }]);
    expect(made.membership.doubtful).toBe(false);
  });
});

describe('a death heard of', () => {
  it('is believed of a member that we do not hear', () => {
    const made = world([0x61]);
    made.links.remove(SUBJECT);
    made.hear(SUBJECT, { state: 'dead', from: peer(0x61) });
    expect(changes(made.time.take())).toMatchObject([{ state: 'dead', reason: 'gossip' }]);
  });

  it('is disbelieved, and only a suspicion, while the member is heard on its link', () => {
    const made = world([0x61]);
    made.hear(SUBJECT, { state: 'dead', from: peer(0x61) });
    expect(changes(made.time.take())).toMatchObject([{ state: 'suspect', reason: 'gossip' }]);
    expect(made.time.context.counters.deathsDisbelieved).toBe(1);
  });

  it('is believed when the link is open and silent for two periods', () => {
    const made = world([0x61]);
    made.pass(1_501);
    made.hear(SUBJECT, { state: 'dead', from: peer(0x61) });
    expect(made.state(SUBJECT)).toBe('dead');
  });
});

describe('members dead or gone', () => {
  it('are forgotten after a day, not before, and the living never', () => {
    const made = world([0x61]);
    made.links.remove(SUBJECT);
    made.hear(SUBJECT, { state: 'dead', from: peer(0x61) });
    made.pass(86_400_000);
    made.members.forget(made.nowMs - DEFAULT_CONFIG.forgetMs);
    expect(made.state(SUBJECT)).toBe('dead');
    made.pass(1);
    made.members.forget(made.nowMs - DEFAULT_CONFIG.forgetMs);
    expect(made.state(SUBJECT)).toBe(undefined);
    expect(made.state(0x61)).toBe('alive');
  });
});
