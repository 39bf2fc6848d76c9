import { HearsayError } from '../errors.js';
import { type PeerId, shortId } from '../ids.js';
import type { Address } from '../input.js';
import type { Limits } from '../limits.js';
import { hashText, type StateHash } from '../log/state-hash.js';
import { lacking, narrow, openQuestion, refine } from '../sync/digest/dialogue.js';
import { DigestIndex, type Versioned } from '../sync/digest/digest-index.js';
import type { MergeResult, Replica } from '../sync/replica.js';
import type { Signer } from '../trust/signer.js';
import { Statement } from '../trust/statement.js';
import { type Question, readQuestion, writeQuestion } from '../wire/digest.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { Expiry } from './expiry.js';
import {
  type Announcement,
  encodePiece,
  LEASE_MS_MAX,
  type Presence,
  type PresenceState,
  type RosterPiece,
  readPieces,
  stateOf,
  writeAnnouncement,
} from './presence.js';

const DOMAIN = 'hearsay presence 2';
/** A lease is renewed so often at least; in a large mesh more seldom, so that all together speak three times a second. */
const RENEW_MS_MIN = 60_000;
const RENEW_MS_PER_MEMBER = 300;
const RENEW_MS_MAX = 1_800_000;
/** A lease outlives two renewals that went astray. */
const RENEWALS_PER_LEASE = 3;
/** Clocks of two peers may be this far apart: what is over here may not be over there. */
const SKEW_MS = 10_000;
/** Who is called missing says at most this often that it is not. */
const DENIAL_GAP_MS = 2_000;
/** Deltas leave room for the frame around them. */
const DELTA_BYTES_MAX = 60 * 1_024;
/** News passed on at once; further ones with the next. */
const NEWS_MAX = 64;
/** Of an answer that brought more than what anybody passes on at once, nothing is passed on: others ask for themselves. */
const NEWS_OF_ONE_DELTA_MAX = NEWS_MAX;
/** So few members are told one by one. */
const FEW_MEMBERS = 48;

/**
 * What is known of a member that may be far away.
 *
 * - `present`: it said so itself `ageMs` ago, and its lease runs. It may have died since.
 * - `missing`: a neighbour of it found it gone since it last spoke.
 * - `left`: it said goodbye.
 */
export interface RosterView {
  readonly peer: PeerId;
  readonly generation: number;
  readonly state: PresenceState;
  readonly addresses: readonly Address[];
  /** Its opaque description. */
  readonly meta: Uint8Array;
  /** Since it last spoke. */
  readonly ageMs: number;
}

/**
 * `changes`: who came, went, is missing or describes itself anew, which others should know soon.
 * `renewals`: leases that go on, for which there is time.
 */
export type RosterNews = 'changes' | 'renewals';

export interface RosterOptions {
  readonly peer: PeerId;
  readonly generation: number;
  readonly addresses: () => readonly Address[];
  /** What others are told about us, at most `metaBytesMax`. */
  readonly meta: () => Uint8Array;
  readonly network: string;
  readonly signer: Signer;
  readonly limits: Pick<Limits, 'rosterMembersMax' | 'metaBytesMax'>;
  /** Between two comparisons with one neighbour; undefined: with every round. */
  readonly compareEveryMs?: number;
  /** Leases are absolute times, so that nobody lives on in the memory of those who hear late. */
  readonly readWallMs: () => number;
  /** What is held of a member changed, or nothing is held of it any more. */
  readonly changed?: (peer: PeerId) => void;
}

/** What is kept of one member. */
class Seat implements Versioned {
  readonly nameHash: StateHash;
  presence: Presence;

  constructor(presence: Presence) {
    this.nameHash = hashText(presence.peer);
    this.presence = presence;
  }

  get version(): number {
    return versionOf(this.presence);
  }
}

/** What was said later counts; of one announcement, that its member is missing since. */
function versionOf({ saidMs, missing }: Presence): number {
  return 2 * saidMs + (missing ? 1 : 0);
}

/**
 * Who is there, where a table of all members with a verdict on each no longer fits: each member
 * announces itself under a lease and renews it, and what nobody renews goes. A replica, so whatever
 * broadcast loses is repaired; `takeNews` is what to pass on to a few neighbours now and then.
 */
