import { compareTimes, type HlcTime, parseStreamId } from '@hearsay/core';
import type { RegisterSurvivor, Survivor } from '../store/survivor.js';
import type { Change } from '../values/operation.js';
import { survivorTimes } from '../wire/survivor-dates.js';
import type { Floor } from './answer.js';
import type { Context } from './context.js';
import type { Write } from './input.js';
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
  return changeOf(survivor);
}

/** Registers that were written in our stream at or after a time, as writes to make anew. */
export function writtenSince(
  { store, own: { stream } }: Context,
  since: HlcTime | undefined,
): readonly Write[] {
  const writes: Write[] = [];
  if (since === undefined) return writes;
  for (const { survivor } of store.above(stream, 0)) {
    if (survivor.kind !== 'register' || survivor.version === undefined) continue;
    if (survivor.version.stream !== stream || compareTimes(survivor.version, since) < 0) continue;
    const change = changeOf(survivor);
    if (change !== undefined) writes.push({ key: survivor.key, change });
  }
  return writes;
}

/** What makes a register what it is. */
function changeOf(survivor: RegisterSurvivor): Change | undefined {
  const { content, deadlineMs, deadlineWrite } = survivor;
  if (content.kind === 'deleted') return { kind: 'delete' };
  if (content.kind !== 'value') return undefined;
  const effective = deadlineWrite === undefined ? deadlineMs : deadlineWrite.deadlineMs;
  return { kind: 'set', value: content.value, deadlineMs: effective };
}

/** Writes of one date belong together. */
export function* batchesOf(survivors: readonly Survivor[]): Generator<readonly Survivor[]> {
  let batch: Survivor[] = [];
  let date: HlcTime | undefined;
  for (const survivor of survivors) {
    const [written] = survivorTimes(survivor);
    const isSame = date !== undefined && written !== undefined && compareTimes(date, written) === 0;
    if (!isSame && batch.length > 0) {
      yield batch;
      batch = [];
    }
    batch.push(survivor);
    date = written;
  }
  if (batch.length > 0) yield batch;
}
