import type { PeerCounters, PeerMember } from './api.js';
import type { Runtime } from './runtime.js';

/** All running totals of a peer. */
export function countersOf({ engine, links, reserved }: Runtime): Readonly<PeerCounters> {
  return { ...engine.counters(), ...reserved.mail.counters, ...links.counters };
}

/** All members as screens show them, the peer itself included. */
export function membersOf({ engine, readNow, roster }: Runtime): readonly PeerMember[] {
  const now = readNow();
  const { members } = engine.status(now);
  return members.map((view) => roster.describe(view, now.monotonicMs));
}
