import { describe, expect, it } from 'vitest';
import { peerId } from '../../src/ids.js';
import {
  HAVE_ENTRIES_PER_FRAME_MAX,
  INCARNATION_MAX,
  SIGNATURE_BYTES,
  WIRE_NUMBER_MAX,
} from '../../src/limits.js';
import { type LogDeltaItem, writeLogDeltaItem } from '../../src/log/log-delta.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import type { Frame } from '../../src/wire/frame.js';
import { Writer } from '../../src/wire/writer.js';
import {
  Bench,
  batchBytes,
  batchOf,
  goodbyeOf,
  helloOf,
  recordOf,
  SELF,
  updateOf,
} from '../support/bench.js';
import { events, sent } from '../support/context.js';
import { fromHex, peer, stream } from '../support/identities.js';

/** What the encoding could carry, and what a reader lets through. */
const HIGHEST = [Number.MAX_SAFE_INTEGER, WIRE_NUMBER_MAX];
const OTHER = 0x60;
const LIAR = 0x70;

function deltaOf(item: LogDeltaItem): Frame {
  const writer = new Writer();
  writeLogDeltaItem(writer, item);
  return { kind: 'delta', replica: 0, bytes: writer.finish() };
}

function floorOf(byte: number, floor: number): Frame {
  const chain = { high: 1, low: 2 };
  return deltaOf({ kind: 'floor', stream: stream(byte), floor, chain, causes: [] });
}

/** Our own messages must still go out, whatever a link said before. */
function expectWorking(bench: Bench, link: number): void {
  const before = bench.engine.counters().messagesDelivered;
  bench.publish('still here');
  const effects = bench.run(1_000);
  expect(sent(effects, 'batch').map((each) => each.link)).toContain(link);
  expect(bench.engine.counters().messagesDelivered).toBeGreaterThan(before);
}

describe('a frame with extreme numbers', () => {
  it.each([...HIGHEST, INCARNATION_MAX])(
    'cannot drive our incarnation over the bound by %i',
    (incarnation) => {
      const bench = new Bench();
      const liar = bench.open(LIAR);
      const other = bench.open(OTHER);
      const update = updateOf(0x50, { state: 'suspect', incarnation, from: peer(LIAR) });
      for (let time = 0; time < 3; time++) {
        bench.say(liar, { kind: 'updates', updates: [update] });
        bench.run(100);
      }
      expectWorking(bench, other);
      bench.open(0x61);
    },
  );

  it.each(HIGHEST)('cannot drive a sequence over the bound by %i', (highest) => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    const records = ['a', 'b', 'c', 'd'].map((text) => recordOf(text));
    bench.say(liar, floorOf(LIAR, highest - 1));
    bench.say(liar, batchOf(LIAR, highest, { records }));
    expectWorking(bench, other);
  });
});

describe('a batch that its origin did not sign', () => {
  const unsigned = (byte: number): Uint8Array => {
    const bytes = batchBytes(byte, 1);
    bytes.fill(0, bytes.length - SIGNATURE_BYTES);
    return bytes;
  };

  it.each([
    ['of its own', { kind: 'batch', bytes: unsigned(LIAR) }],
    ['of another', { kind: 'batch', bytes: unsigned(OTHER) }],
    ['in a delta', deltaOf({ kind: 'batch', bytes: unsigned(OTHER) })],
  ] as const)('%s closes the link of whoever sends it, and nothing else', (_what, frame) => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    const effects = bench.say(liar, frame);
    const closed = effects.filter(({ kind }) => kind === 'close');
    expect(closed).toMatchObject([{ link: liar, code: CLOSE_CODES.forged }]);
    expect(events(effects)).toContainEqual(
      expect.objectContaining({
        kind: 'refused',
        peer: peer(LIAR),
        reason: expect.stringMatching(/^forged: batch 1 of (70|60){2} is not signed by it$/),
      }),
    );
    expect(bench.engine.counters()).toMatchObject({ batchesForged: 1, messagesDelivered: 0 });
    expectWorking(bench, other);
  });
});

describe('an origin that signs two things for one message', () => {
  it('is told once, and the proof is in the status; whoever brings it is not to blame', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    const batches = ['yes', 'no', 'perhaps'].map((text) => {
      return batchBytes(LIAR, 1, { records: [recordOf(text)] });
    });
    const told = batches.flatMap((bytes) => events(bench.say(link, { kind: 'batch', bytes })));
    const equivocation = { kind: 'equivocation', peer: peer(LIAR), generation: 1, sequence: 1 };
    expect(told.filter(({ kind }) => kind === 'equivocation')).toEqual([equivocation]);
    expect(bench.engine.counters()).toMatchObject({ equivocations: 1, messagesDelivered: 1 });
    const { equivocations } = bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 });
    expect(equivocations).toEqual([
      { origin: peer(LIAR), generation: 1, sequence: 1, batches: batches.slice(0, 2) },
    ]);
    expectWorking(bench, link);
  });

  it('is counted and not kept beyond the bound', () => {
    const bench = new Bench({ limits: { equivocationsMax: 1 } });
    const link = bench.open(OTHER);
    for (const generation of [1, 2]) {
      bench.say(link, batchOf(LIAR, 1, { generation }));
      bench.say(link, batchOf(LIAR, 1, { generation, records: [recordOf('other')] }));
    }
    expect(bench.engine.counters().equivocations).toBe(2);
    const { equivocations } = bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 });
    expect(equivocations.map(({ generation }) => generation)).toEqual([1]);
  });
});

