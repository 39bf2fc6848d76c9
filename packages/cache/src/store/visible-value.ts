import { CacheError } from '../errors.js';
import type { Binary } from '../values/binary.js';
import type { Composite } from '../values/composite.js';
import type { Value } from './types.js';

/** What a reader sees of a counter, set or hash; undefined when that is nothing. @throws CacheError `counter-overflow` */
export function visibleValue(composite: Composite, nowMs: number): Value | undefined {
  const visible = composite.visibleAt(nowMs);
  if (composite.type === 'counter') {
    if (composite.counts.isReset(visible)) return undefined;
    return { kind: 'counter', value: safeNumber(composite.counts.value(visible)) };
  }
  const fields = new Map<Binary, Binary>();
  for (const element of composite.items.elements()) {
    const winner = composite.items.winner(element, visible);
    if (winner !== undefined) fields.set(element, winner.value);
  }
  if (fields.size === 0) return undefined;
  return composite.type === 'set'
    ? { kind: 'set', elements: [...fields.keys()] }
    : { kind: 'hash', fields };
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new CacheError('counter-overflow', 'a counter has left the range of safe integers');
}
