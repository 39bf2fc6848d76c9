import type { Departure } from '@hearsay/node';
import { formatDuration } from '../text/duration.js';

/** The last line: how long, how much, and whether anything said here is nowhere else. */
export function farewellLine(
  ranMs: number,
  events: number,
  { onlyHere, heldBy }: Departure,
): string {
  const parts = [
    `left after ${formatDuration(ranMs)}`,
    `${events} ${events === 1 ? 'event' : 'events'}`,
  ];
  if (onlyHere > 0) {
    parts.push(onlyHere === 1 ? '1 message is only here' : `${onlyHere} messages are only here`);
  } else if (heldBy > 0) {
    parts.push(`all held by ${heldBy} ${heldBy === 1 ? 'peer' : 'peers'}`);
  }
  return parts.join(', ');
}
