import { describe, expect, it } from 'vitest';
import { judgeHello, ourHello } from '../../src/overlay/handshake.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import type { Hello, ReadHello } from '../../src/wire/hello.js';
import { helloOf } from '../support/bench.js';
import { testContext } from '../support/context.js';
import { ascii, peer } from '../support/identities.js';

const OTHER = 0x60;
const SELF = 0x50;
const { context } = testContext({ self: { generation: 5, nonce: 7, incarnation: 2 } });
const WALL_MS = context.now.wallMs;

function judge(
  over: Partial<Hello>,
  { byte = OTHER, known = 0, stalledMs = 0 } = {},
): number | undefined {
  return judgeHello(helloOf(byte, over), known, stalledMs, context)?.code;
}

describe('a hello is judged', () => {
  it.each([
    ['of a stranger', {}, {}, undefined],
    ['of another network', { network: 'elsewhere' }, {}, CLOSE_CODES.network],
    ['of the generation we know', { generation: 3 }, { known: 3 }, undefined],
    ['of a newer generation', { generation: 4 }, { known: 3 }, undefined],
    ['of an older generation', { generation: 2 }, { known: 3 }, CLOSE_CODES.stale],
    ['of a clock 5 s behind', { wallMs: WALL_MS - 5_000 }, {}, undefined],
    ['of a clock 5 s ahead', { wallMs: WALL_MS + 5_000 }, {}, undefined],
    ['of a clock further behind', { wallMs: WALL_MS - 5_001 }, {}, CLOSE_CODES.skew],
    ['of a clock further ahead', { wallMs: WALL_MS + 5_001 }, {}, CLOSE_CODES.skew],
    ['read late, after a stall', { wallMs: WALL_MS - 8_000 }, { stalledMs: 3_000 }, undefined],
    ['older than the stall', { wallMs: WALL_MS - 8_001 }, { stalledMs: 3_000 }, CLOSE_CODES.skew],
    ['of ourselves', { generation: 5, nonce: 7 }, { byte: SELF }, CLOSE_CODES.self],
    ['of our twin', { generation: 5, nonce: 8 }, { byte: SELF }, CLOSE_CODES.identity],
    ['of our past', { generation: 4, nonce: 7 }, { byte: SELF }, CLOSE_CODES.stale],
    ['of our future', { generation: 6, nonce: 7 }, { byte: SELF }, CLOSE_CODES.stale],
  ] as const)('%s', (_who, over, where, code) => {
    expect(judge(over, where)).toBe(code);
  });

  it('of a version that we do not speak, before anything else', () => {
    const foreign: ReadHello = { kind: 'foreign', versionMin: 5, versionMax: 6 };
    expect(judgeHello(foreign, 0, 0, context)).toEqual({
      code: CLOSE_CODES.version,
      reason: 'protocol version 4-4 here, 5-6 there: update the older',
    });
  });

  it('by the network before the id: a namesake elsewhere is no concern of ours', () => {
    expect(judge({ network: 'elsewhere', generation: 5 }, { byte: SELF })).toBe(
      CLOSE_CODES.network,
    );
  });

  it('with a reason that says what to do', () => {
    const { reason } =
      judgeHello(helloOf(OTHER, { wallMs: WALL_MS + 61_000 }), 0, 0, context) ?? {};
    expect(reason).toBe('clocks 61.0 s apart, at most 5.0: set the time');
  });
});

describe('our own hello', () => {
  it('says who we are and what time it is here', () => {
    const mine = testContext({
      self: { generation: 5, incarnation: 2, meta: ascii('x'), metaVersion: 3 },
    });
    expect(ourHello(mine.context)).toEqual({
      kind: 'hello',
      versionMin: 4,
      versionMax: 4,
      network: 'test',
      peer: peer(SELF),
      generation: 5,
      incarnation: 2,
      wallMs: WALL_MS,
      nonce: 7,
      addresses: ['self:1'],
      metaVersion: 3,
      meta: ascii('x'),
      signature: mine.context.ownRecord.alive().signature,
    });
  });

  it('holds a whole number of milliseconds, whatever the clock reads', () => {
    const mine = testContext();
    mine.context.now = { monotonicMs: 0, wallMs: 1_234.9 };
    expect(ourHello(mine.context).wallMs).toBe(1_234);
    mine.context.now = { monotonicMs: 0, wallMs: -5 };
    expect(ourHello(mine.context).wallMs).toBe(0);
  });
});
