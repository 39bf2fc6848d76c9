import { describe, expect, it } from 'vitest';
import { goodbyeOf } from '../support/bench.js';
import { events, sent } from '../support/context.js';
import { ascii, peer, stream } from '../support/identities.js';
import { MembershipWorld } from '../support/membership-world.js';

const SELF = 0x50;
const SUBJECT = 0x60;

function world(): MembershipWorld {
  const made = new MembershipWorld();
  for (const byte of [SUBJECT, 0x61]) made.meet(byte);
  made.pass(100);
  return made;
}

describe('a word against us', () => {
  it.each(['suspect', 'dead', 'left'] as const)('(%s) is refuted to everybody at once', (state) => {
    const made = world();
    made.hear(SELF, { state, from: peer(0x61) });
    const told = sent(made.pass(0), 'updates');
    expect(told.map(({ link }) => link)).toEqual([SUBJECT, 0x61]);
    expect(told[0]?.frame.updates).toMatchObject([
      { peer: peer(SELF), state: 'alive', incarnation: 1, from: peer(SELF) },
    ]);
    expect(made.health.score).toBe(1);
    expect(made.time.context.counters.refutations).toBe(1);
  });

  it('of a higher incarnation is refuted above it', () => {
    const made = world();
    made.hear(SELF, { state: 'suspect', incarnation: 7, from: peer(0x61) });
    expect(made.time.context.self.incarnation).toBe(8);
  });

  it('of another generation of ours, or for us, is not answered', () => {
    const made = world();
    made.hear(SELF, { state: 'suspect', from: peer(0x61) });
    made.pass(100);
    made.hear(SELF, { state: 'dead', generation: 0, incarnation: 9, from: peer(0x61) });
    made.hear(SELF, { state: 'alive', incarnation: 9 });
    expect(made.pass(100)).toEqual([]);
    expect(made.time.context.self.incarnation).toBe(1);
  });

  it('that we refuted already is answered to who still says it, and to nobody else', () => {
    const made = world();
    made.hear(SELF, { state: 'suspect', from: peer(0x61) });
    made.pass(100);
    made.hear(SELF, { state: 'suspect', incarnation: 0, from: peer(0x61) }, 0x61);
    made.hear(SELF, { state: 'suspect', incarnation: 0, from: peer(0x61) }, 0x61);
    const told = sent(made.pass(100), 'updates');
    expect(told).toMatchObject([
      { link: 0x61, frame: { updates: [{ peer: peer(SELF), state: 'alive', incarnation: 1 }] } },
    ]);
    expect(made.time.context.self.incarnation).toBe(1);
    expect(made.time.context.counters.refutations).toBe(1);
  });

  it('changes the hash of our own table', () => {
    const made = world();
    const before = made.members.hash(made.time.context.self);
    made.hear(SELF, { state: 'suspect', from: peer(0x61) });
    expect(made.members.hash(made.time.context.self)).not.toBe(before);
  });
});

describe('our own id, alive in a newer generation', () => {
  it('replaces us', () => {
    const made = world();
    made.hear(SELF, { generation: 2 });
    expect(made.pass(100)).toEqual([
      { kind: 'event', event: { kind: 'superseded', generation: 2 } },
    ]);
  });
});

describe('a refutation', () => {
  it('makes a suspect alive, ends the suspicion and clears what was said', () => {
    const made = world();
    made.membership.noAnswer(made.member(SUBJECT));
    made.pass(100);
    made.hear(SUBJECT, { incarnation: 1 });
    expect(events(made.time.take())).toMatchObject([
      { kind: 'member', change: { state: 'alive', was: 'suspect', reason: 'refuted' } },
    ]);
    expect(made.member(SUBJECT)).toMatchObject({ witnessed: false, asked: 0, incarnation: 1 });
    expect(made.member(SUBJECT).accusers.size).toBe(0);
    made.pass(20_000);
    expect(made.state(SUBJECT)).toBe('alive');
    expect(made.time.context.counters.suspicionsRefuted).toBe(1);
  });

  it('brings a dead member back, too', () => {
    const made = world();
    made.lose(SUBJECT);
    made.membership.refused(made.member(SUBJECT));
    made.hear(SUBJECT, { incarnation: 1 });
    expect(made.state(SUBJECT)).toBe('alive');
  });

  it('of a suspicion that we never shared is no change of state', () => {
    const made = world();
    made.hear(SUBJECT, { incarnation: 1 });
    expect(events(made.time.take())).toEqual([]);
    expect(made.member(SUBJECT).incarnation).toBe(1);
  });
});

