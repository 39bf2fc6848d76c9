import { type PeerId, parseStreamId, type StreamId } from '@hearsay/core';
import type { Peer, PeerMember } from '@hearsay/node';
import { MEMBERS_SHOWN_MAX, WRITERS_SHOWN_MAX } from './limits.js';

/** One member as the page shows it. Ages are milliseconds when the snapshot was taken; unknown is null. */
export interface MemberSnapshot {
  readonly id: PeerId;
  readonly label: string;
  readonly self: boolean;
  readonly state: PeerMember['state'];
  readonly forMs: number;
  readonly generation: number;
  readonly incarnation: number;
  readonly address: string | null;
  readonly link: 'self' | 'in' | 'out' | 'none';
  readonly rttMs: number | null;
  readonly heardMs: number | null;
  readonly toldMs: number | null;
  readonly lacks: number;
  readonly ahead: number;
  readonly inSync: boolean;
  readonly diverged: boolean;
  /** What it lacked when it died; null while that is not known. */
  readonly lackedAtDeath: number | null;
  /** Of each writer of the snapshot, how many messages it holds; null: it never told. */
  readonly holds: readonly number[] | null;
}

/** All that a page is sent, every time. */
export interface Snapshot {
  readonly v: 1;
  readonly id: PeerId;
  readonly nick: string;
  /** Live others, and those of them in sync with this peer. */
  readonly live: number;
  readonly inSync: number;
  readonly messages: number;
  readonly heldBack: number;
  readonly hash: string;
  readonly isolated: boolean;
  readonly members: readonly MemberSnapshot[];
  /** Members that are not in this list, for want of room. */
  readonly hidden: number;
  /** Labels of those whose messages `holds` counts. */
  readonly writers: readonly string[];
}

type Clock = ReadonlyMap<StreamId, number>;

/** What a peer knows now, bounded. @param lackedAtDeath by peers that are dead */
export function snapshotOf(
  peer: Pick<Peer, 'id' | 'nick' | 'members' | 'status' | 'holdings'>,
  lackedAtDeath: ReadonlyMap<PeerId, number>,
): Snapshot {
  const status = peer.status();
  const all = peer.members();
  const shown = all.slice(0, MEMBERS_SHOWN_MAX);
  const held = countsOf(status.clock);
  const writers = [...held.keys()].slice(0, WRITERS_SHOWN_MAX);
  const labels = new Map(all.map(({ id, label }) => [id, label]));
  const holdsOf = ({ id, self }: PeerMember): readonly number[] | null => {
    const clock = self ? status.clock : peer.holdings(id);
    if (clock === undefined) return null;
    const counts = countsOf(clock);
    return writers.map((writer) => counts.get(writer) ?? 0);
  };
  return {
    v: 1,
    id: peer.id,
    nick: peer.nick,
    live: status.live,
    inSync: status.inSync,
    messages: status.messages,
    heldBack: status.heldBack,
    hash: status.stateHash,
    isolated: status.isolated,
    members: shown.map((member) => memberSnapshot(member, holdsOf(member), lackedAtDeath)),
    hidden: all.length - shown.length,
    writers: writers.map((writer) => labels.get(writer) ?? writer.slice(0, 8)),
  };
}

function memberSnapshot(
  member: PeerMember,
  holds: readonly number[] | null,
  lackedAtDeath: ReadonlyMap<PeerId, number>,
): MemberSnapshot {
  const { id, label, self, state, generation, incarnation, addresses, link } = member;
  const { lacks, ahead, inSync, diverged } = member;
  return {
    ...{ id, label, self, state, generation, incarnation, lacks, ahead, inSync, diverged, holds },
    forMs: Math.round(member.stateForMs),
    address: addresses[0] ?? null,
    link: self ? 'self' : link,
    rttMs: rounded(member.rttMs),
    heardMs: rounded(member.heardMsAgo),
    toldMs: rounded(member.toldMsAgo),
    lackedAtDeath: lackedAtDeath.get(id) ?? null,
  };
}

/** Messages of each writer, over all its runs. */
function countsOf(clock: Clock): ReadonlyMap<PeerId, number> {
  const counts = new Map<PeerId, number>();
  for (const [stream, sequence] of clock) {
    const writer = parseStreamId(stream).peer;
    counts.set(writer, (counts.get(writer) ?? 0) + sequence);
  }
  return counts;
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}