export class Roster implements Replica {
  readonly #options: RosterOptions;
  readonly #statement: Statement;
  readonly #seats = new Map<PeerId, Seat>();
  readonly #index = new DigestIndex<Seat>();
  readonly #expiry = new Expiry();
  readonly #changes = new Set<PeerId>();
  readonly #renewals = new Set<PeerId>();
  #turn = 0;
  #ignored = 0;
  #hasLeft = false;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#statement = new Statement(new Writer().text(DOMAIN).text(options.network));
  }

  /** Members known, ourselves and those that left among them. */
  get size(): number {
    return this.#seats.size;
  }

  /** Members for which there was no room, each time they came. */
  get ignored(): number {
    return this.#ignored;
  }

  get compareEveryMs(): number | undefined {
    return this.#options.compareEveryMs;
  }

  /** Whether further members are ignored. */
  get isFull(): boolean {
    return this.#seats.size >= this.#options.limits.rosterMembersMax;
  }

  /** Whether somebody should know something soon. */
  get hasChanges(): boolean {
    return this.#changes.size > 0;
  }

  get(peer: PeerId): RosterView | undefined {
    const seat = this.#seats.get(peer);
    return seat && this.#viewOf(seat.presence);
  }

  /** What is held of a member, as it was signed. */
  presence(peer: PeerId): Presence | undefined {
    return this.#seats.get(peer)?.presence;
  }

  *list(): Generator<RosterView> {
    for (const { presence } of this.#seats.values()) yield this.#viewOf(presence);
  }

  /** Announces us when it is time, and drops what is over; to be called about once a second. */
  tick(): void {
    const nowMs = this.#options.readWallMs();
    for (const peer of this.#expiry.due(nowMs)) {
      const seat = this.#seats.get(peer);
      if (seat !== undefined && isOver(seat.presence, nowMs)) this.#drop(peer, seat);
    }
    const own = this.#seats.get(this.#options.peer)?.presence;
    if (own === undefined && this.isFull) return;
    if (this.#hasLeft || (own !== undefined && own.generation > this.#options.generation)) return;
    // A lease from when there were fewer is short, however seldom all now speak.
    const dueMs = Math.min(this.#renewMs(), (own?.leaseMs ?? 0) / RENEWALS_PER_LEASE);
    const afterMs = this.#isDenied(own) ? DENIAL_GAP_MS : dueMs;
    if (own === undefined || nowMs - own.saidMs >= afterMs) {
      this.#announce(RENEWALS_PER_LEASE * this.#renewMs());
    }
  }

  /** What we say of ourselves changed: it is said anew, if we speak at all. */
  describe(): void {
    const own = this.#seats.get(this.#options.peer)?.presence;
    if (own !== undefined && !this.#hasLeft) this.#announce(RENEWALS_PER_LEASE * this.#renewMs());
  }

  /** Says goodbye; nothing is announced from now on. */
  leave(): void {
    this.#hasLeft = true;
    this.#announce(0);
  }

  /** A neighbour was found dead: whoever hears of it sees it missing until it speaks again. */
  miss(peer: PeerId): void {
    const presence = this.#seats.get(peer)?.presence;
    if (presence === undefined || presence.leaseMs === 0 || presence.missing) return;
    this.#put({ ...presence, missing: true });
  }

  /** What came in since this was last asked, one kind or both, as deltas for a few neighbours. */
  takeNews(kind?: RosterNews): readonly Uint8Array[] {
    const waiting = [
      ...(kind === 'renewals' ? [] : this.#changes),
      ...(kind === 'changes' ? [] : this.#renewals),
    ];
    const pieces = waiting.slice(0, NEWS_MAX).flatMap((peer): RosterPiece[] => {
      this.#forgetNews(peer);
      const presence = this.#seats.get(peer)?.presence;
      return presence === undefined ? [] : [{ kind: 'presence', presence }];
    });
    return [...pack(pieces)];
  }

  contentHash(): StateHash {
    return this.#index.root;
  }

  summary(): Uint8Array {
    const whole = { level: 0, index: 0 };
    return this.#encode(
      this.#seats.size <= FEW_MEMBERS
        ? { hashes: [], entries: [{ part: whole, entries: this.#index.entriesOf(whole) }] }
        : openQuestion(this.#index),
    );
  }

  /** @throws HearsayError `malformed` */
  missing(summary: Uint8Array): Iterable<Uint8Array> {
    const reader = new Reader(summary);
    const question = readQuestion(reader);
    reader.end();
    return pack(this.#answer(question));
  }

  /**
   * Takes over what is newer and not over.
   * @throws HearsayError `malformed`, `forged`
   */
  merge(delta: Uint8Array): MergeResult {
    const taken: PeerId[] = [];
    let next: Uint8Array | undefined;
    for (const piece of readPieces(delta, this.#options.limits.metaBytesMax)) {
      if (piece.kind === 'narrowing') next = this.#refine(piece);
      else if (this.#take(piece.presence)) taken.push(piece.presence.peer);
    }
    if (taken.length > NEWS_OF_ONE_DELTA_MAX) for (const peer of taken) this.#forgetNews(peer);
    return { added: taken.length, next };
  }

  #take(presence: Presence): boolean {
    const nowMs = this.#options.readWallMs();
    const known = this.#seats.get(presence.peer);
    if (known !== undefined && versionOf(presence) <= known.version) return false;
    // What claims to be of the future could not be overtaken by what its member says next.
    if (isOver(presence, nowMs) || presence.saidMs > nowMs + SKEW_MS) return false;
    if (known === undefined && this.#seats.size >= this.#options.limits.rosterMembersMax) {
      this.#ignored += 1;
      return false;
    }
    // Of what we hold already only the hearsay is new.
    if (known?.presence.saidMs !== presence.saidMs) this.#check(presence);
    this.#put(
      known?.presence.saidMs === presence.saidMs ? { ...known.presence, missing: true } : presence,
    );
    return true;
  }

  #check(presence: Presence): void {
    const { peer, signature } = presence;
    if (this.#options.signer.verify(peer, this.#statementOf(presence), signature)) return;
    throw new HearsayError('forged', `the presence of ${shortId(peer)} is not signed by it`);
  }

  #announce(leaseMs: number): void {
    const { peer, generation, addresses, meta, signer, readWallMs } = this.#options;
    const before = this.#seats.get(peer)?.presence.saidMs ?? 0;
    const saidMs = Math.max(readWallMs(), before + 1);
    const lease = Math.min(leaseMs, LEASE_MS_MAX);
    const said = { peer, generation, saidMs, leaseMs: lease };
    const announcement = { ...said, addresses: addresses(), meta: meta() };
    const signature = signer.sign(this.#statementOf(announcement));
    this.#put({ ...announcement, signature, missing: false });
  }

  #put(presence: Presence): void {
    const { peer, saidMs, leaseMs } = presence;
    const known = this.#seats.get(peer);
    const isRenewal = known !== undefined && isSame(known.presence, presence);
    const seat = known ?? new Seat(presence);
    this.#seats.set(peer, seat);
    this.#index.change(seat, () => {
      seat.presence = presence;
    });
    this.#expiry.watch(peer, endOf(saidMs, leaseMs));
    if (isRenewal && !this.#changes.has(peer)) this.#renewals.add(peer);
    else this.#changes.add(peer);
    if (!isRenewal) this.#options.changed?.(peer);
  }

  #forgetNews(peer: PeerId): void {
    this.#changes.delete(peer);
    this.#renewals.delete(peer);
  }

  #drop(peer: PeerId, seat: Seat): void {
    this.#seats.delete(peer);
    this.#index.remove(seat);
    this.#forgetNews(peer);
    this.#options.changed?.(peer);
  }

  /** Whether others say of us what is not so. */
  #isDenied(own: Presence | undefined): boolean {
    return (
      own !== undefined &&
      (own.missing || own.generation < this.#options.generation || own.leaseMs === 0)
    );
  }

  #renewMs(): number {
    const sharedMs = RENEW_MS_PER_MEMBER * this.#seats.size;
    return Math.min(Math.max(sharedMs, RENEW_MS_MIN), RENEW_MS_MAX);
  }

  *#answer(question: Question): Generator<RosterPiece> {
    this.#turn += 1;
    const narrowing = narrow(this.#index, question, this.#turn);
    if (narrowing.hashes.length + narrowing.parts.length > 0)
      yield { kind: 'narrowing', narrowing };
    for (const [{ presence }] of lacking(this.#index, question))
      yield { kind: 'presence', presence };
  }

  #refine({ narrowing }: RosterPiece & { kind: 'narrowing' }): Uint8Array | undefined {
    this.#turn += 1;
    const question = refine(this.#index, narrowing, this.#turn);
    return question && this.#encode(question);
  }

  #encode(question: Question): Uint8Array {
    const writer = new Writer();
    writeQuestion(writer, question);
    return writer.finish();
  }

  #statementOf(announcement: Announcement): Uint8Array {
    return this.#statement.of(writeAnnouncement(new Writer(), announcement).finish());
  }

  #viewOf(presence: Presence): RosterView {
    const { peer, generation, addresses, meta, saidMs } = presence;
    const ageMs = Math.max(0, this.#options.readWallMs() - saidMs);
    return { peer, generation, state: stateOf(presence), addresses, meta, ageMs };
  }
}

/** A lease that ran out, everywhere; a goodbye is kept for as long as an older lease could run. */
function isOver({ saidMs, leaseMs }: Presence, nowMs: number): boolean {
  return nowMs > endOf(saidMs, leaseMs);
}

function endOf(saidMs: number, leaseMs: number): number {
  return saidMs + (leaseMs === 0 ? LEASE_MS_MAX : leaseMs) + SKEW_MS;
}

/** Whether nothing but the lease is new. */
function isSame(one: Presence, other: Presence): boolean {
  const [before, after] = [one.addresses, other.addresses];
  return (
    one.generation === other.generation &&
    stateOf(one) === stateOf(other) &&
    before.length === after.length &&
    before.every((address, index) => address === after[index]) &&
    one.meta.length === other.meta.length &&
    one.meta.every((byte, index) => byte === other.meta[index])
  );
}

/** Groups pieces into deltas that fit a frame. */
function* pack(pieces: Iterable<RosterPiece>): Generator<Uint8Array> {
  let writer = new Writer();
  for (const piece of pieces) {
    const bytes = encodePiece(piece);
    if (writer.length > 0 && writer.length + bytes.length > DELTA_BYTES_MAX) {
      yield writer.finish();
      writer = new Writer();
    }
    writer.raw(bytes);
  }
  if (writer.length > 0) yield writer.finish();
}
