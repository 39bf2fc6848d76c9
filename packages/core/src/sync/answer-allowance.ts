import type { PeerId } from '../ids.js';

/** How much a neighbour is told. */
export interface AllowanceLimits {
  /** At once, beside a share of all there is. */
  readonly burstBytes: number;
  /** A second, from then on. */
  readonly bytesPerSecond: number;
  /** Neighbours that are remembered; the one that was told something the longest ago makes room. */
  readonly accountsMax: number;
}

/** What there is to tell. */
export interface AnswerContent {
  /** Bytes that an answer to somebody who has nothing takes, about. */
  readonly heldBytes: number;
  /** Bytes that came so far, whatever became of them: what is new was told to nobody. */
  readonly arrivedBytes: number;
}

interface Account {
  /** Bytes that it may still be told at once. */
  left: number;
  atMs: number;
  arrivedBytes: number;
}

/** What an answer costs at least: to look for what is missing takes time, also when there is nothing. */
const ANSWER_BYTES_MIN = 16_384;
const MS_PER_SECOND = 1_000;
/** Of what there is: who lost parts of what it was told is told them again. */
const SHARE_OF_ALL = 1.5;

/**
 * How much each neighbour is told in repairs. A newcomer may have all there is at once, with a half more for
 * what is lost on the way, and what is new as it comes; who has had it gets no more than a rate, however often
 * it asks. It holds over links: who dials anew has not less behind it.
 */
export class AnswerAllowance {
  readonly #limits: AllowanceLimits;
  readonly #accounts = new Map<PeerId, Account>();

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  /** @returns milliseconds until it may be told more */
  pauseMs(peer: PeerId, nowMs: number, content: AnswerContent): number {
    const account = this.#accounts.get(peer);
    if (account === undefined) return 0;
    const { bytesPerSecond } = this.#limits;
    const most = this.#most(content);
    const isNew = SHARE_OF_ALL * (content.arrivedBytes - account.arrivedBytes);
    const earned = ((nowMs - account.atMs) * bytesPerSecond) / MS_PER_SECOND;
    account.left = Math.min(most, account.left + isNew + earned);
    account.atMs = nowMs;
    account.arrivedBytes = content.arrivedBytes;
    if (account.left >= most) this.#accounts.delete(peer);
    if (account.left > 0) return 0;
    return Math.ceil((-account.left * MS_PER_SECOND) / bytesPerSecond) + 1;
  }

  /** An answer begins. */
  began(peer: PeerId, nowMs: number, content: AnswerContent): void {
    if (!this.#accounts.has(peer)) {
      const { arrivedBytes } = content;
      this.#accounts.set(peer, { left: this.#most(content), atMs: nowMs, arrivedBytes });
      this.#makeRoom();
    }
    this.spent(peer, ANSWER_BYTES_MIN);
  }

  spent(peer: PeerId, bytes: number): void {
    const account = this.#accounts.get(peer);
    if (account !== undefined) account.left -= bytes;
  }

  #most({ heldBytes }: AnswerContent): number {
    return this.#limits.burstBytes + SHARE_OF_ALL * heldBytes;
  }

  #makeRoom(): void {
    for (const peer of this.#accounts.keys()) {
      if (this.#accounts.size <= this.#limits.accountsMax) return;
      this.#accounts.delete(peer);
    }
  }
}
