import type { PeerId } from '../ids.js';

/** Who opened a link, as both of its ends see it. */
export interface Opened {
  readonly by: PeerId;
  readonly generation: number;
}

/**
 * Two links to one peer: which one stays?
 *
 * A newer generation replaces the older. Of two opened by different sides the one opened by the
 * lower id stays, so both ends decide alike without a word. Of two opened by the same side the
 * newer stays: that side would not have dialled again had the older still worked.
 */
export function incomingStays(existing: Opened, incoming: Opened): boolean {
  if (existing.generation !== incoming.generation) return incoming.generation > existing.generation;
  if (existing.by === incoming.by) return true;
  return incoming.by < existing.by;
}
