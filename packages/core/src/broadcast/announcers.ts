import type { PeerId } from '../ids.js';
import type { LinkId } from '../input.js';

/** Announcements in a row that nothing came of before those of a neighbour are ignored. */
const ANNOUNCER_CREDIT = 64;
/** A neighbour that took over a tree and then did not bring what it told of early. */
const BROKEN_PROMISE_COST = 8;
/** For so long; then it has a part of its credit back. */
const ANNOUNCER_IGNORED_MS = 30_000;
const CREDIT_AFTERWARDS = ANNOUNCER_CREDIT / 4;
/** Answers to grafts are bounded by what a neighbour may have in this time. */
const ANSWER_REFILL_MS = 1_000;

/** Bounds on what announcers make us ask for, and us answer. */
export interface AnnouncerLimits {
  /** Neighbours of which it is remembered how far they are believed; the one remembered the longest makes room. */
  readonly announcerStandingsMax: number;
  /** Bytes in answer to the grafts of one neighbour, in a second. */
  readonly pullBytesMax: number;
}

interface Standing {
  credit: number;
  ignoredUntilMs: number;
  /** Bytes that it may still be sent for its grafts, as of a time. */
  answerBytes: number;
  answeredMs: number;
}

/**
 * How far neighbours are believed who announce batches. Each that was asked for and served pays back
 * what one costs that was not: whoever announces what it has not, or does not hand over what it has, is
 * soon ignored for a while. Honest neighbours on lossy links serve more than they lose.
 *
 * A standing belongs to the peer and outlives its links, so that nobody is forgiven for coming back.
 */
export class Announcers {
  readonly #limits: AnnouncerLimits;
  readonly #standings = new Map<PeerId, Standing>();
  readonly #peers = new Map<LinkId, PeerId>();

  constructor(limits: AnnouncerLimits) {
    this.#limits = limits;
  }

  linkUp(link: LinkId, peer: PeerId): void {
    this.#peers.set(link, peer);
  }

  linkDown(link: LinkId): void {
    this.#peers.delete(link);
  }

  /** Whether what it announces is not to be listened to now. */
  isIgnored(link: LinkId, nowMs: number): boolean {
    const standing = this.#known(link);
    return standing !== undefined && nowMs < standing.ignoredUntilMs;
  }

  /** It brought what it was asked for. */
  served(link: LinkId): void {
    const standing = this.#known(link);
    if (standing !== undefined) standing.credit = Math.min(ANNOUNCER_CREDIT, standing.credit + 1);
  }

  /** What it announced was asked for and did not come. @returns whether it is ignored from now on */
  failed(link: LinkId, nowMs: number): boolean {
    return this.#charge(link, 1, nowMs);
  }

  /** It was to relay what it announced so early, and did not. @returns as `failed` */
  brokePromise(link: LinkId, nowMs: number): boolean {
    return this.#charge(link, BROKEN_PROMISE_COST, nowMs);
  }

  /** Whether a neighbour may be sent something in answer: what it may have is not used up. */
  mayAnswer(link: LinkId, nowMs: number): boolean {
    // The last answer may overdraw, so that a batch of any size is sent once.
    return this.#filled(link, nowMs).answerBytes > 0;
  }

  /** Something was sent in answer. */
  answered(link: LinkId, bytes: number, nowMs: number): void {
    this.#filled(link, nowMs).answerBytes -= bytes;
  }

  #filled(link: LinkId, nowMs: number): Standing {
    const standing = this.#of(link, nowMs);
    const max = this.#limits.pullBytesMax;
    const earned = (max * (nowMs - standing.answeredMs)) / ANSWER_REFILL_MS;
    standing.answerBytes = Math.min(max, standing.answerBytes + earned);
    standing.answeredMs = nowMs;
    return standing;
  }

  #charge(link: LinkId, cost: number, nowMs: number): boolean {
    const standing = this.#of(link, nowMs);
    if (nowMs < standing.ignoredUntilMs) return false;
    standing.credit -= cost;
    if (standing.credit > 0) return false;
    standing.credit = CREDIT_AFTERWARDS;
    standing.ignoredUntilMs = nowMs + ANNOUNCER_IGNORED_MS;
    return true;
  }

  #known(link: LinkId): Standing | undefined {
    const peer = this.#peers.get(link);
    return peer === undefined ? undefined : this.#standings.get(peer);
  }

  #of(link: LinkId, nowMs: number): Standing {
    const known = this.#known(link);
    if (known !== undefined) return known;
    const { announcerStandingsMax, pullBytesMax } = this.#limits;
    const standing = {
      credit: ANNOUNCER_CREDIT,
      ignoredUntilMs: Number.NEGATIVE_INFINITY,
      answerBytes: pullBytesMax,
      answeredMs: nowMs,
    };
    const peer = this.#peers.get(link);
    if (peer === undefined) return standing;
    this.#standings.set(peer, standing);
    const [oldest] = this.#standings.keys();
    if (this.#standings.size > announcerStandingsMax && oldest !== undefined)
      this.#standings.delete(oldest);
    return standing;
  }
}
