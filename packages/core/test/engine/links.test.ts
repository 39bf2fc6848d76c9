import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { Bench, helloOf, updateOf } from '../support/bench.js';
import { events, sent } from '../support/context.js';
import { fromHex, peer } from '../support/identities.js';
import { dials } from '../support/overlay-world.js';

const OTHER = 0x60;

function benchOf(byte: number): Bench {
  return new Bench({ id: peer(byte) });
}

function closes(effects: ReturnType<Bench['feed']>): [number, number][] {
  return effects.flatMap((effect) => (effect.kind === 'close' ? [[effect.link, effect.code]] : []));
}

describe('a connection refused before it was a link', () => {
  const closure = { code: CLOSE_CODES.key, reason: 'another network key' };

  it('is told, and counted where it was refused', () => {
    const bench = new Bench();
    const effects = bench.feed({
      kind: 'link-refused',
      link: 9,
      remote: 'host:1',
      closure,
      by: 'us',
    });
    expect(events(effects)).toMatchObject([
      { kind: 'refused', address: 'host:1', ...closure, by: 'us' },
    ]);
    expect(bench.engine.counters().linksRefused).toBe(1);
  });

  it('is dialled again much later', () => {
    const bench = new Bench();
    const address = 'host:1';
    bench.feed({ kind: 'command', command: { kind: 'join', address } });
    const effects = bench.feed({
      kind: 'link-refused',
      link: 9,
      dialled: address,
      closure,
      by: 'them',
    });
    expect(events(effects)).toMatchObject([
      { kind: 'refused', address, by: 'them' },
      { kind: 'dial-failed', address, detail: closure.reason },
    ]);
    expect(bench.engine.counters().linksRefused).toBe(0);
    expect(dials(bench.run(29_999))).toEqual([]);
    expect(dials(bench.run(1))).toEqual([address]);
  });
});

describe('a link that opens', () => {
  it('hears our hello first, and nothing more before theirs', () => {
    const bench = new Bench();
    const effects = bench.feed({ kind: 'link-opened', link: 9 });
    expect(effects.filter((effect) => effect.kind === 'send')).toMatchObject([
      { link: 9, frame: { kind: 'hello' } },
    ]);
  });

  it('tells after their hello what we hold and whom we know', () => {
    const bench = new Bench();
    bench.open(0x61);
    bench.publish('one');
    bench.run(10);
    bench.feed({ kind: 'link-opened', link: 9 });
    const effects = bench.say(9, helloOf(OTHER));
    expect(events(effects).map((event) => event.kind)).toEqual(['member', 'meta', 'link-up']);
    expect(
      effects.flatMap((effect) => (effect.kind === 'send' ? [effect.frame.kind] : [])),
    ).toEqual(['have', 'updates', 'offer']);
    const [table] = sent(effects, 'updates');
    expect(table?.frame.updates.map((update) => update.peer)).toEqual(
      [0x50, OTHER, 0x61].map(peer),
    );
  });

  it('is given up without a hello within 5 s', () => {
    const bench = new Bench();
    bench.feed({ kind: 'link-opened', link: 9 });
    expect(closes(bench.run(4_999))).toEqual([]);
    expect(closes(bench.run(1))).toEqual([[9, CLOSE_CODES.handshake]]);
  });

  it('of a known peer takes the hello of no other', () => {
    const bench = new Bench();
    bench.feed({ kind: 'link-opened', link: 9, peer: peer(0x61) });
    const effects = bench.say(9, helloOf(OTHER));
    expect(closes(effects)).toEqual([[9, CLOSE_CODES.impostor]]);
    expect(events(effects)).toMatchObject([
      { kind: 'refused', by: 'us', reason: 'is 6161, and says it is 6060' },
    ]);
    bench.feed({ kind: 'link-opened', link: 10, peer: peer(OTHER) });
    expect(events(bench.say(10, helloOf(OTHER)))).toMatchObject([
      { kind: 'member' },
      { kind: 'meta' },
      { kind: 'link-up', peer: peer(OTHER) },
    ]);
  });

  it('is one too many beyond the bound', () => {
    const bench = new Bench({ limits: { linksMax: 1 } });
    bench.open(OTHER);
    expect(closes(bench.feed({ kind: 'link-opened', link: 9 }))).toEqual([[9, CLOSE_CODES.full]]);
  });

  it('to a peer for which there is no room among the members is closed, and nothing lasts of it', () => {
    const bench = new Bench({ limits: { membersMax: 1 } });
    bench.open(OTHER);
    bench.feed({ kind: 'command', command: { kind: 'join', address: 'full:1' } });
    bench.feed({ kind: 'link-opened', link: 9, dialled: 'full:1' });
    const effects = bench.say(9, helloOf(0x61));
    expect(closes(effects)).toEqual([[9, CLOSE_CODES.full]]);
    expect(events(effects).map((event) => event.kind)).not.toContain('link-down');
    bench.feed({ kind: 'link-closed', link: 9, closure: { code: CLOSE_CODES.full, reason: '' } });
    expect(dials(bench.run(60_000)).length).toBeGreaterThan(0);
  });
});

