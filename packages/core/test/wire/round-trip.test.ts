import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { encodeBatch, openBatch, readBatch } from '../../src/wire/batch.js';
import { decodeFrames, encodeFrame, type Frame } from '../../src/wire/frame.js';
import { Reader } from '../../src/wire/reader.js';
import { varuintBytes, Writer } from '../../src/wire/writer.js';
import { batch, FRAMES, frame, KINDS, u32, varuint } from '../support/arbitraries.js';
import { peer } from '../support/identities.js';
import { holds } from '../support/property.js';
import { notaryOf } from '../support/signer.js';

function decode(bytes: Uint8Array): Frame[] {
  return [...decodeFrames(bytes, DEFAULT_LIMITS)].map((read) => {
    if (read.kind === 'foreign') throw new Error('not a hello of ours');
    return read;
  });
}

describe('frames', { timeout: 60_000 }, () => {
  for (const kind of KINDS) {
    it(`of kind ${kind} come out as they went in, byte for byte`, () => {
      holds(FRAMES[kind] as fc.Arbitrary<Frame>, (written) => {
        const bytes = encodeFrame(written);
        const [read, ...more] = decode(bytes);
        expect(read).toEqual(written);
        expect(more).toEqual([]);
        if (read !== undefined) expect(encodeFrame(read)).toEqual(bytes);
      });
    });
  }

  it('may follow each other in one transport message', () => {
    holds(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
      const writer = new Writer();
      for (const each of frames) writer.raw(encodeFrame(each));
      expect(decode(writer.finish())).toEqual(frames);
    });
  });

  it('have one encoding: whatever is accepted is encoded to the same bytes again', () => {
    // Damaged real frames reach the decoder's depths, which random bytes never do.
    const damage = fc.tuple(frame, fc.nat(), fc.integer({ min: 1, max: 255 }));
    let accepted = 0;
    holds(
      damage,
      ([original, at, flip]) => {
        const bytes = encodeFrame(original);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        const frames = attempt(() => decode(bytes));
        if (frames === undefined) return;
        accepted += 1;
        const again = new Writer();
        for (const each of frames) again.raw(encodeFrame(each));
        expect(again.finish()).toEqual(bytes);
      },
      4_000,
    );
    expect(accepted).toBeGreaterThan(400);
  });
});

describe('batches', () => {
  const sign = notaryOf(peer(0x0a)).signBatch;

  it('come out as they went in', () => {
    holds(batch, (written) => {
      const bytes = encodeBatch(written, sign).bytes;
      expect(readBatch(bytes, DEFAULT_LIMITS)).toEqual(written);
      const { records: _, ...header } = written;
      expect(openBatch(bytes, DEFAULT_LIMITS).header).toEqual(header);
    });
  });
});

describe('text', () => {
  it('keeps a byte order mark, which is a character like any other', () => {
    for (const text of ['\ufeff', '\ufeffroom', 'ro\ufeffom']) {
      const bytes = new Writer().text(text).finish();
      expect(new Reader(bytes).text(99)).toBe(text);
    }
  });
});

describe('numbers', () => {
  it('of four bytes are big-endian', () => {
    holds(u32, (value) => {
      const bytes = new Writer().u32(value).finish();
      expect(bytes.length).toBe(4);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)).toBe(value);
      expect(new Reader(bytes).u32()).toBe(value);
    });
  });

  it('of variable length take seven bits a byte, and no byte too many', () => {
    holds(varuint, (value) => {
      const bytes = new Writer().varuint(value).finish();
      expect(new Reader(bytes).varuint()).toBe(value);
      expect(bytes.length).toBe(varuintBytes(value));
      expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
    });
  });

  it('that are no whole numbers from 0 to 2^53-1 are our own mistake', () => {
    for (const value of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1]) {
      expect(() => new Writer().varuint(value)).toThrow('a varuint is a whole number');
    }
  });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

it('what was written into lent memory is seen where it stands', () => {
  const memory = Uint8Array.of(9, 9, 9, 9, 9).subarray(2);
  const writer = new Writer(memory).u8(1).u8(2);
  expect(writer.view(1)).toEqual(Uint8Array.of(2));
  expect(writer.peek(0)).toEqual(Uint8Array.of(1, 2));
});
