import type { PeerId } from '@hearsay/core';
import type { ReplicationLimits } from './limits.js';

interface Account {
  /** Bytes that it may still be told at once. */
  left: number;
  atMs: number;
}

/** What an answer costs at least: to look for what is missing takes time, also when there is nothing. */
const ANSWER_BYTES_MIN = 16_384;
const MS_PER_SECOND = 1_000;
/** Of a store: who lost parts of what it was told is told them again. */
const SHARE_OF_STORE = 1.5;

/**
 * How much each neighbour is told in repairs. A newcomer may have all there is at once, with a half more for
 * what is lost on the way; who has had it gets no more than a rate, however often it asks. It holds over
 * links: who dials anew has not less behind it.
 */
export class AnswerAllowance {
  readonly #limits: ReplicationLimits;
  readonly #accounts = new Map<PeerId, Account>();

  constructor(limits: ReplicationLimits) {
    this.#limits = limits;
  }

  /** @param storeBytes what all there is takes. @returns milliseconds until it may be told more */
  pauseMs(peer: PeerId, nowMs: number, storeBytes: number): number {
    const account = this.#accounts.get(peer);
    if (account === undefined) return 0;
    const { answerBytesPerSecond } = this.#limits;
    const most = this.#most(storeBytes);
    const earned = ((nowMs - account.atMs) * answerBytesPerSecond) / MS_PER_SECOND;
    account.left = Math.min(most, account.left + earned);
    account.atMs = nowMs;
    if (account.left >= most) this.#accounts.delete(peer);
    if (account.left > 0) return 0;
    return Math.ceil((-account.left * MS_PER_SECOND) / answerBytesPerSecond) + 1;
  }

  /** An answer begins. */
  began(peer: PeerId, nowMs: number, storeBytes: number): void {
    if (!this.#accounts.has(peer)) {
      this.#accounts.set(peer, { left: this.#most(storeBytes), atMs: nowMs });
      this.#makeRoom();
    }
    this.spent(peer, ANSWER_BYTES_MIN);
  }

  spent(peer: PeerId, bytes: number): void {
    const account = this.#accounts.get(peer);
    if (account !== undefined) account.left -= bytes;
  }

  #most(storeBytes: number): number {
    return this.#limits.answerBurstBytes + SHARE_OF_STORE * storeBytes;
  }

  /** The one that was told something the longest ago is let go of. */
  #makeRoom(): void {
    for (const peer of this.#accounts.keys()) {
      if (this.#accounts.size <= this.#limits.streamsMax) return;
      this.#accounts.delete(peer);
    }
  }
}
