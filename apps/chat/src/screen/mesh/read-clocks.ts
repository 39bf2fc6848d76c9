import type { Peer } from '@hearsay/node';
import type { Surroundings } from '../model/surroundings.js';

/** How many messages of each author each member was last known to hold, over all runs of the author. */
export function readClocks(peer: Peer): Surroundings['clocks'] {
  const clocks = new Map<string, ReadonlyMap<string, number>>();
  for (const { id, self, toldMsAgo } of peer.members()) {
    if (!self && toldMsAgo === undefined) continue; // It never told: nothing is not nought.
    const streams = self ? peer.status().clock : peer.holdings(id);
    if (streams !== undefined) clocks.set(id, byAuthor(streams));
  }
  return clocks;
}

/** A stream is named after its author, a dot, and the run. */
function byAuthor(streams: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [stream, held] of streams) {
    const author = stream.slice(0, stream.indexOf('.'));
    counts.set(author, (counts.get(author) ?? 0) + held);
  }
  return counts;
}