describe('malformed bytes', () => {
  it.each([
    ['before the hello', 'none', '4d00'],
    ['instead of the hello', 'none', '0800'],
    ['after the hello', 'hello', '4d00'],
    ['of a second hello', 'hello', 'hello'],
    ['of a batch', 'hello', '090101'],
    ['of a delta', 'hello', '0d03000105'],
    ['of a summary', 'hello', '0c03000105'],
    ['of nothing', 'hello', ''],
  ])('%s close that link with its reason, and no other', (_what, before, hex) => {
    const bench = new Bench();
    const other = bench.open(0x61);
    bench.feed({ kind: 'link-opened', link: 9 });
    if (before === 'hello') bench.say(9, helloOf(OTHER));
    const effects =
      hex === 'hello' ? bench.say(9, helloOf(OTHER)) : bench.sayBytes(9, fromHex(hex));
    expect(closes(effects)).toEqual([[9, CLOSE_CODES.malformed]]);
    expect(events(effects)).toContainEqual(
      expect.objectContaining({ kind: 'refused', link: 9, by: 'us', code: CLOSE_CODES.malformed }),
    );
    bench.publish('still here');
    expect(sent(bench.run(0), 'batch').map(({ link }) => link)).toEqual([other]);
    expect(bench.engine.counters()).toMatchObject({ framesMalformed: 1, linksRefused: 1 });
  });

  it('do not take back the frames before them', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    const bytes = Uint8Array.of(
      ...fromHex('03100000000100000000000000000000000'.padEnd(36, '0')),
      0x4d,
      0,
    );
    expect(sent(bench.sayBytes(link, bytes), 'ack')).toHaveLength(1);
  });
});

describe('a link that breaks', () => {
  it('makes its peer suspect, is redialled at once, and three others are asked', () => {
    const bench = new Bench();
    const link = bench.open(OTHER, { addresses: ['other:1'] });
    for (const byte of [0x61, 0x62, 0x63, 0x64]) bench.open(byte);
    bench.run(100);
    const effects = bench.break(link).filter((effect) => effect.kind !== 'wake');
    expect(effects.map((effect) => effect.kind)).toEqual([
      'event',
      'send',
      'send',
      'send',
      'event',
      'dial',
    ]);
    expect(events(effects)).toMatchObject([
      { kind: 'link-down', peer: peer(OTHER), link, reason: 'broken' },
      { kind: 'member', change: { state: 'suspect', reason: 'link-lost', asked: 3 } },
    ]);
    expect(dials(effects)).toEqual(['other:1']);
    expect(sent(effects, 'ping-request').map(({ frame }) => frame.target)).toEqual(
      [1, 2, 3].map(() => peer(OTHER)),
    );
  });

  it('and whose host refuses the redial proves a death', () => {
    const bench = new Bench();
    const link = bench.open(OTHER, { addresses: ['other:1'] });
    bench.break(link);
    const effects = bench.feed({
      kind: 'dial-failed',
      address: 'other:1',
      failure: 'refused',
      detail: 'refused',
    });
    expect(events(effects)).toMatchObject([
      { kind: 'member', change: { state: 'dead', reason: 'refused' } },
    ]);
  });

  it('closed on purpose is redialled and makes nobody suspect', () => {
    const bench = new Bench();
    const link = bench.open(OTHER, { addresses: ['other:1'] });
    const closure = { code: CLOSE_CODES.duplicate, reason: '' };
    bench.feed({ kind: 'link-closed', link, closure });
    expect(bench.member(OTHER)?.state).toBe('alive');
    expect(dials(bench.run(150))).toEqual(['other:1']);
  });
});

describe('two links to one peer', () => {
  it('are one after both hellos: that of the lower id stays', () => {
    const bench = new Bench();
    const theirs = bench.open(OTHER);
    bench.feed({ kind: 'link-opened', link: 9, dialled: 'other:1' });
    expect(closes(bench.say(9, helloOf(OTHER)))).toEqual([[theirs, CLOSE_CODES.duplicate]]);

    const other = new Bench();
    other.open(0x40);
    other.feed({ kind: 'link-opened', link: 9, dialled: 'other:1' });
    expect(closes(other.say(9, helloOf(0x40)))).toEqual([[9, CLOSE_CODES.duplicate]]);
    expect(other.engine.counters()).toMatchObject({ linksDuplicate: 1, suspicions: 0 });
  });

  it('of two generations are one after both hellos: the newer stays', () => {
    const bench = new Bench();
    const old = bench.open(0x40);
    bench.feed({ kind: 'link-opened', link: 9, dialled: 'other:1' });
    const effects = bench.say(9, helloOf(0x40, { generation: 2 }));
    expect(closes(effects)).toEqual([[old, CLOSE_CODES.duplicate]]);
    expect(events(effects)).toContainEqual(
      expect.objectContaining({ change: expect.objectContaining({ reason: 'restarted' }) }),
    );
  });
});

