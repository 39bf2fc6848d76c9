import { VectorClock } from '../clock/vector-clock.js';
import { compareIds, type PeerId } from '../ids.js';
import type { Address } from '../input.js';
import { hashText, type StateHash } from '../log/state-hash.js';
import type { MemberRecord } from '../wire/member-record.js';
import type { MemberState, MemberUpdate } from './member.js';

/** Instead of the hash of a table: it is not of everybody, and not to be compared. */
export const NO_TABLE = 0;

/** What is known of one other peer. */
export interface Member {
  readonly peer: PeerId;
  generation: number;
  incarnation: number;
  state: MemberState;
  /** Monotonic time of entering `state`. */
  sinceMs: number;
  /** Monotonic time of hearing of it first. */
  readonly knownMs: number;
  metaVersion: number;
  meta: Uint8Array;
  addresses: readonly Address[];
  /** Its own, under the fields above. */
  signature: Uint8Array;
  /** Last frame heard directly from it. */
  heardMs: number | undefined;
  /** Last time that another member reached it for us. */
  vouchedMs: number | undefined;
  rttMs: number | undefined;
  /** Others that say `suspect` or `dead` of its present incarnation. */
  readonly accusers: Set<PeerId>;
  /** We ourselves got no answer or lost the link (rather than having heard it said). */
  witnessed: boolean;
  /** Other members asked to probe it in this suspicion. */
  asked: number;
  /** What it last told that it holds. */
  clock: VectorClock;
  /** When it last told. */
  toldMs: number | undefined;
  /** Our state hash when its clock was last found equal to ours. */
  agreedAt: StateHash | undefined;
  /** Our state hash when, after that, its state hash was found different. */
  differedAt: StateHash | undefined;
  /** How often in a row its content differed between two moments of equal clocks. */
  differences: number;
}

/** What the table last noted of a row. */
interface Noted {
  state: MemberState;
  /** Its part of the hash; undefined until somebody asks for the hash. */
  share: number | undefined;
}

/**
 * The full table of other peers, in insertion order; lists that leave it are sorted, and stay as
 * they are when the table changes. A change costs no look at the other rows: each engine of a mesh
 * of thousands sees one for each of them.
 */
export class Members {
  readonly #members = new Map<PeerId, Member>();
  readonly #max: number;
  readonly #noted = new Map<PeerId, Noted>();
  readonly #suspects = new Set<Member>();
  #aliveCount = 0;
  /** In order. */
  #sorted: readonly Member[] = [];
  /** The same of those that are alive, and of those not given up, until one comes or goes there. */
  #alive: readonly Member[] | undefined;
  #present: readonly Member[] | undefined;
  /** All shares that are known, and the rows whose share is not. */
  #shares = 0;
  readonly #unshared = new Set<Member>();

  constructor(max: number) {
    this.#max = max;
  }

  get(peer: PeerId): Member | undefined {
    return this.#members.get(peer);
  }