describe('a frame about our own stream', () => {
  it('cannot put messages into our mouth', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    bench.say(liar, batchOf(0x50, 1));
    expectWorking(bench, other);
    expect(bench.engine.history('room', 9).map((message) => message.payload.length)).toEqual([10]);
  });

  it('cannot skip messages that we have not written yet', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    bench.say(liar, floorOf(0x50, 5));
    expectWorking(bench, other);
  });

  it('cannot claim more of it than we wrote', () => {
    for (const [frame, reason] of [
      [
        { kind: 'have', entries: [[stream(0x50), 3]] },
        'forged: it claims 3 messages of ours, we wrote 2',
      ],
      [
        batchOf(LIAR, 1, { causes: [[stream(0x50), 3]] }),
        'forged: its batch follows messages of ours that we never wrote',
      ],
    ] as const) {
      const bench = new Bench();
      const liar = bench.open(LIAR);
      const other = bench.open(OTHER);
      for (const text of ['one', 'two']) bench.publish(text);
      bench.run(0);
      bench.say(liar, { kind: 'have', entries: [[stream(0x50), 2]] });
      const closed = bench.say(liar, frame).filter(({ kind }) => kind === 'close');
      expect(closed).toEqual([{ kind: 'close', link: liar, code: CLOSE_CODES.forged, reason }]);
      expect(bench.engine.counters().claimsForged).toBe(1);
      expect(bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 }).heldBack).toBe(0);
      expectWorking(bench, other);
    }
  });

  it('is not held against a peer that passes on what another claimed', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    const effects = bench.say(link, batchOf(LIAR, 1, { causes: [[stream(0x50), 3]] }));
    expect(effects.filter(({ kind }) => kind === 'close')).toEqual([]);
    expect(bench.engine.counters().claimsForged).toBe(1);
  });

  it('cannot leave us without room for it', () => {
    const bench = new Bench({ limits: { streamsMax: 4 } });
    const liar = bench.open(LIAR);
    for (let generation = 1; generation <= 6; generation++) {
      bench.say(liar, batchOf(LIAR, 1, { generation }));
    }
    expectWorking(bench, liar);
  });
});

describe('a floor', () => {
  const held = (bench: Bench): number =>
    bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 }).clock.get(stream(OTHER)) ?? 0;

  it('cannot make us deaf to an author that lives', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    bench.say(other, { kind: 'have', entries: [[stream(OTHER), 0]] });
    bench.say(liar, floorOf(OTHER, 1_000));
    bench.say(other, batchOf(OTHER, 1));
    expect(held(bench)).toBe(1);
    expect(bench.engine.counters()).toMatchObject({ gaps: 0 });
  });

  it('is believed when the author goes on right above it', () => {
    const bench = new Bench();
    const third = bench.open(LIAR);
    const other = bench.open(OTHER);
    bench.say(third, floorOf(OTHER, 5));
    expect(held(bench)).toBe(0);
    bench.say(other, batchOf(OTHER, 6));
    expect(held(bench)).toBe(6);
  });

  it('is not believed of one that is gone either', () => {
    const bench = new Bench();
    const third = bench.open(LIAR);
    bench.say(bench.open(OTHER), goodbyeOf(OTHER));
    bench.say(third, floorOf(OTHER, 5));
    expect(held(bench)).toBe(0);
  });
});

describe('a link that was refused', () => {
  it('is closed once, whatever it goes on to say', () => {
    const bench = new Bench();
    const link = bench.open(LIAR);
    const first = bench.sayBytes(link, fromHex('4d00'));
    expect(first).toContainEqual({
      kind: 'close',
      link,
      code: CLOSE_CODES.malformed,
      reason: 'malformed: unknown frame 77',
    });
    expect(bench.sayBytes(link, fromHex('4d00'))).toEqual([]);
    expect(bench.engine.counters()).toMatchObject({ framesMalformed: 1, linksRefused: 1 });
  });
});

describe('an accusation', () => {
  it('counts once a member, not once a name', () => {
    const bench = new Bench();
    const liar = bench.open(LIAR);
    bench.open(OTHER);
    bench.say(liar, { kind: 'updates', updates: [updateOf(0x61)] });
    for (let name = 1; name <= 20; name++) {
      const from = peerId(name.toString(16).padStart(32, '0'));
      bench.say(liar, { kind: 'updates', updates: [updateOf(0x61, { state: 'suspect', from })] });
    }
    const died = events(bench.run(10_000)).flatMap((event) => {
      return event.kind === 'member' && event.change.state === 'dead' ? [event.change] : [];
    });
    expect(died.map(({ peer: id, reason, agreed }) => [id, reason, agreed <= 2])).toEqual([
      [peer(0x61), 'suspicion-timeout', true],
    ]);
  });
});

