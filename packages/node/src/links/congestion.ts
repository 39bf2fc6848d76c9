import type { Link } from './link.js';

/** When a link holds up those who publish. */
export interface CongestionLimits {
  readonly congestedBytes: number;
  readonly drainedBytes: number;
  readonly laggardMs: number;
}

/**
 * Which links hold up publishing.
 *
 * A link that moves nothing for `laggardMs` (its process is frozen, say) no longer counts: its
 * queue is bounded anyway, and one frozen peer must not stop the others from talking.
 */
export class Congestion {
  readonly #limits: CongestionLimits;
  readonly #holding = new Set<Link>();
  readonly #laggards = new Set<Link>();

  constructor(limits: CongestionLimits) {
    this.#limits = limits;
  }

  get congested(): boolean {
    return this.#holding.size > 0;
  }

  /** Looks at one link after something was queued or sent. */
  update(link: Link, readMonotonicMs: () => number): void {
    const waiting = link.saidWaitingBytes;
    if (waiting < this.#limits.drainedBytes) {
      this.remove(link);
    } else if (waiting > this.#limits.congestedBytes && !this.#known(link)) {
      link.progressMs = readMonotonicMs();
      this.#holding.add(link);
    }
  }

  /** The system took something of this link. */
  progress(link: Link, readMonotonicMs: () => number): void {
    link.progressMs = readMonotonicMs();
    if (this.#laggards.delete(link)) this.#holding.add(link);
    if (this.#holding.has(link)) this.update(link, readMonotonicMs);
  }

  /** Gives up waiting for links that stand still. */
  dropLaggards(nowMs: number): void {
    for (const link of this.#holding) {
      if (nowMs - link.progressMs < this.#limits.laggardMs) continue;
      this.#holding.delete(link);
      this.#laggards.add(link);
    }
  }

  remove(link: Link): void {
    this.#holding.delete(link);
    this.#laggards.delete(link);
  }

  #known(link: Link): boolean {
    return this.#holding.has(link) || this.#laggards.has(link);
  }
}
