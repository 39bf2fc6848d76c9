import { seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { Packer } from '../src/links/packer.js';
import { chunk } from './support/fake-wire.js';

const limits = { transportBytesMax: 16, bulkMessageBytes: 8, copyBytesMax: 10 };

describe('packing a turn', () => {
  it('puts small control and bulk into one message, control first', () => {
    const messages = new Packer(limits).pack([chunk('c')], [chunk('b1'), chunk('b2')]);
    expect(messages.map(String)).toEqual(['cb1b2']);
  });

  it('does not copy large bulk for the sake of a control frame', () => {
    const bulk = chunk('0123456789');
    const messages = new Packer(limits).pack([chunk('c')], [bulk]);
    expect(messages.map(String)).toEqual(['c', '0123456789']);
    expect(messages[1]).toBe(bulk);
  });

  it('hands out a single chunk as it is', () => {
    const only = chunk('only');
    expect(new Packer(limits).pack([], [only])[0]).toBe(only);
    expect(new Packer(limits).pack([only], [])[0]).toBe(only);
  });

  it('joins the same chunks once, whoever they go to', () => {
    const packer = new Packer(limits);
    const [one, two] = [chunk('one'), chunk('two')];
    const first = packer.pack([], [one, two]);
    packer.pack([chunk('ack')], []);
    const second = packer.pack([], [one, two]);
    expect(first.map(String)).toEqual(['onetwo']);
    expect(second[0]).toBe(first[0]);
    expect(packer.pack([], [one, chunk('two')])[0]).not.toBe(first[0]);
  });

  it('loses no byte, keeps the order and the bound', () => {
    const random = seededRandom('packer');
    const chunks = () =>
      Array.from({ length: random.below(12) }, () =>
        Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256)),
      );
    for (let round = 0; round < 500; round++) {
      const [control, bulk] = [chunks(), chunks()];
      const messages = new Packer(limits).pack(control, bulk);
      expect(Buffer.concat(messages)).toEqual(Buffer.concat([...control, ...bulk]));
      for (const { length } of messages) expect(length).toBeLessThanOrEqual(16);
    }
  });
});