describe('a pull', () => {
  it('ends when the other side says "more" and sends nothing', () => {
    const bench = new Bench();
    const link = bench.open(LIAR);
    bench.say(link, { kind: 'offer', replica: 0, hash: { high: 1, low: 2 }, reply: false });
    const ends: Frame[] = Array.from({ length: 50 }, () => {
      return { kind: 'delta-end', replica: 0, more: true };
    });
    expect(sent(bench.say(link, ...ends), 'want').length).toBeLessThanOrEqual(1);
  });
});

describe('a link to an older generation', () => {
  it('says goodbye for that generation only', () => {
    const bench = new Bench();
    const old = bench.open(OTHER, { generation: 1 });
    const third = bench.open(LIAR);
    bench.say(third, { kind: 'updates', updates: [updateOf(OTHER, { generation: 2 })] });
    bench.say(old, goodbyeOf(OTHER));
    expect(bench.member(OTHER)).toMatchObject({ generation: 2, state: 'alive' });
  });

  it('does not tell what the newer generation holds', () => {
    const bench = new Bench();
    const old = bench.open(OTHER, { generation: 1 });
    const third = bench.open(LIAR);
    bench.publish('one');
    bench.run(100);
    bench.say(third, { kind: 'updates', updates: [updateOf(OTHER, { generation: 2 })] });
    bench.say(old, { kind: 'have', entries: [[stream(0x50), 1]] });
    const id = { peer: SELF, generation: 1, sequence: 1 };
    expect(bench.engine.receipt(id)).toEqual({ held: 0, live: 2 });
  });
});

describe('a newer generation heard of', () => {
  it('ends the link to the older one, and says so', () => {
    const bench = new Bench();
    const old = bench.open(OTHER, { generation: 1 });
    const third = bench.open(LIAR);
    const update = updateOf(OTHER, { generation: 2 });
    const effects = bench.say(third, { kind: 'updates', updates: [update] });
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'close', link: old, code: CLOSE_CODES.stale }),
    );
    expect(events(effects)).toContainEqual(
      expect.objectContaining({ kind: 'link-down', peer: peer(OTHER), link: old }),
    );
  });
});

describe('another process under our id', () => {
  it('supersedes us only within our network', () => {
    const bench = new Bench();
    bench.feed({ kind: 'link-opened', link: 90 });
    const hello = helloOf(0x50, { network: 'elsewhere', generation: 9 });
    const kinds = events(bench.say(90, hello)).map((event) => event.kind);
    expect(kinds).toEqual(['refused']);
  });
});

describe('memory that a remote can make grow', () => {
  it('is bounded for what a member says that it holds', () => {
    const bench = new Bench({ limits: { streamsMax: 8 } });
    const link = bench.open(LIAR);
    for (let generation = 1; generation <= 50; generation++) {
      bench.say(link, { kind: 'have', entries: [[stream(LIAR, generation), 1]] });
    }
    expect(bench.member(LIAR)?.sync.ahead).toBeLessThanOrEqual(8);
  });

  it('is bounded for batches that wait', () => {
    const bench = new Bench({ limits: { holdBackBatchesMax: 3 } });
    const link = bench.open(LIAR);
    for (let first = 2; first <= 9; first++) {
      bench.say(link, { kind: 'batch', bytes: batchBytes(LIAR, first) });
    }
    expect(bench.engine.counters()).toMatchObject({ batchesHeldBack: 3, batchesDropped: 5 });
  });

  it('is full before a signature is looked at', () => {
    const bench = new Bench({ limits: { holdBackBatchesMax: 1 } });
    const link = bench.open(LIAR);
    bench.say(link, { kind: 'batch', bytes: batchBytes(LIAR, 2) });
    const forged = batchBytes(LIAR, 3);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const effects = bench.say(link, { kind: 'batch', bytes: forged });
    expect(effects.filter(({ kind }) => kind === 'close')).toEqual([]);
    expect(bench.engine.counters()).toMatchObject({ batchesDropped: 1, batchesForged: 0 });
  });
});

describe('claims about streams that nobody knows', () => {
  it('are bounded, however many there are', () => {
    const bench = new Bench({ limits: { streamsMax: 64 } });
    const liar = bench.open(LIAR);
    const other = bench.open(OTHER);
    for (let frame = 0; frame < 50; frame++) {
      const entries = Array.from({ length: HAVE_ENTRIES_PER_FRAME_MAX }, (_, index) => {
        return [stream(0x99, 1 + frame * HAVE_ENTRIES_PER_FRAME_MAX + index), 1_000_000] as const;
      });
      bench.say(liar, { kind: 'have', entries });
    }
    const ahead = bench.member(LIAR)?.sync.ahead ?? 0;
    expect(ahead).toBeLessThanOrEqual(64 * 1_000_000);
    expectWorking(bench, other);
    // Asked for a few times, since somebody says that it holds them, and then no more.
    const wants = sent(bench.run(60_000), 'want').length;
    expect(wants).toBeLessThan(64);
  });
});
