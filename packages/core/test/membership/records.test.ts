import { describe, expect, it, vi } from 'vitest';
import type { MemberUpdate } from '../../src/membership/member.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { Bench, goodbyeOf, helloOf, updateOf } from '../support/bench.js';
import { events, type ReadEffect, sent } from '../support/context.js';
import { ascii, peer } from '../support/identities.js';
import { MembershipWorld } from '../support/membership-world.js';
import { notaryOf } from '../support/signer.js';

const SUBJECT = 0x60;
const LIAR = 0x70;

/** News of the subject that the liar signed itself, as well as it can. */
function madeUp(over: Partial<MemberUpdate>): MemberUpdate {
  const news = updateOf(SUBJECT, over);
  const signature = notaryOf(peer(LIAR)).signRecord(peer(SUBJECT), over.state === 'left', news);
  return { ...news, signature };
}

function closures(effects: readonly ReadEffect[]): unknown[] {
  return effects.flatMap((effect) => {
    return effect.kind === 'close' ? [[effect.link, effect.code, effect.reason]] : [];
  });
}

describe('what is said of another and not signed by it', () => {
  const reason = `forged: what is said of 6060 is not signed by it`;

  it.each<[string, Partial<MemberUpdate>]>([
    ['that it left', { state: 'left' }],
    ['that it restarted', { generation: 2 }],
    ['that it refuted', { incarnation: 1 }],
    ['a suspicion of an incarnation that it never had', { state: 'suspect', incarnation: 1 }],
    ['its death in a generation that it never had', { state: 'dead', generation: 2 }],
    ['another description', { metaVersion: 2, meta: ascii('fool') }],
  ])('%s: closes the link that it came by, and is not believed', (_what, over) => {
    const bench = new Bench();
    bench.open(SUBJECT);
    const liar = bench.open(LIAR);
    const before = bench.member(SUBJECT);
    const effects = bench.say(liar, { kind: 'updates', updates: [madeUp(over)] });
    expect(closures(effects)).toEqual([[liar, CLOSE_CODES.forged, reason]]);
    expect(events(effects)).toContainEqual(
      expect.objectContaining({ kind: 'refused', peer: peer(LIAR), reason, by: 'us' }),
    );
    const news = (member: typeof before) => ({ ...member, heardMs: 0, sync: 0 });
    expect(news(bench.member(SUBJECT))).toEqual(news(before));
    expect(bench.engine.counters().recordsForged).toBe(1);
  });

  it('makes no member of whom nobody knows, and lets nobody in', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const updates = [madeUp({})];
    expect(closures(bench.say(liar, { kind: 'updates', updates }))).toHaveLength(1);
    bench.feed({ kind: 'link-opened', link: 9 });
    const hello = helloOf(SUBJECT, { signature: madeUp({}).signature });
    expect(closures(bench.say(9, hello))).toEqual([[9, CLOSE_CODES.forged, reason]]);
    expect(bench.member(SUBJECT)).toBe(undefined);
  });

  it('against us cannot raise our incarnation', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const own = updateOf(0x50, { state: 'suspect', incarnation: 7, from: peer(LIAR) });
    const signature = notaryOf(peer(LIAR)).signRecord(peer(0x50), false, own);
    bench.say(liar, { kind: 'updates', updates: [{ ...own, signature }] });
    expect(bench.member(0x50)?.incarnation).toBe(0);
    expect(bench.engine.counters()).toMatchObject({ recordsForged: 1, refutations: 0 });
  });

  it('may lie about nothing but a state when its numbers are the known ones', () => {
    const bench = new Bench();
    const subject = bench.open(SUBJECT, { addresses: ['there:1'], meta: ascii('s') });
    const liar = bench.open(LIAR);
    bench.open(0x61);
    bench.break(subject);
    const lies = { addresses: ['here:1'], meta: ascii('fool') };
    const update = madeUp({ state: 'dead', from: peer(LIAR), ...lies });
    const told = sent(
      [...bench.say(liar, { kind: 'updates', updates: [update] }), ...bench.run(500)],
      'updates',
    ).flatMap(({ frame }) => frame.updates.filter((each) => each.peer === peer(SUBJECT)));
    expect(told.length).toBeGreaterThan(0);
    for (const each of told) {
      expect(each).toMatchObject({ addresses: ['there:1'], meta: ascii('s') });
      expect(notaryOf(peer(SUBJECT)).isRecordBy(peer(SUBJECT), false, each)).toBe(true);
    }
  });
});

describe('the own word of a member', () => {
  it('is believed whoever passes it on: a goodbye reaches those without a link', () => {
    const near = new Bench({ id: peer(0x40) });
    const subject = near.open(SUBJECT);
    const far = near.open(0x50);
    near.run(100);
    const said = [...near.say(subject, goodbyeOf(SUBJECT)), ...near.run(100)];
    const passedOn = sent(said, 'updates').filter(({ link }) => link === far);
    const bench = new Bench();
    const link = bench.open(0x40);
    bench.say(link, ...passedOn.map(({ frame }) => frame));
    expect(bench.member(SUBJECT)?.state).toBe('left');
  });

  it('is checked once, however often it comes', () => {
    const made = new MembershipWorld();
    const check = vi.spyOn(made.time.context.notary, 'isRecordBy');
    made.meet(LIAR);
    for (let time = 0; time < 3; time++) {
      made.hear(SUBJECT, {});
      made.hear(SUBJECT, { state: 'suspect', from: peer(LIAR) });
      made.hear(SUBJECT, { incarnation: 1 });
    }
    expect(check.mock.calls.map(([subject, , record]) => [subject, record.incarnation])).toEqual([
      [peer(SUBJECT), 0],
      [peer(SUBJECT), 1],
    ]);
  });

  it('is signed once for all whom it is told', () => {
    const made = new MembershipWorld();
    const sign = vi.spyOn(made.time.context.notary, 'signRecord');
    for (let time = 0; time < 3; time++) made.membership.ownUpdate();
    expect(sign).toHaveBeenCalledTimes(1);
    made.time.context.self.metaVersion += 1;
    for (let time = 0; time < 3; time++) made.membership.ownUpdate();
    expect(sign).toHaveBeenCalledTimes(2);
  });
});