  /** Adds a member that has no row; undefined when the table is full of members that still count. */
  add(member: Member): Member | undefined {
    if (!this.hasRoom()) return undefined;
    if (this.#members.size >= this.#max) this.#dropOldestGone();
    this.#members.set(member.peer, member);
    this.#sorted = this.#sorted.toSpliced(this.#placeOf(member.peer), 0, member);
    this.#noted.set(member.peer, { state: 'joining', share: undefined });
    this.changed(member);
    return member;
  }

  remove(peer: PeerId): void {
    const member = this.#members.get(peer);
    const noted = this.#noted.get(peer);
    if (member === undefined || noted === undefined) return;
    this.#move(member, noted.state, undefined);
    this.#shares ^= noted.share ?? 0;
    this.#unshared.delete(member);
    this.#noted.delete(peer);
    this.#members.delete(peer);
    this.#sorted = this.#sorted.toSpliced(this.#placeOf(peer), 1);
  }

  /** Drops those that are dead or gone since before a time. */
  forget(beforeMs: number): void {
    for (const { peer, state, sinceMs } of this.sorted()) {
      if ((state === 'dead' || state === 'left') && sinceMs < beforeMs) this.remove(peer);
    }
  }

  get size(): number {
    return this.#members.size;
  }

  /** All, in byte order of ids. */
  sorted(): readonly Member[] {
    return this.#sorted;
  }

  all(): Iterable<Member> {
    return this.#members.values();
  }

  /** Alive ones. */
  alive(): readonly Member[] {
    this.#alive ??= this.#sorted.filter(({ state }) => state === 'alive');
    return this.#alive;
  }

  get aliveCount(): number {
    return this.#aliveCount;
  }

  /** Suspect ones. */
  suspects(): readonly Member[] {
    return [...this.#suspects].sort((left, right) => compareIds(left.peer, right.peer));
  }

  /** Alive and suspect ones: those not given up. */
  present(): readonly Member[] {
    this.#present ??= this.#sorted.filter(({ state }) => isPresent(state));
    return this.#present;
  }

  get presentCount(): number {
    return this.#aliveCount + this.#suspects.size;
  }

  /** To be called after any change of a row's state, or of what the hash covers. */
  changed(member: Member): void {
    const noted = this.#noted.get(member.peer);
    if (noted === undefined) return;
    this.#move(member, noted.state, member.state);
    this.#shares ^= noted.share ?? 0;
    noted.state = member.state;
    noted.share = undefined;
    this.#unshared.add(member);
  }

  /**
   * 32 bits over who is how, ourselves included; equal tables have equal hashes.
   * A suspicion is passing and counts as alive.
   */
  hash(self: { id: PeerId; generation: number; incarnation: number }): number {
    for (const member of this.#unshared) {
      const noted = this.#noted.get(member.peer);
      if (noted === undefined) continue;
      noted.share = shareOf(member.peer, member, member.state);
      this.#shares ^= noted.share;
    }
    this.#unshared.clear();
    return (this.#shares ^ shareOf(self.id, self, 'alive')) >>> 0;
  }

  /** Whether one more can be taken in, if need be for one that is gone. */
  hasRoom(): boolean {
    return this.#members.size < this.#max || this.#oldestGone() !== undefined;
  }

  /** A row goes from one state into another, or out of the table. */
  #move(member: Member, was: MemberState, is: MemberState | undefined): void {
    if (was === is) return;
    if (was === 'suspect') this.#suspects.delete(member);
    if (is === 'suspect') this.#suspects.add(member);
    if (was === 'alive' || is === 'alive') {
      this.#aliveCount += is === 'alive' ? 1 : -1;
      this.#alive = undefined;
    }
    if (isPresent(was) !== isPresent(is)) this.#present = undefined;
  }

  /** Where a peer stands in the order, or would. */
  #placeOf(peer: PeerId): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#sorted[middle];
      if (there !== undefined && compareIds(there.peer, peer) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldestGone(): void {
    const oldest = this.#oldestGone();
    if (oldest !== undefined) this.remove(oldest.peer);
  }

  #oldestGone(): Member | undefined {
    let oldest: Member | undefined;
    for (const member of this.#members.values()) {
      if (member.state !== 'dead' && member.state !== 'left') continue;
      if (oldest === undefined || member.sinceMs < oldest.sinceMs) oldest = member;
    }
    return oldest;
  }
}

function isPresent(state: MemberState | undefined): boolean {
  return state === 'alive' || state === 'suspect';
}

/** What one member adds to the hash of a table. */
function shareOf(
  peer: PeerId,
  { generation, incarnation }: { generation: number; incarnation: number },
  state: MemberState,
): number {
  const settled = state === 'suspect' ? 'alive' : state;
  return hashText(`${peer}.${generation}.${incarnation}.${settled}`).low;
}

/** A member just heard of, in no state yet. */
export function newMember(update: MemberUpdate, nowMs: number): Member {
  const { peer, generation, incarnation, metaVersion, meta, addresses, signature } = update;
  return {
    peer,
    generation,
    incarnation,
    state: 'joining',
    sinceMs: nowMs,
    knownMs: nowMs,
    metaVersion,
    meta,
    addresses,
    signature,
    heardMs: undefined,
    vouchedMs: undefined,
    rttMs: undefined,
    accusers: new Set(),
    witnessed: false,
    asked: 0,
    clock: new VectorClock(),
    toldMs: undefined,
    agreedAt: undefined,
    differedAt: undefined,
    differences: 0,
  };
}

/** What travels about a member. */
export function updateOf(member: Member, from: PeerId): MemberUpdate {
  const { peer, generation, incarnation, addresses, metaVersion, meta, signature } = member;
  const state = member.state === 'joining' ? 'alive' : member.state;
  return { peer, generation, incarnation, state, from, addresses, metaVersion, meta, signature };
}

/** Takes over a newer record, whole: its signature covers all of it. */
export function takeRecord(member: Member, record: MemberRecord): void {
  member.generation = record.generation;
  member.incarnation = record.incarnation;
  member.addresses = record.addresses;
  member.metaVersion = record.metaVersion;
  member.meta = record.meta;
  member.signature = record.signature;
}

/** A new generation starts with empty memory; what was seen of the old one does not count. */
export function renew(member: Member): void {
  member.clock = new VectorClock();
  member.toldMs = undefined;
  member.agreedAt = undefined;
  member.differedAt = undefined;
  member.differences = 0;
  member.rttMs = undefined;
  member.heardMs = undefined;
  member.vouchedMs = undefined;
}
