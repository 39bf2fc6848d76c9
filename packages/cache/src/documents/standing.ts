import type { PeerId } from '@hearsay/core';
import {
  DOCUMENT_KEY_BYTES_MAX,
  type DocumentLimits,
  MEMBERS_MAX,
  PIECE_BYTES_MAX,
} from './limits.js';
import { Returning, type ReturningHost } from './returning.js';
import type { BlankPost, BlankQueryPost, HelloPost, StandingPost } from './standing-posts.js';
import { decodeStanding, encodeStanding, type KeptMember } from './standing-record.js';

/** What the standing of a peer needs of whoever holds the documents. */
export interface StandingHost extends ReturningHost {
  readonly limits: DocumentLimits;
  /** Of this opening. */
  readonly session: number;
  readMs(): number;
  wallMs(): number;
  post(post: StandingPost, to: PeerId): void;
  /** What was kept of an earlier run. */
  readonly kept: Uint8Array | undefined;
  /** Has to be kept before anything is said that follows from it. */
  keep(state: Uint8Array): void;
  /** Documents that nobody has open and of which nothing is left since before then. */
  blankBefore(wallMs: number): readonly string[];
  holdsContent(key: string): boolean;
  forget(key: string): void;
}

interface Round {
  readonly era: number;
  readonly keys: Set<string>;
  readonly waiting: Set<PeerId>;
  readonly untilMs: number;
}

const ROUND_EVERY_MS = 10_000;
const ANSWER_MS = 5_000;
/** Who has not said how it stands is asked again. */
const GREET_EVERY_MS = 2_000;
/** When members were last seen is kept so often. */
const KEEP_EVERY_MS = 600_000;
/** Eras are milliseconds, told apart by their last digits when two are proposed in one. */
const ERAS_A_MS = 1_024;

/**
 * Forgets deleted documents, as deleted values are forgotten: once every member is known to hold no
 * content of them. Who was away for longer than `forgetAfterMs` does not count, and begins anew when it
 * returns. Such a one is told by its _era_: a number that all who are asked before something is forgotten
 * take over first. Who comes with a lower one, and is not counted, was not asked.
 */
export class Standing {
  readonly #host: StandingHost;
  readonly #members = new Map<PeerId, KeptMember>();
  /** Neighbours, and when each was last told how we stand. */
  readonly #links = new Map<PeerId, number>();
  readonly #trusted = new Set<PeerId>();
  readonly #returning: Returning;
  #era = 0;
  /** When somebody who is not counted any more was last seen. */
  #expelledMs = 0;
  #round: Round | undefined;
  #roundMs = 0;
  #keptMs: number;
  readonly #beganMs: number;
  /** Members may be unknown until then. */
  #unsureUntilMs = Number.NEGATIVE_INFINITY;

  /** @param hasDocuments some were found, of an earlier run */
  constructor(host: StandingHost, hasDocuments: boolean) {
    this.#host = host;
    this.#returning = new Returning(host);
    this.#keptMs = host.readMs();
    this.#beganMs = host.wallMs();
    const kept = host.kept === undefined ? undefined : decodeStanding(host.kept);
    if (kept !== undefined) {
      this.#era = kept.era;
      this.#expelledMs = kept.expelledMs;
      for (const member of kept.members) this.#members.set(member.peer, member);
    } else if (hasDocuments) {
      // Whoever knows them is not known.
      this.#era = 1;
      this.#unsureUntilMs = host.readMs() + host.limits.forgetAfterMs;
    }
  }

  get members(): number {
    return this.#members.size;
  }

  /** Whether what a neighbour says of documents may be taken. */
  trusts(peer: PeerId): boolean {
    return this.#trusted.has(peer);
  }

  linkUp(peer: PeerId): void {
    this.#trusted.delete(peer);
    this.#greet(peer, true);
  }

