import { ChosenBroadcast } from './broadcast/chosen-broadcast.js';
import { DirectBroadcast } from './broadcast/direct.js';
import { peerTreeHost } from './broadcast/peer-tree-host.js';
import { Plumtree } from './broadcast/plumtree.js';
import { Publisher } from './broadcast/publisher.js';
import { HybridLogicalClock } from './clock/hybrid-logical-clock.js';
import type { Context } from './context.js';
import { type PeerId, streamId } from './ids.js';
import type { BatchStore } from './log/batch-store.js';
import { CausalLog } from './log/causal-log.js';
import { pacedLog } from './log/paced-log.js';
import { Dissemination } from './membership/dissemination.js';
import { Health } from './membership/health.js';
import { Isolation } from './membership/isolation.js';
import { type Member, Members } from './membership/members.js';
import { Membership, type MembershipHooks } from './membership/membership.js';
import { Newcomers } from './membership/newcomers.js';
import { type ProbeHooks, Prober } from './membership/prober.js';
import { Links, type OpenLink } from './overlay/links.js';
import type { Overlay } from './overlay/overlay.js';
import { SizedOverlay } from './overlay/sized-overlay.js';
import { Topology } from './overlay/topology.js';
import { Ports } from './ports/ports.js';
import type { Random } from './random.js';
import { Attendance, ROSTER_REPLICA } from './roster/attendance.js';
import { Census } from './roster/census.js';
import { AntiEntropy } from './sync/anti-entropy.js';
import { Holdings } from './sync/holdings.js';
import { Inquiry } from './sync/inquiry.js';
import { Equivocations } from './trust/equivocations.js';
import type { Signer } from './trust/signer.js';

/** Number of the message log among the replicas on the wire. */
export const LOG_REPLICA = 0;

/** The machines of one peer. Choosing another overlay or broadcast happens here and nowhere else. */
export interface PeerParts {
  readonly links: Links;
  readonly members: Members;
  readonly census: Census;
  readonly attendance: Attendance;
  readonly newcomers: Newcomers;
  readonly health: Health;
  readonly isolation: Isolation;
  readonly dissemination: Dissemination;
  readonly membership: Membership;
  readonly prober: Prober;
  readonly overlay: Overlay;
  readonly topology: Topology;
  readonly log: CausalLog;
  readonly equivocations: Equivocations;
  readonly holdings: Holdings;
  readonly inquiry: Inquiry;
  readonly antiEntropy: AntiEntropy;
  readonly ports: Ports;
  readonly publisher: Publisher;
  readonly trees: Plumtree;
  readonly hlc: HybridLogicalClock;
  /** A random point within a period. */
  readonly randomPhase: (periodMs: number) => number;
}

/** What the engine itself answers for its machines. */
export interface PeerHooks {
  readonly membership: MembershipHooks;
  readonly probe: ProbeHooks;
  readonly refused: (member: Member) => void;
  /** A link may go. */
  readonly release: (link: OpenLink) => void;
  /** A dial that was to find out whether a member lives led nowhere. */
  readonly unanswered: (peer: PeerId) => void;
  /** What a neighbour sent turned out wrong. @throws what is not its fault */
  readonly blame: (link: OpenLink, error: unknown) => void;
}

/** Builds the machines and wires them to each other. */
export function buildParts(
  context: Context,
  random: Random,
  hooks: PeerHooks,
  host: { readonly signer: Signer; readonly store?: BatchStore | undefined },
): PeerParts {
  const { config, limits, counters, outbox, self, notary } = context;
  const links = new Links();
  const members = new Members(limits.membersMax);
  const census = new Census();
  const health = new Health(config);
  const topology = new Topology({ context, members, links });
  const isolation = new Isolation(context, members, links, topology);
  const dissemination = new Dissemination({
    context,
    links,
    members,
    topology,
    random: random.split('dissemination'),
  });
  const membership = new Membership({
    context,
    links,
    members,
    dissemination,
    health,
    isolation,
    random: random.split('membership'),
    hooks: hooks.membership,
  });
  const newcomers = new Newcomers({
    context,
    members,
    links,
    ignores: (update) => attendance.ignores(update),
    apply: (update, link) => membership.apply(update, link.id),
    blame: hooks.blame,
  });
  const prober = new Prober({
    context,
    links,
    members,
    health,
    topology,
    random: random.split('prober'),
    hooks: hooks.probe,
  });
  const overlay = new SizedOverlay({
    context,
    links,
    members,
    census,
    topology,
    random: random.split('overlay'),
    hooks,
  });
  const log = new CausalLog({
    limits,
    counters,
    isBatchBy: notary.isBatchBy,
    own: streamId(self.id, self.generation),
    ...(host.store === undefined ? {} : { store: host.store }),
  });
  log.load();
  const holdings = new Holdings(context, log, links, { members, census });
  const inquiry = new Inquiry(context, log.trails);
  const antiEntropy = new AntiEntropy(context, links, random.split('sync'), {
    caughtUp: ({ replica, from: peer, added, tookMs }) => {
      if (replica !== LOG_REPLICA) return;
      counters.messagesPulled += added;
      outbox.emit({ kind: 'caught-up', peer, messages: added, tookMs });
    },
    asked: (link, replica, summary) => {
      const member = members.get(link.peer);
      if (replica !== LOG_REPLICA || member?.generation !== link.generation) return;
      const shown = log.digest.shownBy(summary);
      if (shown !== undefined) holdings.told(member, shown);
    },
    repaired: ({ peer: from }, port, added) => {
      counters.itemsRepaired += added;
      if (port === LOG_REPLICA || port === ROSTER_REPLICA) return;
      outbox.push({ kind: 'repaired', port, from, added });
    },
    agreed: (link, replica) => {
      const member = members.get(link.peer);
      if (replica !== LOG_REPLICA || member?.generation !== link.generation) return;
      if (holdings.clocksAgree(member)) inquiry.open(link);
    },
    blame: hooks.blame,
  });
  antiEntropy.register(LOG_REPLICA, pacedLog(log, context));
  const attendance = new Attendance({
    context,
    census,
    links,
    members,
    topology,
    antiEntropy,
    signer: host.signer,
    random: random.split('roster'),
    dropped: (peer) => overlay.memberDropped(peer),
  });
  const hlc = new HybridLogicalClock(config.clockSkewMaxMs);
  const trees = new Plumtree(peerTreeHost(context, links, members, log));
  const direct = new DirectBroadcast(links, outbox);
  const broadcast = new ChosenBroadcast({ context, links, members, census, direct, trees });
  const phases = random.split('phases');
  const publisher = new Publisher({ context, log, broadcast, hlc });
  return {
    links,
    members,
    census,
    attendance,
    newcomers,
    health,
    isolation,
    dissemination,
    membership,
    prober,
    overlay,
    topology,
    log,
    equivocations: new Equivocations(limits.equivocationsMax),
    holdings,
    inquiry,
    antiEntropy,
    ports: new Ports(context, links, antiEntropy),
    publisher,
    trees,
    hlc,
    randomPhase: (periodMs) => phases.below(periodMs),
  };
}
