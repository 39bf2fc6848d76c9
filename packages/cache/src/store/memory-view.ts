import type { Table } from './table.js';
import type { MemoryView } from './types.js';

const DEAD_SHARE_DIVISOR = 5;
const OVER_FULL_DIVISOR = 10;

/** What memory is used for. */
export function memoryView(table: Table, bytesMax: number): MemoryView {
  const { bytes, deadBytes, live, digests, byKey } = table;
  return {
    bytes,
    bytesMax,
    deadBytes,
    deadBytesMax: Math.floor(bytesMax / DEAD_SHARE_DIVISOR),
    overFull: bytes > bytesMax + bytesMax / OVER_FULL_DIVISOR,
    live,
    dead: byKey.size - live,
    partialPartitions: digests.partialCount,
  };
}