  /** A neighbour said something: it may have been there before us. */
  heard(peer: PeerId): void {
    if (!this.#links.has(peer)) this.linkUp(peer);
  }

  linkDown(peer: PeerId): void {
    this.#links.delete(peer);
    this.#trusted.delete(peer);
    if (this.#round?.waiting.has(peer) === true) this.#endRound();
    if (!this.#returning.isTo(peer)) return;
    this.#returning.stop();
    for (const each of this.#links.keys()) this.#greet(each, true);
  }

  /** Members of the mesh that are alive, whether they are neighbours or not. */
  seen(peers: Iterable<PeerId>): void {
    for (const peer of peers) this.#saw(peer);
  }

  received(from: PeerId, post: StandingPost): void {
    this.heard(from);
    switch (post.kind) {
      case 'hello':
        return this.#hello(from, post);
      case 'blank-query':
        return this.#answer(from, post);
      case 'blank':
        return this.#answered(from, post);
      case 'trace': {
        const isKnown = this.#host.isKnown(post.key, post.clients);
        return this.#host.post({ kind: 'traced', key: post.key, isKnown }, from);
      }
      case 'traced':
        if (this.#returning.traced(from, post)) this.#returned();
    }
  }

  tick(): void {
    const nowMs = this.#host.readMs();
    for (const [peer, toldMs] of this.#links) {
      if (this.#trusted.has(peer)) this.#saw(peer);
      else if (nowMs - toldMs >= GREET_EVERY_MS) this.#greet(peer, true);
    }
    this.#expel();
    if (this.#returning.tick()) this.#returned();
    if (this.#round !== undefined && nowMs >= this.#round.untilMs) this.#endRound();
    if (nowMs - this.#roundMs >= ROUND_EVERY_MS) this.#begin(nowMs);
    if (nowMs - this.#keptMs >= KEEP_EVERY_MS) this.#keep();
  }

  #greet(peer: PeerId, asks: boolean): void {
    const wallMs = this.#host.wallMs();
    this.#links.set(peer, this.#host.readMs());
    const members = [...this.#members.values()].map((member) => ({
      peer: member.peer,
      agoMs: Math.max(0, Math.floor(wallMs - member.seenMs)),
    }));
    // While we begin anew, what we hold is not to be taken.
    const yours = this.#returning.isUnderWay ? 0 : (this.#members.get(peer)?.era ?? 0);
    this.#host.post({ kind: 'hello', era: this.#era, yours, asks, members }, peer);
  }

  #hello(from: PeerId, post: HelloPost): void {
    if (this.#returning.isUnderWay) return;
    const { era, yours, asks } = post;
    const counted = this.#members.get(from)?.era ?? 0;
    const wasTrusted = this.#trusted.has(from);
    if (isFine({ ours: this.#era, theirs: era, yours, counted })) {
      this.#accept(from, post);
    } else if (era > this.#era) {
      const since = this.#lostMs(from);
      this.#trusted.clear();
      this.#endRound();
      if (this.#returning.begin(from, era, since)) this.#returned();
      return;
    } else {
      this.#trusted.delete(from);
    }
    if (asks) this.#greet(from, !wasTrusted && !this.#trusted.has(from));
  }

  #accept(from: PeerId, { era, members }: HelloPost): void {
    const wallMs = this.#host.wallMs();
    const { forgetAfterMs } = this.#host.limits;
    const raised = Math.max(era, this.#era, 1);
    const isHigher = raised > this.#era;
    this.#era = raised;
    this.#count({ peer: from, seenMs: wallMs, era: Math.max(era, 1) });
    // Whom it counts must be asked by us too: what it holds may come here by this neighbour.
    for (const { peer, agoMs } of members) {
      if (peer === this.#host.self || agoMs >= forgetAfterMs) continue;
      const known = this.#members.get(peer);
      const seenMs = Math.max(known?.seenMs ?? 0, wallMs - agoMs);
      this.#count({ peer, seenMs, era: known?.era ?? 1 });
    }
    this.#trusted.add(from);
    this.#keep();
    if (isHigher) this.#tellOthers(undefined);
  }

  #tellOthers(but: PeerId | undefined): void {
    for (const peer of this.#trusted) if (peer !== but) this.#greet(peer, false);
  }

  #count(member: KeptMember): void {
    if (this.#members.has(member.peer) || this.#members.size < MEMBERS_MAX) {
      this.#members.set(member.peer, member);
    } else {
      this.#unsureUntilMs = this.#host.readMs() + this.#host.limits.forgetAfterMs;
    }
  }

  #saw(peer: PeerId): void {
    const known = this.#members.get(peer);
    if (known !== undefined) this.#members.set(peer, { ...known, seenMs: this.#host.wallMs() });
  }

  #expel(): void {
    const wallMs = this.#host.wallMs();
    for (const { peer, seenMs } of [...this.#members.values()]) {
      if (this.#trusted.has(peer) || wallMs - seenMs <= this.#host.limits.forgetAfterMs) continue;
      this.#members.delete(peer);
      this.#expelledMs = Math.max(this.#expelledMs, seenMs);
      this.#keep();
    }
  }

  /** When we last may have met the part of the mesh that a neighbour belongs to, or later. */
  #lostMs(from: PeerId): number {
    // Who met nobody yet has made itself what came to be in this run.
    if (this.#era === 0) return this.#beganMs - 1;
    let latestMs = this.#expelledMs;
    for (const { peer, seenMs } of this.#members.values()) {
      if (peer === from || !this.#trusted.has(peer)) latestMs = Math.max(latestMs, seenMs);
    }
    return latestMs === 0 ? Number.POSITIVE_INFINITY : latestMs;
  }

  /** What others have forgotten is gone here too: from now on we are one of them. */
  #returned(): void {
    const { to, era } = this.#returning.stop();
    this.#era = era;
    this.#members.clear();
    this.#count({ peer: to, seenMs: this.#host.wallMs(), era });
    this.#keep();
    for (const peer of this.#links.keys()) this.#greet(peer, true);
  }

  #begin(nowMs: number): void {
    this.#roundMs = nowMs;
    if (this.#round !== undefined || this.#returning.isUnderWay) return;
    if (nowMs < this.#unsureUntilMs) return;
    const blank = this.#blank();
    if (blank.length === 0) return;
    // Nobody ever heard of them.
    if (this.#era === 0) {
      for (const key of blank) this.#host.forget(key);
      return;
    }
    const members = [...this.#members.keys()];
    // Who is alone cannot tell whether the others are gone, or it is.
    if (members.length === 0 || !members.every((peer) => this.#trusted.has(peer))) return;
    const { session } = this.#host;
    const proposed = Math.floor(this.#host.wallMs()) * ERAS_A_MS + (session % ERAS_A_MS);
    const era = Math.max(this.#era + 1, proposed);
    const keys = blank.slice(0, Math.floor(PIECE_BYTES_MAX / (DOCUMENT_KEY_BYTES_MAX + 2)));
    // Whoever comes from now on and was not asked is told by its lower era.
    this.#era = era;
    this.#keep();
    const waiting = new Set(members);
    this.#round = { era, keys: new Set(keys), waiting, untilMs: nowMs + ANSWER_MS };
    for (const peer of members) this.#host.post({ kind: 'blank-query', era, keys }, peer);
  }

  #answer(from: PeerId, { era, keys }: BlankQueryPost): void {
    if (!this.#trusted.has(from)) return;
    if (era > this.#era) {
      this.#era = era;
      this.#keep();
      this.#tellOthers(from);
    }
    const blank = keys.filter((key) => !this.#host.holdsContent(key));
    this.#host.post({ kind: 'blank', era, keys: blank }, from);
  }

  #answered(from: PeerId, { era, keys }: BlankPost): void {
    const round = this.#round;
    if (round === undefined || round.era !== era || !round.waiting.delete(from)) return;
    const member = this.#members.get(from);
    if (member !== undefined) this.#members.set(from, { ...member, era });
    const theirs = new Set(keys);
    for (const key of round.keys) if (!theirs.has(key)) round.keys.delete(key);
    if (round.waiting.size > 0) return;
    this.#keep();
    const gone = this.#blank().filter((key) => round.keys.has(key));
    for (const key of gone) this.#host.forget(key);
    this.#endRound();
    // There may be more of them.
    if (gone.length > 0) this.#roundMs = Number.NEGATIVE_INFINITY;
  }

  /** An editor may have lost its connection before the deletion, and not be back yet. */
  #blank(): readonly string[] {
    return this.#host.blankBefore(this.#host.wallMs() - this.#host.limits.forgetAfterMs);
  }

  #endRound(): void {
    this.#round = undefined;
  }

  #keep(): void {
    this.#keptMs = this.#host.readMs();
    if (this.#era === 0) return;
    const members = [...this.#members.values()];
    this.#host.keep(encodeStanding({ era: this.#era, expelledMs: this.#expelledMs, members }));
  }
}

/** Whether neither side lacks what the other has forgotten. 0 is a peer that never met anybody. */
function isFine({
  ours,
  theirs,
  yours,
  counted,
}: {
  readonly ours: number;
  readonly theirs: number;
  readonly yours: number;
  readonly counted: number;
}): boolean {
  // A counted one that says so has lost what it knew.
  if (ours === 0 || theirs === 0) return counted === 0 && yours === 0;
  // A counted one that comes with less than it had is a copy of itself from before.
  if (theirs < ours) return counted > 0 && theirs >= counted;
  return theirs === ours ? theirs >= counted && ours >= yours : yours > 0 && ours >= yours;
}
