import { describe, expect, it } from 'vitest';
import { Reader } from '../../src/wire/reader.js';

describe('a reader', () => {
  it('passes over bytes that come next, and over nothing else', () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3, 4), 1, 3);
    expect(reader.passes(Uint8Array.of(2, 4))).toBe(false);
    expect(reader.offset).toBe(1);
    expect(reader.passes(Uint8Array.of(2, 3, 4))).toBe(false); // The last lies beyond the end.
    expect(reader.passes(Uint8Array.of(2))).toBe(true);
    expect(reader.passes(Uint8Array.of())).toBe(true);
    expect(reader.u8()).toBe(3);
    expect(reader.passes(Uint8Array.of(4))).toBe(false);
    expect(() => reader.end()).not.toThrow();
  });
});
