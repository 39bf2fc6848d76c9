import type { Context } from '../context.js';
import type { MemberReason } from '../effect.js';
import type { PeerId } from '../ids.js';
import { PORT_MAX } from '../limits.js';
import type { MemberState, MemberUpdate } from '../membership/member.js';
import type { Member, Members } from '../membership/members.js';
import type { Links } from '../overlay/links.js';
import { jitter, type Random, sample } from '../random.js';
import type { AntiEntropy } from '../sync/anti-entropy.js';
import type { Signer } from '../trust/signer.js';
import type { ReplicaId } from '../wire/sync.js';
import type { Census } from './census.js';
import { memberStateOf, type Presence } from './presence.js';
import { Roster, type RosterNews } from './roster.js';
import { spareRows } from './spare-rows.js';

/** Number of the roster among the replicas on the wire: the first that is no port. */
export const ROSTER_REPLICA: ReplicaId = PORT_MAX + 1;

/** Between two looks at what is over. */
const TICK_MS = 1_000;
/** What changed waits this long for company. */
const CHANGES_MS = 100;
/** Neighbours that what changed is passed on to: an epidemic that reaches 98 % by itself (Eugster et al. 2004). */
const CHANGES_FANOUT = 4;
/** The same of leases that go on: there is time to find by comparing what stayed away. */
const RENEWALS_FANOUT = 2;
/** Between two comparisons with one neighbour. */
const COMPARE_MS = 10_000;
/** Whoever is known by a lease stays so long when a table of all takes over. */
const GRACE_MS = 30_000;

interface Standing {
  readonly generation: number;
  readonly state: MemberState;
  readonly meta: Uint8Array;
}

/** What attendance is kept with. */
interface AttendanceParts {
  readonly context: Context;
  readonly census: Census;
  readonly links: Links;
  readonly members: Members;
  readonly topology: { readonly isBeyondTable: boolean; watches(member: Member): boolean };
  readonly antiEntropy: AntiEntropy;
  readonly signer: Signer;
  readonly random: Random;
  /** A member has no row any more: nobody need dial it. */
  readonly dropped: (peer: PeerId) => void;
}

/**
 * Who is there in a mesh too large for a row of each: as long as it is, the table keeps
 * those beside us and a few that were met lately, and the roster knows everybody else by lease. What
 * is known first hand wins: of whoever has a row nothing that the roster says is told.
 * See docs/decisions/0024-leases-beyond-the-table.md.
 */
export class Attendance {
  readonly #parts: AttendanceParts;
  readonly #dirty = new Set<PeerId>();
  #roster: Roster | undefined;
  #beganMs = 0;
  /** When the table of all has taken over again; never, as long as views are partial. */
  #endsMs = Number.POSITIVE_INFINITY;

  constructor(parts: AttendanceParts) {
    this.#parts = parts;
  }

  /** Whether the table is that of a large mesh: strangers are not taken in on somebody's word. */
  get isLarge(): boolean {
    return this.#parts.topology.isBeyondTable;
  }

  /**
   * Whether what a neighbour says of a member counts for nothing: of strangers the roster tells, and a
   * denial would not reach those who neither watch the accused nor are beside it.
   */
  ignores({ peer, state }: MemberUpdate): boolean {
    const { context, members, topology } = this.#parts;
    if (!this.isLarge || peer === context.self.id) return false;
    const member = members.get(peer);
    if (member === undefined) return true;
    return (state === 'suspect' || state === 'dead') && !topology.watches(member);
  }

