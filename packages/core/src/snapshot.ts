import type { Context } from './context.js';
import { formatHash } from './log/state-hash.js';
import type { MemberState } from './membership/member.js';
import type { PeerParts } from './peer-parts.js';
import type { MemberView, StatusView } from './view.js';

/** Everything a screen shows, at one moment. */
export function snapshot(
  context: Context,
  parts: PeerParts,
  state: Extract<MemberState, 'joining' | 'alive' | 'left'>,
  startedMs: number,
): StatusView {
  const { health, isolation, log, members } = parts;
  const others = members.sorted().map((member) => memberView(parts, member.peer));
  const views = [
    selfView(context, state, startedMs),
    ...others.filter((view) => view !== undefined),
  ];
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
  { members, links, holdings }: PeerParts,
  peer: MemberView['peer'],
): MemberView | undefined {
  const member = members.get(peer);
  if (member === undefined) return undefined;
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
