import { describe, expect, it } from 'vitest';
import type { ForwardJoin } from '../../../src/wire/views.js';
import { peer } from '../../support/identities.js';
import { addressOf, contactOf, dialled, SELF, said, ViewBench } from '../../support/view-bench.js';

function walkOf(byte: number, hops: number): ForwardJoin {
  return { kind: 'forward-join', hops, newcomer: contactOf(byte) };
}

function benchWith(...bytes: number[]): ViewBench {
  const bench = new ViewBench();
  for (const byte of bytes) bench.neighbour(byte);
  return bench;
}

describe('a newcomer', () => {
  it('dials the address it was given, and asks to be taken in', () => {
    const bench = new ViewBench();
    const effects = bench.feed({ kind: 'remember', address: addressOf(1), seed: true });
    expect(dialled(effects)).toEqual([addressOf(1)]);
    expect(said(bench.link(1, true), 'join').map(({ to }) => to)).toEqual([peer(1)]);
    bench.say(1, { kind: 'neighbour-reply', accepted: true });
    expect(bench.view.neighbours()).toEqual([peer(1)]);
  });

  it('tries again when nobody is there, but not at once', () => {
    const bench = new ViewBench();
    bench.feed({ kind: 'remember', address: addressOf(1), seed: true });
    expect(dialled(bench.feed({ kind: 'unreachable', address: addressOf(1) }))).toEqual([]);
    expect(dialled(bench.run(2_000))).toContain(addressOf(1));
  });

  it('is taken in, and told to every other neighbour', () => {
    const bench = benchWith(1, 2);
    bench.link(3);
    const effects = bench.say(3, { kind: 'join' });
    expect(said(effects, 'forward-join')).toEqual([
      { to: peer(1), frame: walkOf(3, 6) },
      { to: peer(2), frame: walkOf(3, 6) },
    ]);
    expect(said(effects, 'neighbour-reply')[0]?.frame.accepted).toBe(true);
    expect(bench.view.neighbours()).toContain(peer(3));
  });

  it('that says so again is answered, and walks no more', () => {
    const bench = benchWith(1);
    bench.link(3);
    bench.say(3, { kind: 'join' });
    expect(said(bench.say(3, { kind: 'join' }), 'forward-join')).toEqual([]);
  });
});

describe('the walk of a newcomer', () => {
  it('goes on to somebody else, with a step less', () => {
    const bench = benchWith(1, 2);
    expect(said(bench.say(1, walkOf(9, 5)), 'forward-join')).toEqual([
      { to: peer(2), frame: walkOf(9, 4) },
    ]);
  });

  it('leaves a contact where three steps are left', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    bench.say(1, walkOf(8, 4));
    expect(bench.view.reserve()).toEqual([]);
    bench.say(1, walkOf(9, 3));
    expect(bench.view.reserve()).toEqual([contactOf(9)]);
  });

  it('ends with a link: urgent, since a newcomer has few', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    expect(dialled(bench.say(1, walkOf(9, 0)))).toEqual([addressOf(9)]);
    expect(said(bench.link(9, true), 'neighbour')[0]?.frame.urgent).toBe(true);
  });

  it('ends where nobody is left to go on to', () => {
    expect(dialled(benchWith(1).say(1, walkOf(9, 5)))).toEqual([addressOf(9)]);
  });

  it('has no more steps here than we would give it', () => {
    const effects = benchWith(1, 2).say(1, walkOf(9, 15));
    expect(said(effects, 'forward-join')[0]?.frame.hops).toBe(5);
  });

  it('of ourselves, or of a neighbour, ends without a word', () => {
    const bench = benchWith(1, 2);
    expect(bench.say(1, walkOf(SELF, 0))).toEqual([]);
    expect(bench.say(1, walkOf(2, 0))).toEqual([]);
  });

  it('is not followed when a neighbour sends too many', () => {
    const bench = benchWith(1, 2);
    const sent = Array.from({ length: 9 }, (_, index) => bench.say(1, walkOf(0x60 + index, 6)));
    expect(sent.flatMap((effects) => said(effects, 'forward-join')).length).toBe(4);
    expect(bench.view.walksIgnored).toBe(5);
    bench.nowMs += 2_000;
    expect(said(bench.say(1, walkOf(0x70, 6)), 'forward-join').length).toBe(1);
  });

  it('starts few dials, however many end here', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    let dials = 0;
    for (let second = 0; second < 40; second++) {
      dials += dialled(bench.say(1, walkOf(0x60 + second, 0))).length;
      bench.nowMs += 100;
    }
    expect(dials).toBeLessThanOrEqual(10);
  });
});

