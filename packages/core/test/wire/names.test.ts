import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/wire/names.js';
import { Reader } from '../../src/wire/reader.js';
import { Writer } from '../../src/wire/writer.js';
import { holds } from '../support/property.js';

/** Few first bytes, so that many names want the same place, and few others, so that they come again. */
const ids = fc
  .record({
    first: fc.integer({ min: 0, max: 2 }),
    last: fc.integer({ min: 0, max: 2 }),
    length: fc.constantFrom(16, 31, 32),
  })
  .map(({ first, last, length }) => {
    const bytes = new Uint8Array(length).fill(first, 0, 4);
    bytes[length - 1] = last;
    return bytes;
  });
const runs = fc.array(fc.record({ id: ids, generation: fc.nat({ max: 3 }) }), { maxLength: 40 });

describe('names that are remembered', () => {
  it('are those that the bytes say, whatever was read before', () => {
    holds(runs, (drawn) => {
      const names = new Names();
      for (const { id, generation } of drawn) {
        const peer = names.peer(id, 0, id.length);
        expect(peer).toBe(Buffer.from(id).toString('hex'));
        expect(names.stream(peer, generation, id, 0)).toBe(`${peer}.${generation}`);
      }
    });
  });

  it('are read from anywhere in a frame', () => {
    holds(runs, (drawn) => {
      const writer = new Writer();
      for (const { id, generation } of drawn) writer.u8(id.length).raw(id).varuint(generation);
      const framed = Buffer.concat([Buffer.of(1, 2, 3), writer.view(0)]).subarray(3);
      const reader = new Reader(framed);
      for (const { id, generation } of drawn) {
        expect(reader.stream()).toBe(`${Buffer.from(id).toString('hex')}.${generation}`);
      }
      reader.end();
    });
  });

  it('stay when the bytes that they were read from change', () => {
    const names = new Names();
    const id = new Uint8Array(32).fill(7);
    const before = names.peer(id, 0, id.length);
    id[31] = 8;
    expect(names.peer(id, 0, id.length)).not.toBe(before);
    id[31] = 7;
    expect(names.peer(id, 0, id.length)).toBe(before);
  });
});
