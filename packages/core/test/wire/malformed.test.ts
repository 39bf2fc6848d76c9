import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import {
  DEFAULT_LIMITS,
  FRAME_BODY_BYTES_MAX,
  SIGNATURE_BYTES,
  WIRE_NUMBER_MAX,
} from '../../src/limits.js';
import { readLogDelta } from '../../src/log/log-delta.js';
import { readBatch } from '../../src/wire/batch.js';
import { decodeFrames, encodeFrame, type Frame } from '../../src/wire/frame.js';
import { Writer } from '../../src/wire/writer.js';
import { batch, FRAMES, frame, KINDS } from '../support/arbitraries.js';
import { batchBytes, helloOf, recordOf, updateOf } from '../support/bench.js';
import { ascii, fromHex, peer, stream, toHex } from '../support/identities.js';
import { holds } from '../support/property.js';

function decode(bytes: Uint8Array): unknown[] {
  return [...decodeFrames(bytes, DEFAULT_LIMITS)];
}

/** The words of the refusal, or undefined when there was none. Any other error is passed on. */
function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof HearsayError && error.code === 'malformed') return error.message;
    throw error;
  }
}

function refusalOf(hex: string): string | undefined {
  return refusal(() => decode(fromHex(hex.replaceAll(' ', ''))));
}

const ID = `10${'ab'.repeat(16)}`;

describe('bytes that are refused', () => {
  it.each([
    ['nothing at all', '', 'empty transport message'],
    ['a tag alone', '08', 'cut short at byte 1'],
    ['an unknown tag', '1600', 'unknown frame 22'],
    ['more announced batches than a frame may name', '1302 8102', 'number over 256 at byte 2'],
    ['more grafted batches than a frame may name', '1402 8102', 'number over 256 at byte 2'],
    ['more pruned origins than a frame may name', '1502 8102', 'number over 256 at byte 2'],
    ['a pruned origin that is no peer', '1502 01 00', 'bad peer id at byte 3'],
    ['tag 0', '0000', 'unknown frame 0'],
    ['a body longer than the message', '0203 01', 'cut short at byte 3'],
    ['bytes after the last field', '0800 0801ff', 'bytes left over at byte 4'],
    ['a second byte in a one-byte number', '0202 8000', 'number not in shortest form at byte 2'],
    ['a length in more bytes than needed', '028100', 'number not in shortest form at byte 1'],
    ['a number of nine bytes', '0209 ffffffffffffffff7f', 'number too long at byte 2'],
    ['a number over 2^48-1', '0e08 80808080808040 00', `number over ${WIRE_NUMBER_MAX} at byte 2`],
    ['a state of a member that is none', `07 24 01 ${ID} 04 ${ID}`, 'unknown state of a member'],
    ['an outcome of a probe that is none', '0605 00000001 04', 'unknown outcome of a probe'],
    [
      'a flag that is neither 0 nor 1',
      '0b0a 00 0000000000000000 02',
      'flag is neither 0 nor 1 at byte 11',
    ],
    ['a peer id of 15 bytes', `0514 00000001 0f ${'ab'.repeat(15)}`, 'bad peer id at byte 6'],
    ['a peer id of 33 bytes', `0526 00000001 21 ${'ab'.repeat(33)}`, 'bad peer id at byte 6'],
    ['a list longer than its bytes', '0a01 05', 'list longer than its bytes at byte 3'],
    ['a list over its bound', '0a02 8102', 'number over 256 at byte 2'],
    ['a hello without the magic word', '0104 00000000', 'not a Hearsay hello'],
    ['a post to the log', '1101 00', 'a post to port 0, which is the log'],
    ['a post to a port over 65,535', '1103 808004', 'number over 65535 at byte 2'],
    ['a post without a port', '1100', 'cut short at byte 2'],
    ['a walk of 16 steps', `1913 10 ${ID} 00`, 'number over 15 at byte 2'],
    ['an exchange of 17 contacts', '1c06 00000001 06 11', 'number over 16 at byte 7'],
    ['a contact with nine addresses', `1913 06 ${ID} 09`, 'number over 8 at byte 20'],
    ['a request that is neither urgent nor not', '1a01 02', 'flag is neither 0 nor 1 at byte 2'],
    ['an island without its root', '2001 10', 'cut short at byte 3'],
    ['an empty batch in a delta', '0d02 00 01', 'cut short at byte 4'],
  ])('%s', (_what, hex, message) => {
    expect(refusalOf(hex)).toBe(message);
  });

  it('text that is not UTF-8', () => {
    for (const wrong of ['ff', 'c0af', 'eda080', 'e282', 'f4908080']) {
      const bytes = encodeFrame(helloOf(1, { network: 'x'.repeat(wrong.length / 2) }));
      const hex = toHex(bytes).replace(toHex(ascii('x'.repeat(wrong.length / 2))), wrong);
      expect(refusalOf(hex)).toMatch(/^text is not UTF-8 at byte \d+$/);
    }
  });

  it('more than the limits of a field', () => {
    const long = (bytes: number): string => 'x'.repeat(bytes);
    const hellos = [
      { network: long(65) },
      { addresses: [long(129)] },
      { addresses: Array.from({ length: 9 }, () => 'a') },
      { meta: new Uint8Array(513) },
    ].map((over) => encodeFrame(helloOf(1, over)));
    const updates = [{ addresses: [long(129)] }, { meta: new Uint8Array(513) }].map((over) =>
      encodeFrame({ kind: 'updates', updates: [updateOf(1, over)] }),
    );
    for (const bytes of [...hellos, ...updates]) {
      expect(refusal(() => decode(bytes))).toMatch(/^number over \d+ at byte \d+$/);
    }
  });
});

