import { describe, expect, it } from 'vitest';
import { type PeerId, peerId } from '../../src/ids.js';
import { DEFAULT_LIMITS, FRAME_BODY_BYTES_MAX } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { zeroCounters } from '../../src/view.js';
import { decodeFrames, encodeFrame } from '../../src/wire/frame.js';
import { Bench, batchBytes, batchOf, recordOf, updateOf } from '../support/bench.js';
import { sent } from '../support/context.js';
import { ascii, peer } from '../support/identities.js';
import { isBatchBy } from '../support/signer.js';

/** 32 bytes, as long as an id may be. */
function longId(number: number): PeerId {
  return peerId(number.toString(16).padStart(64, '0'));
}

// `Bench` decodes every frame it is handed, so a frame too large to be read fails these tests.
describe('frames that we send', () => {
  it('can be read by others when a large message has many causes', () => {
    const bench = new Bench();
    const link = bench.open(0x60);
    for (let origin = 1; origin < DEFAULT_LIMITS.streamsMax; origin++) {
      const at = { origin: longId(origin), generation: 1_700_000_000_000 + origin };
      bench.say(link, batchOf(0x60, 1, at));
    }
    const payload = new Uint8Array(DEFAULT_LIMITS.payloadBytesMax);
    bench.feed({ kind: 'command', command: { kind: 'publish', topic: 'room', payload } });
    expect(sent(bench.run(10), 'batch').map((each) => each.link)).toEqual([link]);
  });

  it('can be read by others when members say much of themselves', () => {
    const bench = new Bench({ limits: { newcomersPerLinkMax: 60 } });
    const link = bench.open(0x60);
    const addresses = Array.from({ length: 8 }, (_, index) => `${'h'.repeat(120)}:${index}`);
    const meta = new Uint8Array(DEFAULT_LIMITS.metaBytesMax);
    for (let member = 1; member <= 60; member++) {
      const update = updateOf(0, { peer: longId(member), from: peer(0x60), addresses, meta });
      bench.say(link, { kind: 'updates', updates: [update] });
    }
    bench.run(400);
    const effects = bench.say(link, { kind: 'table-want' });
    const told = sent(effects, 'updates').flatMap(({ frame }) => frame.updates);
    expect(told.length).toBe(62);
  });

  it('can be read by others when many members are met at once', () => {
    const bench = new Bench();
    const addresses = Array.from({ length: 8 }, (_, index) => `${'h'.repeat(120)}:${index}`);
    const meta = new Uint8Array(DEFAULT_LIMITS.metaBytesMax);
    for (let member = 1; member <= 60; member++) {
      bench.open(0, { peer: longId(member), addresses, meta });
    }
    const told = sent(bench.run(10), 'updates').filter(({ link }) => link === 1);
    expect(told.flatMap(({ frame }) => frame.updates).length).toBe(60);
  });
});

describe('a batch that we accept', () => {
  it('fits a delta too, so that sync can hand it on', () => {
    const limits = { ...DEFAULT_LIMITS, payloadBytesMax: FRAME_BODY_BYTES_MAX };
    const log = new CausalLog({ limits, counters: zeroCounters(), isBatchBy });
    const sized = (bytes: number) =>
      batchBytes(0x60, 1, {
        records: [
          recordOf('', { payload: new Uint8Array(48_000) }),
          recordOf('', { payload: new Uint8Array(bytes) }),
        ],
      });
    const largest = sized(FRAME_BODY_BYTES_MAX - sized(17_000).length + 17_000);
    const [frame] = decodeFrames(encodeFrame({ kind: 'batch', bytes: largest }), DEFAULT_LIMITS);
    expect(frame?.kind).toBe('batch');
    const accepted = acceptance(() => log.receive(largest));
    if (accepted !== 'delivered') return expect(accepted).toBe('malformed');
    const nothing = ascii('\0');
    for (const bytes of log.missing(nothing)) {
      const delta = encodeFrame({ kind: 'delta', replica: 0, bytes });
      expect([...decodeFrames(delta, DEFAULT_LIMITS)].length).toBe(1);
    }
  });
});

function acceptance(receive: () => string): string {
  try {
    return receive();
  } catch (error) {
    return (error as { code: string }).code;
  }
}
