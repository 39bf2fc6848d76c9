import { describe, expect, it } from 'vitest';
import { peer } from '../../support/identities.js';
import {
  addressOf,
  contactOf,
  dialled,
  dropped,
  said,
  ViewBench,
} from '../../support/view-bench.js';

/** A view of a size of two with these neighbours. */
function smallView(...bytes: number[]): ViewBench {
  const bench = new ViewBench({ activeViewMax: 2 });
  for (const byte of bytes) bench.neighbour(byte);
  return bench;
}

describe('a request to be a neighbour', () => {
  it('is granted while there is room', () => {
    const bench = new ViewBench();
    bench.link(1);
    const effects = bench.say(1, { kind: 'neighbour', urgent: false });
    expect(said(effects, 'neighbour-reply')).toEqual([
      { to: peer(1), frame: { kind: 'neighbour-reply', accepted: true } },
    ]);
    expect(effects).toContainEqual({ kind: 'neighbour-up', peer: peer(1) });
    expect(bench.view.neighbours()).toEqual([peer(1)]);
  });

  it('is refused by a full view, unless it is urgent', () => {
    const bench = smallView(1, 2);
    bench.link(3);
    const asked = (urgent: boolean) =>
      said(bench.say(3, { kind: 'neighbour', urgent }), 'neighbour-reply')[0]?.frame.accepted;
    expect(asked(false)).toBe(false);
    expect(asked(true)).toBe(true);
  });

  it('is refused, urgent or not, by a view twice its size', () => {
    const bench = smallView(1, 2, 3, 4);
    bench.link(5);
    const effects = bench.say(5, { kind: 'neighbour', urgent: true });
    expect(said(effects, 'neighbour-reply')[0]?.frame.accepted).toBe(false);
    expect(bench.view.neighbours().length).toBe(4);
  });

  it('is granted again to a neighbour, and changes nothing', () => {
    const bench = smallView(1);
    const effects = bench.say(1, { kind: 'neighbour', urgent: false });
    expect(effects.map(({ kind }) => kind)).toEqual(['send']);
    expect(said(effects, 'neighbour-reply')[0]?.frame.accepted).toBe(true);
  });

  it('that crosses one of ours is granted even without room: we keep a place for it', () => {
    const bench = smallView(1);
    bench.feed({ kind: 'heard-of', contact: contactOf(2) });
    bench.link(2, true);
    const effects = bench.say(2, { kind: 'neighbour', urgent: false });
    expect(said(effects, 'neighbour-reply')[0]?.frame.accepted).toBe(true);
    bench.say(2, { kind: 'neighbour-reply', accepted: true });
    expect(bench.view.neighbours()).toEqual([peer(1), peer(2)]);
  });

  it('means nothing without a link', () => {
    const bench = new ViewBench();
    expect(bench.say(1, { kind: 'neighbour', urgent: true })).toEqual([]);
    expect(bench.view.neighbours()).toEqual([]);
  });
});