  /** To be called after every step: begins and ends with the size of the mesh, and tells what came in. */
  follow(): void {
    if (this.isLarge) {
      this.#endsMs = Number.POSITIVE_INFINITY;
      if (this.#roster === undefined) this.#begin();
    } else if (this.#roster !== undefined && this.#endsMs === Number.POSITIVE_INFINITY) {
      this.#endsMs = this.#nowMs + GRACE_MS;
    }
    if (this.#roster === undefined) return;
    this.#tellChanges();
    if (this.#roster.hasChanges) this.#wakeBy('roster-news', CHANGES_MS);
  }

  /** The time to look at what is over has come. */
  tick(): void {
    const roster = this.#roster;
    if (roster === undefined) return;
    if (this.#nowMs >= this.#endsMs) return this.#end();
    roster.tick();
    this.#counted(roster);
    if (this.isLarge)
      for (const member of spareRows(roster, this.#beganMs, this.#parts))
        this.#drop(roster, member);
    this.#pass(roster, 'renewals', RENEWALS_FANOUT);
    this.#wakeBy(
      'roster',
      jitter(TICK_MS, this.#parts.context.config.jitterPercent, this.#parts.random),
    );
  }

  /** What changed is passed on. */
  passChanges(): void {
    if (this.#roster !== undefined) this.#pass(this.#roster, 'changes', CHANGES_FANOUT);
  }

  /** A member was found dead, by us or by one of its neighbours: all hear that it is missing. */
  miss(peer: PeerId): void {
    this.#roster?.miss(peer);
  }

  /** A stranger gets a row: what was told of it until now goes on. */
  rowFor(member: Member): void {
    const { census } = this.#parts;
    const told = census.get(member.peer);
    census.delete(member.peer);
    if (told?.generation === member.generation) member.state = memberStateOf(told);
  }

  /** What we say of ourselves changed. */
  describe(): void {
    this.#roster?.describe();
  }

  /** Says goodbye, at once. */
  leave(): void {
    this.#roster?.leave();
    this.passChanges();
  }

  get #nowMs(): number {
    return this.#parts.context.now.monotonicMs;
  }

  #begin(): void {
    const { antiEntropy, context, members, random, signer } = this.#parts;
    const { self, limits } = context;
    this.#beganMs = this.#nowMs;
    this.#roster = new Roster({
      peer: self.id,
      generation: self.generation,
      network: self.network,
      addresses: () => self.addresses,
      meta: () => self.meta,
      signer,
      limits,
      compareEveryMs: COMPARE_MS,
      readWallMs: () => context.now.wallMs,
      changed: (peer) => this.#dirty.add(peer),
    });
    this.#roster.tick();
    antiEntropy.attach(ROSTER_REPLICA, this.#roster);
    for (const { peer, state } of members.all()) if (state === 'dead') this.#roster.miss(peer);
    this.#wakeBy('roster', random.below(TICK_MS));
  }

  /** The table of all has taken over. Who did not get a row until now has not been heard of since. */
  #end(): void {
    const { antiEntropy, census } = this.#parts;
    antiEntropy.detach(ROSTER_REPLICA);
    this.#roster = undefined;
    this.#endsMs = Number.POSITIVE_INFINITY;
    this.#dirty.clear();
    for (const presence of [...census.all()]) {
      census.delete(presence.peer);
      this.#ended(presence.peer, standingOf(presence));
    }
  }

  #counted(roster: Roster): void {
    this.#parts.context.counters.leasesIgnored = roster.ignored;
  }

  #tellChanges(): void {
    const { census, context, members } = this.#parts;
    for (const peer of this.#dirty) {
      if (peer === context.self.id || members.get(peer) !== undefined) continue;
      const known = census.get(peer);
      this.#tell(peer, known && standingOf(known));
    }
    this.#dirty.clear();
  }

  #drop(roster: Roster, member: Member): void {
    const { context, dropped, members } = this.#parts;
    const { generation, meta, peer, state } = member;
    members.remove(peer);
    context.deadlines.cancel({ kind: 'suspicion', peer });
    dropped(peer);
    const isUnknowable = roster.isFull && roster.presence(peer) === undefined;
    if (!isUnknowable) this.#tell(peer, { generation, state, meta });
  }

  /** Tells what the roster holds of somebody without a row. @param was what was told before */
  #tell(peer: PeerId, was: Standing | undefined): void {
    const { census, context } = this.#parts;
    const presence = this.#roster?.presence(peer);
    if (presence === undefined) {
      census.delete(peer);
      if (was !== undefined) this.#ended(peer, was);
      return;
    }
    census.set(presence);
    const is = standingOf(presence);
    if (was?.state !== is.state || was.generation !== is.generation) {
      this.#emit(peer, is, was?.state, reasonOf(is, was));
    }
    if (was === undefined || !isEqual(was.meta, is.meta)) {
      context.outbox.emit({ kind: 'meta', peer, meta: is.meta });
    }
  }

  #ended(peer: PeerId, was: Standing): void {
    if (was.state === 'dead' || was.state === 'left') return;
    this.#emit(peer, { ...was, state: 'dead' }, was.state, 'lease-ended');
  }

  #emit(
    peer: PeerId,
    { generation, state }: Standing,
    was: MemberState | undefined,
    reason: MemberReason,
  ): void {
    const first = { peer, generation, incarnation: 0, state, was, reason };
    const change = { ...first, silentMs: undefined, agreed: 0, asked: 0 };
    this.#parts.context.outbox.emit({ kind: 'member', change });
  }

  #pass(roster: Roster, kind: RosterNews, fanout: number): void {
    const { antiEntropy, links, random } = this.#parts;
    const chosen = sample(links.neighbours(), fanout, random);
    for (const bytes of roster.takeNews(kind)) {
      for (const link of chosen) antiEntropy.push(link, ROSTER_REPLICA, bytes);
    }
  }

  #wakeBy(kind: 'roster' | 'roster-news', afterMs: number): void {
    this.#parts.context.deadlines.setNoLater({ kind }, this.#nowMs + afterMs);
  }
}

function standingOf(presence: Presence): Standing {
  const { generation, meta } = presence;
  return { generation, meta, state: memberStateOf(presence) };
}

function reasonOf({ generation, state }: Standing, was: Standing | undefined): MemberReason {
  if (state === 'left') return 'goodbye';
  if (state === 'dead') return 'gossip';
  if (was === undefined) return 'heard-of';
  return generation > was.generation ? 'restarted' : 'refuted';
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