describe('a goodbye', () => {
  it('means left, which is not dead, and nothing of that generation comes after it', () => {
    const made = world();
    made.membership.goodbye(made.member(SUBJECT), goodbyeOf(SUBJECT), SUBJECT);
    expect(events(made.time.take())).toMatchObject([
      { kind: 'member', change: { state: 'left', was: 'alive', reason: 'goodbye' } },
    ]);
    for (const state of ['alive', 'suspect', 'dead'] as const) {
      made.hear(SUBJECT, { state, incarnation: 9 });
    }
    made.membership.noAnswer(made.member(SUBJECT));
    made.membership.refused(made.member(SUBJECT));
    expect(made.state(SUBJECT)).toBe('left');
    expect(made.time.context.counters.deaths).toBe(0);
  });

  it('is passed on as the member said it', () => {
    const made = world();
    made.membership.goodbye(made.member(SUBJECT), goodbyeOf(SUBJECT), SUBJECT);
    const told = sent(made.pass(5), 'updates');
    expect(told.map(({ link }) => link)).toEqual([0x61]);
    expect(told[0]?.frame.updates).toMatchObject([{ state: 'left', from: peer(SUBJECT) }]);
  });

  it('follows a death, when it comes late', () => {
    const made = world();
    made.lose(SUBJECT);
    made.membership.refused(made.member(SUBJECT));
    made.hear(SUBJECT, { state: 'left' });
    expect(made.state(SUBJECT)).toBe('left');
  });
});

describe('a restart', () => {
  it.each(['alive', 'suspect', 'dead', 'left'] as const)(
    'replaces a member that is %s',
    (state) => {
      const made = world();
      made.links.remove(SUBJECT);
      if (state !== 'alive') made.hear(SUBJECT, { state, from: peer(0x61) });
      Object.assign(made.member(SUBJECT), { rttMs: 5, toldMs: 1, vouchedMs: 1 });
      made.member(SUBJECT).clock.raise(stream(SUBJECT), 9);
      made.time.take();
      made.hear(SUBJECT, { generation: 2, addresses: ['new:1'], meta: ascii('new') });
      expect(events(made.time.take())).toMatchObject([
        { kind: 'meta', peer: peer(SUBJECT), meta: ascii('new') },
        {
          kind: 'member',
          change: { state: 'alive', was: state, reason: 'restarted', generation: 2 },
        },
      ]);
      expect(made.member(SUBJECT)).toMatchObject({
        addresses: ['new:1'],
        rttMs: undefined,
        heardMs: undefined,
        toldMs: undefined,
        vouchedMs: undefined,
      });
      expect(made.member(SUBJECT).clock.size).toBe(0);
    },
  );

  it('is not undone by news of the generation before', () => {
    const made = world();
    made.hear(SUBJECT, { generation: 2 });
    made.hear(SUBJECT, { generation: 1, incarnation: 99, state: 'dead', from: peer(0x61) });
    expect(made.member(SUBJECT)).toMatchObject({ generation: 2, state: 'alive' });
  });
});

describe('a new description of a member', () => {
  it('is passed on when its member is suspected, and accuses nobody', () => {
    const made = world();
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) });
    made.pass(50);
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('b') }, SUBJECT);
    const told = sent(made.pass(5), 'updates');
    expect(told).toMatchObject([
      { link: 0x61, frame: { updates: [{ state: 'alive', metaVersion: 2, meta: ascii('b') }] } },
    ]);
    expect(made.state(SUBJECT)).toBe('suspect');
  });

  it('goes with an accusation that waits, and does not take its place', () => {
    const made = world();
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) });
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('b') }, SUBJECT);
    const told = sent(made.pass(5), 'updates').flatMap(({ frame }) => frame.updates);
    expect(told.length).toBeGreaterThan(0);
    for (const update of told) {
      expect(update).toMatchObject({ state: 'suspect', from: peer(0x61), metaVersion: 2 });
    }
  });

  it('that was overtaken by a newer one is not passed on', () => {
    const made = world();
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('b') }, SUBJECT);
    made.hear(SUBJECT, { metaVersion: 3, meta: ascii('c') }, SUBJECT);
    const told = sent(made.pass(5), 'updates').flatMap(({ frame }) => frame.updates);
    expect(told).toMatchObject([{ metaVersion: 3 }]);
  });

  it('is taken over once, told and passed on, without a new incarnation', () => {
    const made = world();
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('b') }, SUBJECT);
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('c') }, SUBJECT);
    made.hear(SUBJECT, { metaVersion: 1, meta: ascii('a') }, SUBJECT);
    const effects = made.pass(5);
    expect(events(effects)).toEqual([{ kind: 'meta', peer: peer(SUBJECT), meta: ascii('b') }]);
    expect(sent(effects, 'updates')).toMatchObject([
      { link: 0x61, frame: { updates: [{ metaVersion: 2, incarnation: 0 }] } },
    ]);
  });

  it('of a suspect is not passed on as an accusation by the suspect itself', () => {
    const made = world();
    made.hear(SUBJECT, { state: 'suspect', from: peer(0x61) }, 0x61);
    made.pass(100);
    made.hear(SUBJECT, { metaVersion: 2, meta: ascii('b') }, 0x61);
    const told = sent(made.pass(5), 'updates').flatMap(({ frame }) => frame.updates);
    for (const { state, from } of told) {
      if (state === 'suspect') expect(from).not.toBe(peer(SUBJECT));
    }
  });

  it('of our own goes to everybody', () => {
    const made = world();
    made.time.context.self.metaVersion = 2;
    made.membership.describeSelf();
    expect(sent(made.pass(0), 'updates')).toMatchObject([
      { link: SUBJECT, frame: { updates: [{ peer: peer(SELF), metaVersion: 2, incarnation: 0 }] } },
      { link: 0x61 },
    ]);
  });
});