describe('two dials of one side', () => {
  it('whose hellos arrive in another order at each end leave one link', () => {
    const [near, far] = [benchOf(0x40), benchOf(0x60)];
    for (const link of [1, 2]) {
      near.feed({ kind: 'link-opened', link, dialled: `far:${link}` });
      far.feed({ kind: 'link-opened', link });
    }
    const closed = new Set<number>();
    for (const link of [1, 2]) {
      for (const [gone] of closes(near.say(link, helloOf(0x60)))) closed.add(gone);
    }
    for (const link of [2, 1]) {
      for (const [gone] of closes(far.say(link, helloOf(0x40)))) closed.add(gone);
    }
    expect(closed.size).toBe(1);
  });
});

describe('two links to one peer that this side dialled', () => {
  it.each([
    ['older', 0],
    ['newer', 1],
  ])('are one loss only when both are gone: first the %s', (_which, first) => {
    const bench = new Bench();
    const links = [bench.open(OTHER, {}, 'a:1'), bench.open(OTHER, {}, 'b:1')];
    const [one = 0, other = 0] = first === 0 ? links : links.toReversed();
    expect(events(bench.break(one))).toEqual([]);
    expect(bench.member(OTHER)?.state).toBe('alive');
    const told = events(bench.break(other)).map(({ kind }) => kind);
    expect(told).toEqual(['link-down', 'member']);
    expect(bench.member(OTHER)?.state).toBe('suspect');
  });
});

describe('a peer that left', () => {
  it('takes no command any more', () => {
    const bench = new Bench();
    bench.feed({ kind: 'command', command: { kind: 'leave' } });
    const command = { kind: 'publish', topic: 'room', payload: new Uint8Array(1) } as const;
    for (const each of [command, { kind: 'leave' }, { kind: 'join', address: 'a:1' }] as const) {
      expect(() => bench.feed({ kind: 'command', command: each })).toThrow(
        expect.objectContaining({ code: 'left' }),
      );
    }
    expect(() => bench.feed({ kind: 'command', command })).toThrow(HearsayError);
  });

  it('sends what it published, says goodbye on every link and closes it, then nothing', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    bench.feed({ kind: 'link-opened', link: 9 });
    bench.publish('last words');
    const effects = bench.feed({ kind: 'command', command: { kind: 'leave' } });
    const said = effects.flatMap((effect) => (effect.kind === 'send' ? [effect.frame.kind] : []));
    expect(said).toEqual(['batch', 'goodbye']);
    expect(closes(effects)).toEqual([
      [link, CLOSE_CODES.goodbye],
      [9, CLOSE_CODES.goodbye],
    ]);
    expect(bench.run(60_000)).toEqual([]);
    expect(bench.say(link, { kind: 'table-want' })).toEqual([]);
    expect(bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 }).left).toBe(true);
  });

  it('closes a dial that was under way', () => {
    const bench = new Bench();
    bench.feed({ kind: 'command', command: { kind: 'leave' } });
    expect(closes(bench.feed({ kind: 'link-opened', link: 9, dialled: 'a:1' }))).toEqual([
      [9, CLOSE_CODES.goodbye],
    ]);
  });
});

describe('a member table that differs', () => {
  it('is asked for by the hash of a probe, at most once in two seconds', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    const ping = { kind: 'ping', nonce: 1, state: { high: 0, low: 0 }, table: 1 } as const;
    expect(sent(bench.say(link, ping), 'table-want')).toHaveLength(1);
    expect(sent(bench.say(link, ping), 'table-want')).toHaveLength(0);
    bench.nowMs += 2_000;
    expect(sent(bench.say(link, ping), 'table-want')).toHaveLength(1);
  });

  it('is asked of one neighbour at a time, as others may hold the same', () => {
    const bench = new Bench();
    const links = [bench.open(OTHER), bench.open(OTHER + 1)];
    const ping = { kind: 'ping', nonce: 1, state: { high: 0, low: 0 }, table: 1 } as const;
    const asked = () => links.flatMap((link) => sent(bench.say(link, ping), 'table-want'));
    expect(asked()).toHaveLength(1);
    bench.nowMs += 500;
    expect(asked()).toHaveLength(1);
  });

  it('is sent when asked for, at most once a second', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    bench.say(link, { kind: 'updates', updates: [updateOf(0x61)] });
    const tables = (): number =>
      sent(bench.say(link, { kind: 'table-want' }), 'updates').flatMap(({ frame }) => frame.updates)
        .length;
    expect([tables(), tables()]).toEqual([3, 0]);
    bench.nowMs += 999;
    expect(tables()).toBe(0);
    bench.nowMs += 1;
    expect(tables()).toBe(3);
  });
});
