import type { Departure } from '@hearsay/node';
import { counted } from '../text/counted.js';
import { formatDuration } from '../text/duration.js';

/** The last line: how long, how much, and whether anything said here is nowhere else. */
export function farewellLine(
  ranMs: number,
  events: number,
  { onlyHere, heldBy }: Departure,
): string {
  const parts = [`left after ${formatDuration(ranMs)}`, counted(events, 'event')];
  if (onlyHere > 0) {
    parts.push(onlyHere === 1 ? '1 message is only here' : `${onlyHere} messages are only here`);
  } else if (heldBy > 0) {
    parts.push(`all held by ${counted(heldBy, 'peer')}`);
  }
  return parts.join(', ');
}
