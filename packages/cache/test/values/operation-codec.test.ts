import { HearsayError } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Operation, readOperation, writeOperation } from '../../src/index.js';
import { operation } from '../support/arbitraries.js';

function encode(value: Operation): Uint8Array {
  const writer = new Writer();
  writeOperation(writer, value);
  return writer.finish();
}

function decode(bytes: Uint8Array): Operation {
  const reader = new Reader(bytes);
  const value = readOperation(reader);
  reader.end();
  return value;
}

describe('the codec of operations', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(operation, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    );
  });

  it('takes only the bytes it would write itself, and refuses others as malformed', () => {
    const damage = fc.tuple(operation, fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(damage, ([value, place, byte]) => {
        const bytes = encode(value);
        bytes[place % bytes.length] = byte;
        const other = attempt(bytes);
        if (other !== undefined) expect(encode(other)).toEqual(bytes);
      }),
    );
  });

  it('refuses what is cut short', () => {
    fc.assert(
      fc.property(operation, fc.nat(), (value, cut) => {
        const bytes = encode(value);
        expect(attempt(bytes.slice(0, cut % bytes.length))).toBeUndefined();
      }),
    );
  });
});

/** @returns undefined for malformed bytes; lets any other error through */
function attempt(bytes: Uint8Array): Operation | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof HearsayError && error.code === 'malformed') return undefined;
    throw error;
  }
}
