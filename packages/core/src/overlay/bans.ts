import type { PeerId } from '../ids.js';

/** How long whoever lied is not let in again; as long as we wait before we dial it. */
const BAN_MS = 30_000;

interface Ban {
  readonly untilMs: number;
  readonly reason: string;
}

/**
 * Peers that lost their link for what they forged. Without this a liar would be back in a few milliseconds
 * and lie on. An identity costs nothing, so this bounds one liar and not a crowd of them.
 */
export class Bans {
  readonly #max: number;
  readonly #bans = new Map<PeerId, Ban>();

  /** @param max as many are remembered; the oldest is let in again */
  constructor(max: number) {
    this.#max = max;
  }

  /** It is not let in for a while. */
  add(peer: PeerId, reason: string, nowMs: number): void {
    this.#bans.delete(peer);
    this.#bans.set(peer, { reason, untilMs: nowMs + BAN_MS });
    const [oldest] = this.#bans.keys();
    if (this.#bans.size > this.#max && oldest !== undefined) this.#bans.delete(oldest);
  }

  /** Why it is not let in now, and for how long, or undefined when it is welcome. */
  reasonFor(peer: PeerId, nowMs: number): string | undefined {
    const ban = this.#bans.get(peer);
    if (ban === undefined) return undefined;
    if (nowMs < ban.untilMs) {
      const seconds = Math.ceil((ban.untilMs - nowMs) / 1_000);
      return `not let in for ${seconds} s: ${ban.reason}`;
    }
    this.#bans.delete(peer);
    return undefined;
  }
}