describe('a place that is empty', () => {
  it('is offered to a contact in reserve: dialled, asked, taken', () => {
    const bench = new ViewBench({ activeViewMax: 3 });
    for (const byte of [1, 2]) bench.neighbour(byte);
    const effects = bench.feed({ kind: 'heard-of', contact: contactOf(3) });
    expect(dialled(effects)).toEqual([addressOf(3)]);
    const asked = said(bench.link(3, true), 'neighbour');
    expect(asked).toEqual([{ to: peer(3), frame: { kind: 'neighbour', urgent: false } }]);
    bench.say(3, { kind: 'neighbour-reply', accepted: true });
    expect(bench.view.neighbours()).toEqual([peer(1), peer(2), peer(3)]);
  });

  it.each([[[]], [[1]]])('is urgent for who has fewer than two: %j', (others) => {
    const bench = smallView(...others);
    bench.feed({ kind: 'heard-of', contact: contactOf(2) });
    expect(said(bench.link(2, true), 'neighbour')[0]?.frame.urgent).toBe(true);
  });

  it('is offered to the next when the first is not there or has no room', () => {
    const bench = smallView(1);
    bench.feed({ kind: 'heard-of', contact: contactOf(2) });
    bench.feed({ kind: 'heard-of', contact: contactOf(3) });
    const next = bench.feed({ kind: 'unreachable', address: addressOf(2) });
    expect(dialled(next)).toEqual([addressOf(3)]);
    bench.link(3, true);
    bench.neighbour(4);
    const refused = bench.say(3, { kind: 'neighbour-reply', accepted: false });
    expect(dropped(refused)).toEqual([peer(3)]);
  });

  it('is not offered twice at once', () => {
    const bench = smallView(1);
    bench.feed({ kind: 'heard-of', contact: contactOf(2) });
    expect(dialled(bench.feed({ kind: 'heard-of', contact: contactOf(3) }))).toEqual([]);
  });

  it('is not offered for a while to who is not there, whoever speaks of it', () => {
    const bench = smallView(1);
    bench.feed({ kind: 'heard-of', contact: contactOf(2) });
    bench.feed({ kind: 'unreachable', address: addressOf(2) });
    expect(dialled(bench.feed({ kind: 'heard-of', contact: contactOf(2) }))).toEqual([]);
    bench.run(61_000);
    expect(dialled(bench.feed({ kind: 'heard-of', contact: contactOf(2) }))).toEqual([
      addressOf(2),
    ]);
  });

  it('is offered more and more seldom while everybody refuses it', () => {
    const bench = new ViewBench({ activeViewMax: 3 });
    for (const byte of [1, 2]) bench.neighbour(byte);
    for (let byte = 3; byte < 30; byte++)
      bench.feed({ kind: 'heard-of', contact: contactOf(byte) });
    let asked = 0;
    for (let second = 0; second < 120; second++) {
      for (const address of dialled(bench.run(1_000))) {
        asked += 1;
        const byte = Number(address.slice(4, -2));
        bench.link(byte, true);
        bench.say(byte, { kind: 'neighbour-reply', accepted: false });
      }
    }
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(20);
  });
});

describe('a view that is too large', () => {
  it('asks one of its neighbours whether it may go, and waits for the answer', () => {
    const bench = smallView(1, 2);
    bench.link(3);
    const effects = bench.say(3, { kind: 'neighbour', urgent: true });
    const [asked] = said(effects, 'release');
    expect([peer(1), peer(2)]).toContain(asked?.to);
    expect(bench.view.neighbours().length).toBe(3);
  });

  it('asks another when the first needs its link', () => {
    const bench = smallView(1, 2);
    bench.link(3);
    const [first] = said(bench.say(3, { kind: 'neighbour', urgent: true }), 'release');
    const firstByte = first?.to === peer(1) ? 1 : 2;
    const [second] = said(bench.say(firstByte, { kind: 'keep' }), 'release');
    expect(second?.to).toBe(peer(3 - firstByte));
  });

  it('keeps the contact of who went, for another day', () => {
    const bench = smallView(1, 2, 3);
    bench.feed({ kind: 'unlinked', peer: peer(1), released: true });
    expect(bench.view.neighbours()).toEqual([peer(2), peer(3)]);
    expect(bench.view.reserve()).toEqual([contactOf(1)]);
  });

  it('forgets who was lost', () => {
    const bench = smallView(1, 2, 3);
    bench.feed({ kind: 'unlinked', peer: peer(1), released: false });
    expect(bench.view.reserve()).toEqual([]);
  });
});

describe('asked whether its link may go, a peer', () => {
  it('lets it go while it has two others', () => {
    const bench = new ViewBench();
    for (const byte of [1, 2, 3]) bench.neighbour(byte);
    const effects = bench.say(1, { kind: 'release' });
    expect(dropped(effects)).toEqual([peer(1)]);
    expect(effects).toContainEqual({ kind: 'neighbour-down', peer: peer(1) });
  });

  it('never gives up its last, nor its last but one', () => {
    const bench = new ViewBench();
    for (const byte of [1, 2, 3]) bench.neighbour(byte);
    for (const byte of [1, 2, 3]) bench.say(byte, { kind: 'release' });
    expect(bench.view.neighbours()).toEqual([peer(2), peer(3)]);
    const [answer] = said(bench.say(2, { kind: 'release' }), 'keep');
    expect(answer?.to).toBe(peer(2));
  });
});

describe('a link that nobody says anything about', () => {
  it('may go after a while, if the other side agrees', () => {
    const bench = new ViewBench();
    bench.link(1);
    expect(said(bench.run(4_000), 'release')).toEqual([]);
    expect(said(bench.run(3_000), 'release').map(({ to }) => to)).toEqual([peer(1)]);
    bench.say(1, { kind: 'keep' });
    expect(bench.view.neighbours()).toEqual([peer(1)]);
  });
});
