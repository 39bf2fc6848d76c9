import { describe, expect, it } from 'vitest';
import { updateOf } from '../support/bench.js';
import { events, sent } from '../support/context.js';
import { peer } from '../support/identities.js';
import { MembershipWorld } from '../support/membership-world.js';

const SUBJECT = 0x60;
const SELF = peer(0x50);

/** The subject and three others, all met a moment ago, nothing left to tell. */
function world(others = [0x61, 0x62, 0x63]): MembershipWorld {
  const made = new MembershipWorld();
  for (const byte of [SUBJECT, ...others]) made.meet(byte);
  made.pass(100);
  return made;
}

describe('a link that breaks', () => {
  it('makes its peer suspect at once, and others hear of it a moment later', () => {
    const made = world();
    made.asked.length = 0;
    made.lose(SUBJECT);
    expect(made.time.take()).toEqual([
      {
        kind: 'event',
        event: {
          kind: 'member',
          change: {
            peer: peer(SUBJECT),
            generation: 1,
            incarnation: 0,
            state: 'suspect',
            was: 'alive',
            reason: 'link-lost',
            silentMs: 100,
            agreed: 0,
            asked: 0,
          },
        },
      },
    ]);
    expect(made.asked).toEqual([{ hook: 'entered', peer: peer(SUBJECT), was: 'alive' }]);
    expect(made.pass(59)).toEqual([]);
    const update = updateOf(SUBJECT, { state: 'suspect', from: SELF, addresses: ['host96:1'] });
    const frame = { kind: 'updates', updates: [update] };
    expect(made.pass(1)).toEqual([
      { kind: 'send', link: 0x61, frame },
      { kind: 'send', link: 0x62, frame },
      { kind: 'send', link: 0x63, frame },
    ]);
  });

  it('is not told when the peer is back before others were told', () => {
    const made = world();
    made.lose(SUBJECT);
    made.pass(30);
    made.meet(SUBJECT);
    expect(events(made.time.take())).toMatchObject([
      { kind: 'member', change: { state: 'alive', was: 'suspect', reason: 'answered' } },
    ]);
    expect(made.pass(10_000)).toEqual([]);
    expect(made.state(SUBJECT)).toBe('alive');
  });

  it('needs a refutation when the peer is back after others were told', () => {
    const made = world();
    made.lose(SUBJECT);
    made.pass(100);
    made.meet(SUBJECT);
    expect(made.state(SUBJECT)).toBe('suspect');
    made.hear(SUBJECT, { incarnation: 1 });
    expect(made.state(SUBJECT)).toBe('alive');
  });
});

describe('an unanswered probe', () => {
  it('makes its target suspect, and others and the target hear of it', () => {
    const made = world();
    made.time.at(made.nowMs + 4_000);
    made.membership.noAnswer(made.member(SUBJECT));
    expect(events(made.time.take())).toMatchObject([
      { kind: 'member', change: { state: 'suspect', reason: 'no-answer', silentMs: 4_100 } },
    ]);
    expect(sent(made.pass(5), 'updates').map(({ link }) => link)).toEqual([
      SUBJECT,
      0x61,
      0x62,
      0x63,
    ]);
  });

  it('of a member dead or gone changes nothing', () => {
    for (const state of ['dead', 'left'] as const) {
      const made = world();
      made.links.remove(SUBJECT);
      made.hear(SUBJECT, { state, from: peer(0x61) });
      made.pass(100);
      made.membership.noAnswer(made.member(SUBJECT));
      expect(made.state(SUBJECT)).toBe(state);
      expect(made.pass(100)).toEqual([]);
    }
  });
});

describe('a suspicion heard of', () => {
  it('is looked into, told to the suspect and passed on, but not to whom it came from', () => {
    const made = world();
    made.asked.length = 0;
    made.pass(3_000);
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) }, 0x61);
    expect(made.time.take().map((effect) => effect.kind)).toEqual(['event']);
    expect(made.asked.at(-1)).toEqual({ hook: 'check', peer: peer(SUBJECT) });
    expect(
      sent(made.pass(5), 'updates')
        .map(({ link }) => link)
        .sort(),
    ).toEqual([SUBJECT, 0x62, 0x63]);
  });

  it('of somebody whom we hear anyway is not looked into', () => {
    const made = world();
    made.membership.heard(made.member(SUBJECT));
    made.asked.length = 0;
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) }, 0x61);
    expect(made.asked.map(({ hook }) => hook)).not.toContain('check');
  });

  it('is passed on neither to the accuser nor to the neighbour that brought it', () => {
    const made = world();
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) }, 0x62);
    made.time.take();
    const told = sent(made.pass(5), 'updates').map(({ link }) => link);
    expect(told.toSorted()).toEqual([SUBJECT, 0x63]);
  });

  it('from several counts each accuser once', () => {
    const made = world();
    const suspect = { state: 'suspect' } as const;
    made.hear(SUBJECT, { ...suspect, from: peer(0x61) });
    made.hear(SUBJECT, { ...suspect, from: peer(0x61) });
    expect([...made.member(SUBJECT).accusers]).toEqual([peer(0x61)]);
    made.hear(SUBJECT, { ...suspect, from: peer(0x62) });
    expect(made.member(SUBJECT).accusers.size).toBe(2);
    // The suspect's own word is no accusation, nor is one of an older incarnation.
    made.hear(SUBJECT, { ...suspect, from: peer(SUBJECT) });
    expect(made.member(SUBJECT).accusers.size).toBe(2);
  });

  it('or a death counts members only, whatever names are given', () => {
    for (const state of ['suspect', 'dead'] as const) {
      const made = world();
      made.links.remove(SUBJECT);
      for (let name = 0x80; name < 0xff; name++) made.hear(SUBJECT, { state, from: peer(name) });
      expect(made.member(SUBJECT).accusers.size).toBeLessThanOrEqual(1);
    }
  });

  it('of a later incarnation begins with its own accusers only', () => {
    const made = world();
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) });
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x62) });
    made.hear(SUBJECT, { state: 'suspect', incarnation: 1, from: peer(0x63) });
    expect([...made.member(SUBJECT).accusers]).toEqual([peer(0x63)]);
  });

  it('of a later generation begins with its own accusers only', () => {
    const made = world();
    made.lose(SUBJECT);
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x62) });
    made.hear(SUBJECT, { state: 'suspect', generation: 2, from: peer(0x63) });
    expect([...made.member(SUBJECT).accusers]).toEqual([peer(0x63)]);
    expect(made.member(SUBJECT).witnessed).toBe(false);
  });
});

describe('a suspicion of ours while most others are silent too', () => {
  it('is held back, for it may be us', () => {
    const made = world();
    made.lose(SUBJECT);
    made.lose(0x61);
    made.lose(0x62);
    expect(made.isolation.suspected).toBe(true);
    expect(sent(made.pass(1_000), 'updates')).toEqual([]);
  });
});
