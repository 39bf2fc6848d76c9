import type { Engine, MessageId } from '@hearsay/core';
import type { Departure } from '../api.js';

/**
 * Who holds what we published. Holdings have no holes, so whoever holds a message holds all before
 * it, and the newest one held elsewhere is found by halving.
 * @param last the newest message published in this run, if any
 */
export function departureOf(
  engine: Pick<Engine, 'receipt'>,
  last: MessageId | undefined,
  live: number,
): Departure {
  if (last === undefined) return { onlyHere: 0, heldBy: live };
  let elsewhere = 0;
  let nowhere = last.sequence + 1;
  while (nowhere - elsewhere > 1) {
    const sequence = Math.floor((elsewhere + nowhere) / 2);
    if (engine.receipt({ ...last, sequence }).held > 0) elsewhere = sequence;
    else nowhere = sequence;
  }
  return { onlyHere: last.sequence - elsewhere, heldBy: engine.receipt(last).held };
}
