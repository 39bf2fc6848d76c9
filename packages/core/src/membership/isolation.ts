import type { Context } from '../context.js';
import type { Links, OpenLink } from '../overlay/links.js';
import type { Members } from './members.js';
import type { Watch } from './watch.js';

/** Fewer lost peers than this never look like our own fault. */
const LOST_MIN = 2;
/** A loss of most links must last this long before anybody is told: proofs of death come sooner. */
const CONFIRM_MS = 400;

/**
 * "Perhaps it is me": when most peers go at once and nothing proves them dead, this peer is the
 * isolated one. It says so, and buries nobody.
 */
export class Isolation {
  readonly #context: Context;
  readonly #members: Members;
  readonly #links: Links;
  readonly #watch: Watch;
  #sinceMs: number | undefined;
  #told = false;

  constructor(context: Context, members: Members, links: Links, watch: Watch) {
    this.#context = context;
    this.#members = members;
    this.#links = links;
    this.#watch = watch;
  }

  /** Told to the user, and not over. */
  get isolated(): boolean {
    return this.#told;
  }

  /** Most links are gone without proof at this moment, told or not. */
  get suspected(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Verdicts must wait: within the hold, and as long as nobody alive is heard at all. */
  freezesVerdicts(): boolean {
    const { now, config } = this.#context;
    if (this.#sinceMs === undefined || config.isolationHoldMs === 0) return false;
    return now.monotonicMs - this.#sinceMs < config.isolationHoldMs || !this.#hearsAnybody();
  }

  /** To be called after every change of a member's state, before every verdict, and now and then. */
  evaluate(): void {
    const { now, deadlines, outbox } = this.#context;
    const lost = this.#lost();
    if (lost >= LOST_MIN && 2 * lost > this.#watched()) {
      if (this.#sinceMs !== undefined) return;
      this.#sinceMs = now.monotonicMs;
      deadlines.set({ kind: 'isolation' }, now.monotonicMs + CONFIRM_MS);
      return;
    }
    if (this.#sinceMs === undefined) return;
    const afterMs = now.monotonicMs - this.#sinceMs;
    this.#sinceMs = undefined;
    deadlines.cancel({ kind: 'isolation' });
    if (!this.#told) return;
    this.#told = false;
    outbox.emit({ kind: 'isolation-ended', afterMs });
  }

  /** The loss lasted: say it. */
  confirmed(): void {
    if (this.#sinceMs === undefined || this.#told) return;
    this.#told = true;
    this.#context.counters.isolations += 1;
    this.#context.outbox.emit({ kind: 'isolated', lost: this.#lost(), of: this.#watched() });
  }

  #watched(): number {
    return this.#members.present().filter((member) => this.#watch.watches(member)).length;
  }

  /**
   * Of the watched, those that we suspect on our own evidence, and those silent on a link on which
   * heartbeats are due. Asked at every change: a large table has few suspects and few links.
   */
  #lost(): number {
    const suspects = this.#members.suspects().filter(({ witnessed }) => witnessed);
    const silent = this.#links.neighbours().flatMap((link) => {
      const member = this.#isSilent(link) ? this.#members.get(link.peer) : undefined;
      return member?.state === 'alive' || (member?.state === 'suspect' && !member.witnessed)
        ? [member]
        : [];
    });
    return [...suspects, ...silent].filter((member) => this.#watch.watches(member)).length;
  }

  #isSilent(link: OpenLink): boolean {
    const { now, config } = this.#context;
    return now.monotonicMs - link.heardMs > config.heartbeatMs + 2 * config.probeIntervalMs;
  }

  #hearsAnybody(): boolean {
    const { now, config } = this.#context;
    const recentMs = now.monotonicMs - 2 * config.heartbeatMs;
    return this.#members.alive().some((member) => {
      return this.#links.of(member.peer) !== undefined && (member.heardMs ?? 0) > recentMs;
    });
  }
}
