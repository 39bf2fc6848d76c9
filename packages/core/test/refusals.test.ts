import { describe, expect, it } from 'vitest';
import { streamId } from '../src/ids.js';
import { CLOSE_CODES } from '../src/wire/close-codes.js';
import type { Frame } from '../src/wire/frame.js';
import { encodeFrame } from '../src/wire/frame.js';
import { VERSION_MAX } from '../src/wire/hello.js';
import { Bench, batchBytes, helloOf, SELF, updateOf } from './support/bench.js';
import { type ReadEffect, START_MS, WALL_OFFSET_MS } from './support/context.js';
import { peer, stream } from './support/identities.js';

/** Who speaks to us, and on which link. */
const MALLORY = 0x6d;
const OWN = streamId(SELF, 1);
const HOUR_MS = 3_600_000;

/** How the first link ended, in the words that the other side is told. */
function closing(
  effects: readonly ReadEffect[],
): readonly [code: number, reason: string] | undefined {
  for (const effect of effects) if (effect.kind === 'close') return [effect.code, effect.reason];
  return undefined;
}

/** A stranger dials us and says this first. */
function knock(bench: Bench, bytes: Uint8Array): ReadEffect[] {
  const link = 99;
  const opened = bench.feed({ kind: 'link-opened', link });
  return [...opened, ...bench.sayBytes(link, bytes)];
}

const hello = (over: Parameters<typeof helloOf>[1] = {}): Uint8Array =>
  encodeFrame(helloOf(MALLORY, over));

describe('a stranger', () => {
  const cases: readonly (readonly [
    what: string,
    code: keyof typeof CLOSE_CODES,
    reason: string,
    say: (bench: Bench) => ReadEffect[],
  ])[] = [
    [
      'that says something else first',
      'malformed',
      'malformed: the first frame is not a hello',
      (bench) => knock(bench, encodeFrame({ kind: 'table-want' })),
    ],
    [
      'of another network',
      'network',
      'another network: check --network on both sides',
      (bench) => knock(bench, hello({ network: 'other' })),
    ],
    [
      'whose clock is an hour off',
      'skew',
      'clocks 3600.0 s apart, at most 5.0: set the time',
      (bench) => knock(bench, hello({ wallMs: WALL_OFFSET_MS + START_MS + HOUR_MS })),
    ],
    [
      'that runs under our identity',
      'identity',
      'this identity already runs: use another profile',
      (bench) => knock(bench, encodeFrame(helloOf(0x50, { peer: SELF, nonce: 1 }))),
    ],
    [
      'that is an older run of ours',
      'stale',
      'generation 1 of this identity is the newest',
      (bench) => knock(bench, encodeFrame(helloOf(0x50, { peer: SELF, generation: 0 }))),
    ],
    [
      'whose newer run is known',
      'stale',
      'generation 1 is over, 2 is known',
      (bench) => {
        bench.open(MALLORY, { generation: 2 });
        return knock(bench, hello());
      },
    ],
    [
      'that says nothing',
      'handshake',
      'no hello within 5 s',
      (bench) => [...bench.feed({ kind: 'link-opened', link: 99 }), ...bench.run(6_000)],
    ],
  ];
  for (const [what, code, reason, say] of cases) {
    it(`${what} is refused with ${code}`, () => {
      expect(closing(say(new Bench()))).toEqual([CLOSE_CODES[code], reason]);
    });
  }

  it('that comes when all places are taken is refused with full', () => {
    const bench = new Bench({ limits: { linksMax: 1 } });
    bench.open(0x61);
    expect(closing(knock(bench, hello()))).toEqual([CLOSE_CODES.full, 'no room: 1 links are open']);
  });

  it('for whom there is no row is refused with full', () => {
    const bench = new Bench({ limits: { membersMax: 1 } });
    bench.open(0x61);
    expect(closing(knock(bench, hello()))).toEqual([
      CLOSE_CODES.full,
      'no room for another member',
    ]);
  });
});

describe('a member', () => {
  const many = Array.from({ length: 4 }, (_, byte) => [stream(0xa0 + byte), 1] as const);
  const cases: readonly (readonly [
    what: string,
    code: keyof typeof CLOSE_CODES,
    reason: RegExp,
    frame: Frame,
  ])[] = [
    ['says hello twice', 'malformed', /^malformed: a second hello$/, helloOf(MALLORY)],
    [
      'claims more of ours than we wrote',
      'forged',
      /^forged: it claims 7 messages of ours, we wrote 0$/,
      {
        kind: 'have',
        entries: [[OWN, 7]],
      },
    ],
    [
      'announces what we never wrote',
      'forged',
      /^forged: it announces messages of ours that we never wrote$/,
      {
        kind: 'ihave',
        batches: [[OWN, 7]],
      },
    ],
    [
      'claims more streams than anybody keeps',
      'forged',
      /^forged: it claims to hold more streams than anybody keeps$/,
      {
        kind: 'have',
        entries: many,
      },
    ],
    [
      'asks in a form that nobody knows',
      'malformed',
      /^malformed: a question of unknown form 9$/,
      {
        kind: 'want',
        replica: 0,
        summary: Uint8Array.of(9),
      },
    ],
    [
      'tells a delta of an unknown piece',
      'malformed',
      /^malformed: unknown piece 9 of a delta$/,
      {
        kind: 'delta',
        replica: 0,
        bytes: Uint8Array.of(9),
      },
    ],
    [
      'sends a batch of another that it signed',
      'forged',
      /^forged: batch 1 of 3131 is not signed by it$/,
      {
        kind: 'batch',
        bytes: forgedBatch(),
      },
    ],
    [
      'says of another what that did not',
      'forged',
      /^forged: what is said of 3131 is not signed by it$/,
      {
        kind: 'updates',
        updates: [updateOf(0x31, { from: peer(0x31), signature: new Uint8Array(64) })],
      },
    ],
    [
      'posts to the port of the log',
      'malformed',
      /^malformed: a post to port 0, which is the log$/,
      {
        kind: 'post',
        port: 0,
        bytes: Uint8Array.of(1),
      },
    ],
  ];
  for (const [what, code, reason, frame] of cases) {
    it(`that ${what} is cut off with ${code}, and others stay`, () => {
      const bench = new Bench({ limits: { streamsMax: 2, strangeStreamsPerLinkMax: 1 } });
      bench.open(0x61);
      const link = bench.open(MALLORY);
      const closed = closing(bench.say(link, frame));
      expect(closed?.[0]).toBe(CLOSE_CODES[code]);
      expect(closed?.[1]).toMatch(reason);
      expect(bench.member(0x61)?.state).toBe('alive');
      expect(bench.publish('still here')).toContainEqual(
        expect.objectContaining({ kind: 'published' }),
      );
    });
  }

  it('of no version in common is refused', () => {
    const closed = closing(knock(new Bench(), foreignHello()));
    expect(closed?.[0]).toBe(CLOSE_CODES.version);
    expect(closed?.[1]).toMatch(/^protocol version .* here, .* there: update the older$/);
  });
});

/** A batch that names another as its author. */
function forgedBatch(): Uint8Array {
  const bytes = batchBytes(0x31, 1).slice();
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return bytes;
}

function foreignHello(): Uint8Array {
  return hello({ versionMin: VERSION_MAX + 1, versionMax: VERSION_MAX + 1 });
}
