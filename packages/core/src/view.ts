import { type TreeCounters, zeroTreeCounters } from './broadcast/tree-counters.js';
import type { PeerId, StreamId } from './ids.js';
import type { Address, LinkId } from './input.js';
import type { MemberState } from './membership/member.js';
import type { Equivocation } from './trust/equivocations.js';

/** What a member was last known to hold, compared with us now. */
export interface SyncView {
  /** Messages of ours that it lacks, by what it last told. */
  readonly lacks: number;
  /** Messages it holds that we lack. */
  readonly ahead: number;
  /** Both zero, and the state hashes agree or were not yet compared. */
  readonly inSync: boolean;
  /** Equal clocks and different content: an origin told them different things, or a bug; never normal. */
  readonly diverged: boolean;
  /** Monotonic time of its last word about what it holds; undefined when it never told. */
  readonly atMs: number | undefined;
}

/** One row of the member list. */
export interface MemberView {
  readonly peer: PeerId;
  readonly generation: number;
  readonly incarnation: number;
  readonly state: MemberState;
  readonly self: boolean;
  /** Monotonic time at which it entered this state. */
  readonly sinceMs: number;
  readonly meta: Uint8Array;
  readonly addresses: readonly Address[];
  readonly link: { readonly id: LinkId; readonly dialled: boolean } | undefined;
  /** Round-trip time of the last answered probe, in milliseconds. */
  readonly rttMs: number | undefined;
  /** Monotonic time of the last frame heard directly. */
  readonly heardMs: number | undefined;
  readonly sync: SyncView;
  /** It is known by its lease alone: it may have died since `sinceMs`, and what it holds is not known. */
  readonly byLease?: true;
}

/** Where a message is known to be. */
export interface Receipt {
  /** Live others known to hold it. */
  readonly held: number;
  /** Live others. */
  readonly live: number;
}

/** What this peer is busy with, for the status line. */
export interface StatusView {
  readonly members: readonly MemberView[];
  /** Live others. */
  readonly live: number;
  /** Live others in sync with us. */
  readonly inSync: number;
  readonly isolated: boolean;
  readonly left: boolean;
  /** Local health score, 0 is well. */
  readonly health: number;
  /** 16 hex digits over clock and content; equal at peers that hold the same. */
  readonly stateHash: string;
  readonly clock: ReadonlyMap<StreamId, number>;
  readonly messages: number;
  readonly heldBack: number;
  /** Proofs against origins that signed two different things for one message. */
  readonly equivocations: readonly Equivocation[];
}

/** Running totals since the start; each only grows. */
export interface Counters extends TreeCounters {
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  batchesDelivered: number;
  batchesDuplicate: number;
  batchesHeldBack: number;
  batchesDropped: number;
  batchesGivenUp: number;
  batchesForged: number;
  equivocations: number;
  recordsForged: number;
  claimsForged: number;
  messagesDelivered: number;
  messagesPulled: number;
  /** Pulls of the log that wait since their sender was told enough for now. */
  answersDelayed: number;
  /** Messages and whatever else replicas lacked, that answers to questions brought. */
  itemsRepaired: number;
  framesMalformed: number;
  linksRefused: number;
  linksDuplicate: number;
  dials: number;
  dialsFailed: number;
  probesSent: number;
  probesFailed: number;
  indirectProbesSent: number;
  indirectProbesSaved: number;
  /** Probes that neighbours asked for and that were not made. */
  relaysRefused: number;
  suspicions: number;
  suspicionsRefuted: number;
  deaths: number;
  refutations: number;
  isolations: number;
  stalls: number;
  verdictsFrozen: number;
  deathsDisbelieved: number;
  newcomersIgnored: number;
  /** Streams of nobody known that neighbours claimed to hold, beyond what they may. */
  strangeStreamsIgnored: number;
  walksIgnored: number;
  leasesIgnored: number;
  shapeChanges: number;
  gaps: number;
  /** Times that a neighbour was asked for what no broadcast had brought. */
  gapPulls: number;
  /** Runs of peers that do not count any more. */
  streamsRetired: number;
  postsReceived: number;
  postsIgnored: number;
}

/** All counters at nought. */
export function zeroCounters(): Counters {
  return {
    framesIn: 0,
    framesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    batchesDelivered: 0,
    batchesDuplicate: 0,
    batchesHeldBack: 0,
    batchesDropped: 0,
    batchesGivenUp: 0,
    batchesForged: 0,
    equivocations: 0,
    recordsForged: 0,
    claimsForged: 0,
    messagesDelivered: 0,
    messagesPulled: 0,
    answersDelayed: 0,
    itemsRepaired: 0,
    framesMalformed: 0,
    linksRefused: 0,
    linksDuplicate: 0,
    dials: 0,
    dialsFailed: 0,
    probesSent: 0,
    probesFailed: 0,
    indirectProbesSent: 0,
    indirectProbesSaved: 0,
    relaysRefused: 0,
    suspicions: 0,
    suspicionsRefuted: 0,
    deaths: 0,
    refutations: 0,
    isolations: 0,
    stalls: 0,
    verdictsFrozen: 0,
    deathsDisbelieved: 0,
    newcomersIgnored: 0,
    strangeStreamsIgnored: 0,
    walksIgnored: 0,
    leasesIgnored: 0,
    shapeChanges: 0,
    gaps: 0,
    gapPulls: 0,
    streamsRetired: 0,
    postsReceived: 0,
    postsIgnored: 0,
    ...zeroTreeCounters(),
  };
}
