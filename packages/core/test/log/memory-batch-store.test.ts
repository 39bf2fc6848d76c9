import { describe, expect, it } from 'vitest';
import { MemoryBatchStore } from '../../src/log/memory-batch-store.js';

describe('a store in memory', () => {
  it('gives back what it took, until it is released', () => {
    const store = new MemoryBatchStore();
    const positions = [1, 2, 3, 4, 5].map((byte) => store.append('batch', Uint8Array.of(byte, 0)));
    expect(positions).toEqual([0, 2, 4, 6, 8]);
    store.release(6);
    expect(positions.map((position) => store.read(position)?.[0])).toEqual([
      undefined,
      undefined,
      undefined,
      4,
      5,
    ]);
    expect(store.read(7)).toBeUndefined();
  });

  it('keeps no floors, since nobody reads them again', () => {
    const store = new MemoryBatchStore();
    expect(store.read(store.append('floor', Uint8Array.of(1)))).toBeUndefined();
    expect(store.end).toBe(1);
  });
});
