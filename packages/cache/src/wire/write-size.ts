import type { Change, Observed } from '../values/operation.js';

/** Key, value and all else of what is written together; it must fit a frame with its head and causes. */
export const WRITE_BYTES_MAX: number = 1_048_576 + 16 * 1_024;

const OVERHEAD_BYTES = 32;
/** A dot names its stream by number; each stream is written out once. */
const DOT_BYTES = 12;
const STREAM_BYTES = 48;

/** An upper estimate of what a write takes in a frame. */
export function writeSize(key: string, change: Change): number {
  const UTF8_PER_UNIT = 3;
  return OVERHEAD_BYTES + UTF8_PER_UNIT * key.length + changeSize(change);
}

function changeSize(change: Change): number {
  switch (change.kind) {
    case 'set':
      return change.value.length;
    case 'delete':
    case 'deadline':
    case 'count':
      return 0;
    case 'reset':
    case 'clear':
      return change.seen.length * (2 * DOT_BYTES + STREAM_BYTES);
    case 'set-add':
    case 'set-remove':
      return observedSize(change.elements);
    case 'hash-remove':
      return observedSize(change.fields);
    case 'hash-set': {
      let bytes = observedSize(change.fields);
      for (const { value } of change.fields) bytes += value.length;
      return bytes;
    }
  }
}

function observedSize(elements: readonly Observed[]): number {
  const streams = new Set<string>();
  let bytes = 0;
  for (const { element, dots } of elements) {
    bytes += OVERHEAD_BYTES + element.length + dots.length * DOT_BYTES;
    for (const { stream } of dots) streams.add(stream);
  }
  return bytes + streams.size * STREAM_BYTES;
}