describe('a frame cut short', { timeout: 60_000 }, () => {
  it('is refused at every byte, and so is one byte too many', () => {
    for (const kind of KINDS) {
      const frames: fc.Arbitrary<Frame> = FRAMES[kind];
      for (const sample of fc.sample(frames, { numRuns: 5, seed: 1 })) {
        const bytes = encodeFrame(sample);
        for (let length = 0; length < bytes.length; length++) {
          expect(refusal(() => decode(bytes.subarray(0, length)))).toBeDefined();
        }
        const longer = Uint8Array.of(...bytes, 0);
        expect(refusal(() => decode(longer))).toBeDefined();
      }
    }
  });

  it('does not take back the frames before it', () => {
    const bytes = Uint8Array.of(...fromHex('0800'), ...fromHex('0203'));
    const read: unknown[] = [];
    const message = refusal(() => {
      for (const each of decodeFrames(bytes, DEFAULT_LIMITS)) read.push(each);
    });
    expect(read).toEqual([{ kind: 'table-want' }]);
    expect(message).toBe('cut short at byte 4');
  });
});

describe('the largest frame', () => {
  it('has a body of exactly the bound', () => {
    const body = (length: number) => encodeFrame({ kind: 'batch', bytes: new Uint8Array(length) });
    expect(refusal(() => decode(body(FRAME_BODY_BYTES_MAX)))).toBe(undefined);
    expect(() => body(FRAME_BODY_BYTES_MAX + 1)).toThrow('what we send can be read');
    const longer = new Writer()
      .u8(9)
      .bytes(new Uint8Array(FRAME_BODY_BYTES_MAX + 1))
      .finish();
    expect(refusal(() => decode(longer))).toBe(`number over ${FRAME_BODY_BYTES_MAX} at byte 1`);
  });
});

describe('the largest post', () => {
  it('is of exactly the bound, whatever the transport let through', () => {
    const { postBytesMax } = DEFAULT_LIMITS;
    const post = (length: number) =>
      decode(encodeFrame({ kind: 'post', port: 1, bytes: new Uint8Array(length) }));
    expect(refusal(() => post(postBytesMax))).toBe(undefined);
    const long = postBytesMax + 1;
    expect(refusal(() => post(long))).toBe(`post of ${long} bytes, over ${postBytesMax}`);
  });
});

describe('a hello of another version', () => {
  it('is read as far as its versions, whatever follows them', () => {
    const [read] = decode(fromHex('010a 48525359 05 07 deadbeef'.replaceAll(' ', '')));
    expect(read).toEqual({ kind: 'foreign', versionMin: 5, versionMax: 7 });
  });
});

describe('a range of versions', () => {
  it.each([
    [4, 4, true],
    [0, 4, true],
    [4, 9, true],
    [3, 3, false],
    [5, 5, false],
    [5, 4, false],
    [5, 3, false],
  ])('from %i to %i: spoken here is %s', (versionMin, versionMax, spoken) => {
    const [read] = decode(encodeFrame(helloOf(1, { versionMin, versionMax })));
    expect(read).toMatchObject({ kind: spoken ? 'hello' : 'foreign', versionMin, versionMax });
  });
});

