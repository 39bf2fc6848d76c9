import type { Context } from './context.js';
import { compareIds } from './ids.js';
import { formatHash } from './log/state-hash.js';
import type { MemberState } from './membership/member.js';
import type { PeerParts } from './peer-parts.js';
import { memberStateOf, type Presence } from './roster/presence.js';
import type { MemberView, StatusView } from './view.js';

/** Everything a screen shows, at one moment. */
export function snapshot(
  context: Context,
  parts: PeerParts,
  state: Extract<MemberState, 'joining' | 'alive' | 'left'>,
  startedMs: number,
): StatusView {
  const { census, health, isolation, log, members } = parts;
  const rows = members.sorted().flatMap(({ peer }) => memberView(context, parts, peer) ?? []);
  const leases = [...census.all()].map((presence) => leaseView(context, presence));
  const others =
    leases.length === 0
      ? rows
      : [...rows, ...leases].toSorted((left, right) => compareIds(left.peer, right.peer));
  const views = [selfView(context, state, startedMs), ...others];
  const live = views.filter((view) => !view.self && view.state === 'alive');
  return {
    members: views,
    live: live.length,
    inSync: live.filter((view) => view.sync.inSync).length,
    isolated: isolation.isolated,
    left: state === 'left',
    health: health.score,
    stateHash: formatHash(log.hash),
    clock: new Map(log.clock.entries()),
    messages: log.size,
    heldBack: log.heldBack,
    equivocations: parts.equivocations.list(),
  };
}

/** One other member, or undefined for a stranger. */
export function memberView(
  context: Context,
  { census, members, links, holdings }: PeerParts,
  peer: MemberView['peer'],
): MemberView | undefined {
  const member = members.get(peer);
  const presence = census.get(peer);
  if (member === undefined) return presence && leaseView(context, presence);
  const link = links.of(peer);
  return {
    peer,
    generation: member.generation,
    incarnation: member.incarnation,
    state: member.state,
    self: false,
    sinceMs: member.sinceMs,
    meta: member.meta,
    addresses: member.addresses,
    link: link && { id: link.id, dialled: link.dialled !== undefined },
    rttMs: member.rttMs,
    heardMs: member.heardMs,
    sync: holdings.view(member),
  };
}

function selfView({ self, now }: Context, state: MemberState, startedMs: number): MemberView {
  const { id, generation, incarnation, meta, addresses } = self;
  const nowMs = now.monotonicMs;
  return {
    peer: id,
    generation,
    incarnation,
    state,
    self: true,
    sinceMs: startedMs,
    meta,
    addresses,
    link: undefined,
    rttMs: undefined,
    heardMs: nowMs,
    sync: { lacks: 0, ahead: 0, inSync: true, diverged: false, atMs: nowMs },
  };
}

/** Somebody without a row: what its member said of itself, and nothing of what it holds. */
function leaseView({ now }: Context, presence: Presence): MemberView {
  const { peer, generation, addresses, meta, saidMs } = presence;
  return {
    peer,
    generation,
    incarnation: 0,
    state: memberStateOf(presence),
    self: false,
    sinceMs: now.monotonicMs - Math.max(0, now.wallMs - saidMs),
    meta,
    addresses,
    link: undefined,
    rttMs: undefined,
    heardMs: undefined,
    sync: { lacks: 0, ahead: 0, inSync: false, diverged: false, atMs: undefined },
    byLease: true,
  };
}
