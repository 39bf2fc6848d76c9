import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Links, OpenLink } from '../overlay/links.js';
import type { MemberUpdate } from './member.js';
import type { Members } from './members.js';

/** An empty budget is full again after this long, if nobody of whom it was spent was ever met. */
const REFILL_MS = 8_000;
/**
 * Taken in one turn. Each costs a signature check, an event that screens and disks react to, a dial, and
 * frames to others: some milliseconds at each peer, and what others say is to be heard in between.
 */
const A_TURN = 4;
/** Until the next turn, or for each of one: 200 a second, as long as they are met. */
const TURN_GAP_MS = 20;
/** Of those that nobody meets one is taken in this long: 25 a second. */
const UNMET_GAP_MS = 40;
/** A peer that has just come hears of everybody at once, and nobody waits for it yet. */
const FIRST_MS = 3_000;

interface Budget {
  left: number;
  atMs: number;
}

interface Waiting {
  readonly update: MemberUpdate;
  readonly link: OpenLink;
}

/** What newcomers are taken in by. */
export interface NewcomersParts {
  readonly context: Context;
  readonly members: Members;
  readonly links: Links;
  /** Whether nobody's word counts here, as of members far away in a large mesh. */
  readonly ignores: (update: MemberUpdate) => boolean;
  /** @throws HearsayError `forged` */
  readonly apply: (update: MemberUpdate, link: OpenLink) => void;
  /** @throws what is not the fault of the neighbour */
  readonly blame: (link: OpenLink, error: unknown) => void;
}

/**
 * Members that a neighbour tells us of and that we never heard of. An identity costs nothing, so that
 * its record is signed proves nothing; and everybody we take in is probed, dialled and told to others.
 * So a neighbour introduces people on credit: so many at once, and one more for each that we then meet
 * in person. Who is left out comes again with the next table, or in person. Those who are let in take
 * turns, a few at a time, and slowly while they are not met. See docs/decisions/0023-introductions-on-credit.md.
 */
export class Newcomers {
  readonly #parts: NewcomersParts;
  readonly #budgets = new WeakMap<OpenLink, Budget>();
  /** Who was introduced by whom and not met yet; as many as there may be members. */
  readonly #debts = new Map<PeerId, Budget>();
  /** At most what all budgets let in: `newcomersPerLinkMax` for each link. */
  #waiting: Waiting[] = [];
  #nextMs = Number.NEGATIVE_INFINITY;
  /** How many may be taken now; a fraction of one is kept. */
  #left = A_TURN;
  #filledMs = Number.NEGATIVE_INFINITY;
  /** When we first heard of anybody. */
  #firstMs: number | undefined;

  constructor(parts: NewcomersParts) {
    this.#parts = parts;
  }

  /**
   * Takes what a neighbour tells of members: known ones at once, unknown ones in their turn.
   * @throws HearsayError `forged`
   */
  heard(link: OpenLink, updates: readonly MemberUpdate[]): void {
    for (const update of updates) {
      if (this.#parts.ignores(update)) continue;
      if (this.#isKnown(update, link)) this.#parts.apply(update, link);
      else if (this.#spend(link)) this.#waiting.push({ update, link });
    }
    this.#takeTurn();
  }

  /** The time of the next turn has come. */
  turn(): void {
    this.#takeTurn();
  }

  /** Somebody opened a link to us or we to it: whoever introduced it may introduce one more. */
  met(peer: PeerId): void {
    const budget = this.#debts.get(peer);
    if (budget === undefined) return;
    this.#debts.delete(peer);
    this.#repay(budget);
    this.#left = Math.min(A_TURN, this.#left + 1);
    if (this.#waiting.length > 0) this.#wake(0);
  }

  #takeTurn(): void {
    const { context, links } = this.#parts;
    if (this.#waiting.length === 0) return;
    const gapMs = this.#fill();
    const isTurn = context.now.monotonicMs >= this.#nextMs;
    // Who has just come has nothing else to do; later one at a time leaves others room in between.
    const atOnce = this.#isNew ? A_TURN : 1;
    if (isTurn) this.#nextMs = context.now.monotonicMs + (TURN_GAP_MS * atOnce) / A_TURN;
    let taken = 0;
    let strangers = 0;
    for (const { update, link } of this.#waiting) {
      const isKnown = this.#isKnown(update, link);
      if (!isKnown && (this.#left < 1 || !isTurn || strangers >= atOnce)) break;
      taken += 1;
      if (!isKnown) strangers += 1;
      const budget = this.#budgets.get(link);
      if (links.isClosing(link) || budget === undefined) continue;
      // Somebody else was faster, so nobody is owed for it.
      if (isKnown) this.#repay(budget);
      else this.#left -= 1;
      this.#introduce(update, link, budget);
    }
    this.#waiting = this.#waiting.slice(taken);
    if (this.#waiting.length > 0) this.#wake(Math.max(0, 1 - this.#left) * gapMs);
  }

  /** Adds what time has brought. @returns milliseconds that it takes for one */
  #fill(): number {
    const { monotonicMs: nowMs } = this.#parts.context.now;
    this.#firstMs ??= nowMs;
    const gapMs = this.#isNew ? TURN_GAP_MS / A_TURN : UNMET_GAP_MS;
    this.#left = Math.min(A_TURN, this.#left + (nowMs - this.#filledMs) / gapMs);
    this.#filledMs = nowMs;
    return gapMs;
  }

  /** Nobody was heard of until a moment ago. */
  get #isNew(): boolean {
    return this.#parts.context.now.monotonicMs - (this.#firstMs ?? 0) < FIRST_MS;
  }

  #wake(afterMs: number): void {
    const { now, deadlines } = this.#parts.context;
    const dueMs = Math.max(this.#nextMs, now.monotonicMs + afterMs);
    deadlines.setNoLater({ kind: 'newcomers' }, dueMs);
  }

  #introduce(update: MemberUpdate, link: OpenLink, budget: Budget): void {
    const { context, members, apply, blame } = this.#parts;
    const wasKnown = members.get(update.peer) !== undefined;
    try {
      apply(update, link);
    } catch (error) {
      return blame(link, error);
    }
    if (wasKnown || members.get(update.peer) === undefined) return;
    this.#debts.set(update.peer, budget);
    const [oldest] = this.#debts.keys();
    if (this.#debts.size > context.limits.membersMax && oldest !== undefined) {
      this.#debts.delete(oldest);
    }
  }

  #isKnown({ peer }: MemberUpdate, link: OpenLink): boolean {
    const { context, members } = this.#parts;
    return peer === link.peer || peer === context.self.id || members.get(peer) !== undefined;
  }

  #spend(link: OpenLink): boolean {
    const { now, limits, counters } = this.#parts.context;
    const max = limits.newcomersPerLinkMax;
    const budget = this.#budgets.get(link) ?? { left: max, atMs: now.monotonicMs };
    this.#budgets.set(link, budget);
    const earned = (max * (now.monotonicMs - budget.atMs)) / REFILL_MS;
    budget.left = Math.min(max, budget.left + earned);
    budget.atMs = now.monotonicMs;
    if (budget.left < 1) {
      counters.newcomersIgnored += 1;
      return false;
    }
    budget.left -= 1;
    return true;
  }

  #repay(budget: Budget): void {
    budget.left = Math.min(this.#parts.context.limits.newcomersPerLinkMax, budget.left + 1);
  }
}
