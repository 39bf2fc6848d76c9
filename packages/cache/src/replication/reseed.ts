import { compareTimes, parseStreamId } from '@hearsay/core';
import type { Survivor } from '../store/survivor.js';
import type { Change } from '../values/operation.js';
import { survivorTimes } from '../wire/survivor-dates.js';
import type { Floor } from './answer.js';
import type { Context } from './context.js';
import type { ReadonlyVector } from './vector.js';

/** Of these, so many are kept; the newest of further ones are discarded, and told. */
const UNSENT_MAX = 100_000;

/** Our own writes of any run that a peer with this vector does not hold. */
export function unsentWrites({ store, self }: Context, held: ReadonlyVector): readonly Survivor[] {
  const unsent = new Map<string, Survivor>();
  for (const stream of store.streams()) {
    if (parseStreamId(stream).peer !== self) continue;
    for (const { survivor } of store.above(stream, held.get(stream))) {
      if (unsent.size < UNSENT_MAX) unsent.set(survivor.key, survivor);
    }
  }
  return [...unsent.values()];
}

/**
 * The write to make anew, or undefined when what the others have is later, or may be: a key that they
 * do not have may have been deleted after it was written here.
 */
export function toRepublish(
  { store }: Context,
  survivor: Survivor,
  floor: Floor,
): Change | undefined {
  const [written] = survivorTimes(survivor);
  if (written === undefined || survivor.kind !== 'register') return undefined;
  const current = store.survivor(survivor.key);
  const later = current === undefined ? [floor.time] : survivorTimes(current);
  if (later.some((time) => compareTimes(time, written) >= 0)) return undefined;
  const { content, deadlineMs, deadlineWrite } = survivor;
  if (content.kind === 'deleted') return { kind: 'delete' };
  if (content.kind !== 'value') return undefined;
  const effective = deadlineWrite === undefined ? deadlineMs : deadlineWrite.deadlineMs;
  return { kind: 'set', value: content.value, deadlineMs: effective };
}
