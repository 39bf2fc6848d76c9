import type { Context } from '../context.js';
import type { CausalLog } from '../log/causal-log.js';
import type { Members } from '../membership/members.js';
import type { Links } from '../overlay/links.js';
import type { TreeHost } from './tree-host.js';

/** The trees of a whole peer: its log keeps the batches, its probes measure the round trips. */
export function peerTreeHost(
  context: Context,
  links: Links,
  members: Members,
  log: CausalLog,
): TreeHost {
  const { self, config, limits, counters, deadlines, outbox } = context;
  return {
    self: self.id,
    config,
    limits,
    counters,
    nowMs: () => context.now.monotonicMs,
    neighbours: () => links.neighbours(),
    roundTripMs: (id) => {
      const peer = links.get(id)?.peer;
      return peer === undefined ? undefined : members.get(peer)?.rttMs;
    },
    // A stream for which there is no room is wanted no more than one that is here.
    holds: (stream, last) =>
      log.clock.get(stream) >= last || log.isHeldBack(stream, last) || !log.hasRoomFor(stream),
    bytesOf: (stream, last) => log.bytesWith(stream, last),
    send: (link, bytes, priority) => outbox.sendBytes(link, bytes, priority),
    wakeBy: (kind, atMs) => deadlines.setNoLater({ kind }, atMs),
  };
}
