import type { Address } from '../input.js';
import type { Member, Members } from '../membership/members.js';
import { type Random, sample } from '../random.js';

/** Deaths within this time are one disaster. */
const WINDOW_MS = 10_000;
/** A disaster has killed one in so many. */
const DISASTER_SHARE = 5;
/** Members looked at each second after one. */
const LOOKS_PER_SECOND = 8;
const SECOND_MS = 1_000;
/** After the last death it is over. */
const AFTER_MS = 20_000;

/**
 * With few links a member is watched by few, and when they all die with it nobody notices. So after a
 * disaster those whom nobody may be watching are dialled once, some each second, by everybody who lives.
 */
export class Orphans {
  readonly #members: Members;
  readonly #watches: (member: Member) => boolean;
  readonly #random: Random;
  /** Looked at in this disaster, by the address that was dialled. */
  readonly #looked = new Map<Address, Member>();
  #deaths = 0;
  #firstMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(members: Members, watches: (member: Member) => boolean, random: Random) {
    this.#members = members;
    this.#watches = watches;
    this.#random = random;
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
    const before = this.#members.present().length + this.#deaths;
    if (this.#deaths * DISASTER_SHARE < before) return;
    this.#lastMs = nowMs;
    this.#dueMs = Math.min(this.#dueMs, nowMs + SECOND_MS);
  }

  /** Whom to dial now, if the time has come. */
  take(nowMs: number): Member[] {
    if (nowMs < this.#dueMs) return [];
    if (nowMs - this.#lastMs > AFTER_MS) {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#looked.clear();
      return [];
    }
    this.#dueMs = nowMs + SECOND_MS;
    const looked = new Set(this.#looked.values());
    const open = this.#members.present().filter((member) => {
      return !looked.has(member) && !this.#watches(member) && member.addresses.length > 0;
    });
    const chosen = sample(open, LOOKS_PER_SECOND, this.#random);
    for (const member of chosen) this.#looked.set(member.addresses[0] ?? '', member);
    return chosen;
  }

  /** A dial led nowhere. @returns whom it was to find, if it was one of these */
  unreachable(address: Address): Member | undefined {
    return this.#looked.get(address);
  }
}