describe('a batch', () => {
  it('is refused when cut short at any byte, or with one byte too many', () => {
    for (const sample of fc.sample(batch, { numRuns: 20, seed: 1 })) {
      const bytes = batchBytes(1, 1, sample);
      for (let length = 0; length < bytes.length; length++) {
        expect(refusal(() => readBatch(bytes.subarray(0, length), DEFAULT_LIMITS))).toBeDefined();
      }
      const longer = Uint8Array.of(...bytes, 0);
      expect(refusal(() => readBatch(longer, DEFAULT_LIMITS))).toBeDefined();
    }
  });

  it.each([
    ['no message', { records: [] }, 'a batch has messages, and their sequences count from 1'],
    ['an empty topic', { records: [recordOf('x', { topic: '' })] }, 'message without a topic'],
  ])('is refused with %s', (_what, over, message) => {
    const bytes = batchBytes(1, 1, over);
    expect(refusal(() => readBatch(bytes, DEFAULT_LIMITS))).toBe(message);
  });

  it('has one encoding: what another could write is refused', () => {
    const entry = (byte: number, sequence: number) => [stream(byte), sequence] as const;
    const unordered = 'entries of a clock are not in order';
    for (const [causes, message] of [
      [[entry(2, 1), entry(3, 9)], undefined],
      [[entry(3, 9), entry(2, 1)], unordered],
      [[entry(2, 1), entry(2, 2)], unordered],
      [[entry(2, 0)], unordered],
      [[entry(1, 1)], 'a batch is a cause of its own stream'],
    ] as const) {
      const bytes = batchBytes(1, 1, { causes });
      expect(refusal(() => readBatch(bytes, DEFAULT_LIMITS))).toBe(message);
    }
  });

  it('has one encoding: topics in the order of first use, each once, times from the first', () => {
    const read = (offsetMs: number, topics: readonly string[], uses: readonly number[]) => {
      const writer = new Writer().peer(peer(1)).varuint(1).varuint(1).varuint(uses.length);
      writer
        .varuint(0)
        .varuint(1_000)
        .list(topics, (topic) => writer.text(topic));
      for (const use of uses) writer.varuint(offsetMs).varuint(0).varuint(use).varuint(0);
      const bytes = writer.raw(new Uint8Array(SIGNATURE_BYTES)).finish();
      return refusal(() => readBatch(bytes, DEFAULT_LIMITS));
    };
    const other = 'topics are not those of the messages, each once';
    expect(read(0, ['a', 'b'], [0, 1, 0])).toBe(undefined);
    expect(read(0, ['a', 'b'], [1, 0])).toMatch(/^number over 0/);
    expect(read(0, ['a', 'a'], [0, 1])).toBe(other);
    expect(read(0, ['a', 'b'], [0, 0])).toBe(other);
    expect(read(0, ['a'], [0, 1])).toBe('message without a topic');
    expect(read(1, ['a'], [0])).toMatch(/^number over 0/);
  });

  it('is refused with sequence 0, which no message has', () => {
    const bytes = batchBytes(1, 0);
    expect(refusal(() => readBatch(bytes, DEFAULT_LIMITS))).toBeDefined();
  });

  it('is refused over the limits of its fields', () => {
    const limits = { ...DEFAULT_LIMITS, payloadBytesMax: 3, topicBytesMax: 4, batchRecordsMax: 2 };
    const text = (payload: string, topic: string) => recordOf(payload, { topic });
    const read = (...records: ReturnType<typeof text>[]): string | undefined => {
      return refusal(() => readBatch(batchBytes(1, 1, { records }), limits));
    };
    expect(read(text('abc', 'room'), text('', 'a'))).toBe(undefined);
    expect(read(text('abcd', 'room'))).toBeDefined();
    expect(read(text('abc', 'rooms'))).toBeDefined();
    expect(read(text('', 'a'), text('', 'a'), text('', 'a'))).toBeDefined();
  });

  it('is refused when its numbers together leave the range of whole numbers', () => {
    const high = WIRE_NUMBER_MAX;
    const records = ['a', 'b', 'c', 'd'].map((text) => recordOf(text));
    expect(
      refusal(() => readBatch(batchBytes(1, high, { records }), DEFAULT_LIMITS)),
    ).toBeDefined();

    const time = { ms: high, counter: 0 };
    const bytes = batchBytes(1, 1, { records: [recordOf('', { time }), recordOf('', { time })] });
    // The last record: milliseconds after the first, counter, topic, length of the payload.
    bytes[bytes.length - SIGNATURE_BYTES - 4] = 5;
    expect(refusal(() => readBatch(bytes, DEFAULT_LIMITS))).toBeDefined();
  });
});

describe('random bytes', { timeout: 60_000 }, () => {
  it('are refused as malformed or read, and nothing else ever happens', () => {
    const wild = fc.uint8Array({ maxLength: 300 });
    // A plausible first tag and length lead the reader further in.
    const framed = fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 120 }))
      .map(([tag, body]) => Uint8Array.of(tag, body.length, ...body));
    holds(fc.oneof(wild, framed), (bytes) => void refusal(() => decode(bytes)), 10_000);
  });

  it('inside real frames and batches do no other harm either', () => {
    const damaged = fc.tuple(
      frame.map(encodeFrame),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
    );
    holds(
      damaged,
      ([bytes, changes]) => {
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        refusal(() => decode(bytes));
      },
      10_000,
    );
  });

  it('as a batch or a delta of the log do no other harm either', () => {
    const near = fc.tuple(batch, fc.nat(), fc.nat({ max: 255 })).map(([sample, at, byte]) => {
      const bytes = batchBytes(1, 1, sample);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    holds(
      fc.oneof(fc.uint8Array({ maxLength: 200 }), near),
      (bytes) => {
        refusal(() => readBatch(bytes, DEFAULT_LIMITS));
        refusal(() => [...readLogDelta(bytes)]);
      },
      5_000,
    );
  });
});

describe('an id in a frame', () => {
  it('is the same text whichever way it came', () => {
    const bytes = encodeFrame({ kind: 'ping-request', nonce: 1, target: peer(0x0f) });
    expect(decode(bytes)).toEqual([{ kind: 'ping-request', nonce: 1, target: '0f'.repeat(16) }]);
  });
});
