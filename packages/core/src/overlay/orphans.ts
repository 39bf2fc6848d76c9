import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';
import type { Member, Members } from '../membership/members.js';
import { type Random, sample } from '../random.js';
import type { Census } from '../roster/census.js';
import { stateOf } from '../roster/presence.js';

/** Deaths within this time are one disaster. */
const WINDOW_MS = 10_000;
/** A disaster has killed one in so many. */
const DISASTER_SHARE = 5;
/** Members looked at each second after one. */
const LOOKS_PER_SECOND = 8;
const SECOND_MS = 1_000;
/** After the last death it is over. */
const AFTER_MS = 20_000;

/** Whoever may have died unnoticed. */
interface Orphan {
  readonly peer: PeerId;
  readonly addresses: readonly Address[];
}

/**
 * With few links a member is watched by few, and when they all die with it nobody notices. So after a
 * disaster those whom nobody may be watching are dialled once, some each second, by everybody who lives.
 */
export class Orphans {
  readonly #members: Members;
  readonly #census: Census;
  readonly #watches: (member: Member) => boolean;
  readonly #random: Random;
  /** Looked at in this disaster, by the address that was dialled. */
  readonly #looked = new Map<Address, PeerId>();
  #deaths = 0;
  #firstMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(parts: {
    members: Members;
    census: Census;
    watches: (member: Member) => boolean;
    random: Random;
  }) {
    this.#members = parts.members;
    this.#census = parts.census;
    this.#watches = parts.watches;
    this.#random = parts.random;
  }

  /** When to look next. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Somebody died. */
  died(nowMs: number): void {
    if (nowMs - this.#firstMs > WINDOW_MS) {
      this.#deaths = 0;
      this.#firstMs = nowMs;
    }
    this.#deaths += 1;
    const before = this.#members.presentCount + this.#census.present + this.#deaths;
    if (this.#deaths * DISASTER_SHARE < before) return;
    this.#lastMs = nowMs;
    this.#dueMs = Math.min(this.#dueMs, nowMs + SECOND_MS);
  }

  /** Whom to dial now, if the time has come. */
  take(nowMs: number): Orphan[] {
    if (nowMs < this.#dueMs) return [];
    if (nowMs - this.#lastMs > AFTER_MS) {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#looked.clear();
      return [];
    }
    this.#dueMs = nowMs + SECOND_MS;
    const looked = new Set(this.#looked.values());
    const open = this.#unwatched().filter(({ peer, addresses }) => {
      return !looked.has(peer) && addresses.length > 0;
    });
    const chosen = sample(open, LOOKS_PER_SECOND, this.#random);
    for (const { peer, addresses } of chosen) this.#looked.set(addresses[0] ?? '', peer);
    return chosen;
  }

  #unwatched(): Orphan[] {
    const rows = this.#members.present().filter((member) => !this.#watches(member));
    const leases = [...this.#census.all()].filter((one) => stateOf(one) === 'present');
    return [...rows, ...leases];
  }

  /** A dial led nowhere. @returns whom it was to find, if it was one of these */
  unreachable(address: Address): PeerId | undefined {
    return this.#looked.get(address);
  }
}