describe('an exchange of contacts', () => {
  it('begins now and then, with ourselves first', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    for (const byte of [11, 12, 13, 14, 15, 16]) {
      bench.feed({ kind: 'heard-of', contact: contactOf(byte) });
    }
    const [shuffle, ...more] = said(bench.run(10_500), 'shuffle');
    expect(more.length).toBeLessThanOrEqual(1);
    expect(shuffle?.frame.hops).toBe(6);
    expect(shuffle?.frame.contacts[0]).toEqual(contactOf(SELF));
    expect(shuffle?.frame.contacts.length).toBe(1 + 3 + 4);
    expect(shuffle?.frame.contacts.map((each) => each.peer)).not.toContain(shuffle?.to);
  });

  it('ends here after its last step: contacts for contacts', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    for (const byte of [11, 12, 13]) bench.feed({ kind: 'heard-of', contact: contactOf(byte) });
    const contacts = [contactOf(8), contactOf(9)];
    const effects = bench.say(1, { kind: 'shuffle', nonce: 7, hops: 1, contacts });
    const [answer] = said(effects, 'shuffle-reply');
    expect(answer?.to).toBe(peer(1));
    expect(answer?.frame).toMatchObject({ nonce: 7, contacts: [{}, {}] });
    const reserve = bench.view.reserve().map((each) => each.peer);
    expect(reserve).toEqual(expect.arrayContaining([peer(8), peer(9)]));
  });

  it('goes on, and its answer comes back the same way, once', () => {
    const bench = benchWith(1, 2);
    const contacts = [contactOf(8), contactOf(9)];
    const effects = bench.say(1, { kind: 'shuffle', nonce: 7, hops: 5, contacts });
    expect(said(effects, 'shuffle')).toEqual([
      { to: peer(2), frame: { kind: 'shuffle', nonce: 7, hops: 4, contacts } },
    ]);
    const answer = { kind: 'shuffle-reply', nonce: 7, contacts: [contactOf(20)] } as const;
    expect(said(bench.say(2, answer), 'shuffle-reply')).toEqual([{ to: peer(1), frame: answer }]);
    expect(bench.say(2, answer)).toEqual([]);
    expect(bench.view.reserve()).toEqual([]);
  });

  it('never fills the reserve over its size', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    for (let round = 0; round < 20; round++) {
      const contacts = Array.from({ length: 8 }, (_, n) =>
        contactOf(0x60 + ((round * 8 + n) % 99)),
      );
      bench.nowMs += 1_000;
      bench.say(1, { kind: 'shuffle', nonce: round, hops: 0, contacts });
    }
    expect(bench.view.reserve().length).toBe(30);
  });

  it('takes in neither ourselves, nor neighbours, nor who cannot be dialled', () => {
    const bench = benchWith(1, 2, 3, 4, 5);
    const contacts = [
      contactOf(9),
      contactOf(SELF),
      contactOf(2),
      { peer: peer(8), addresses: [] },
    ];
    bench.say(1, { kind: 'shuffle', nonce: 1, hops: 0, contacts });
    expect(bench.view.reserve()).toEqual([contactOf(9)]);
  });
});
