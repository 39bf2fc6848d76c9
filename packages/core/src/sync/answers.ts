import type { Context } from '../context.js';
import type { Links, OpenLink } from '../overlay/links.js';
import type { ReplicaId, Want } from '../wire/sync.js';

/** Who loses parts of an answer is not sent another one at once: it would lose that too. */
const LAGGED_PAUSE_MS = 1_000;

/** What one neighbour asks of one replica. */
interface Asker {
  nextMs: number;
  waiting: Want | undefined;
}

/**
 * Paces answers to pulls: one in `answerIntervalMs` for each neighbour and replica. An answer may be
 * ten thousand times as large as its question. Of what is asked meanwhile only the newest question
 * waits, so asking more often gains nothing.
 */
export class Answers {
  readonly #context: Context;
  readonly #links: Links;
  readonly #serve: (link: OpenLink, want: Want) => void;
  readonly #pauseMs: (link: OpenLink, want: Want) => number;
  /** By neighbour, then by replica: those that are here, so nobody can make it grow. */
  readonly #askers = new Map<OpenLink, Map<ReplicaId, Asker>>();
  readonly #pausedMs = new WeakMap<OpenLink, number>();

  constructor(
    context: Context,
    links: Links,
    handlers: {
      readonly serve: (link: OpenLink, want: Want) => void;
      /** Until its replica tells this neighbour more, in milliseconds. */
      readonly pauseMs: (link: OpenLink, want: Want) => number;
    },
  ) {
    this.#context = context;
    this.#links = links;
    this.#serve = handlers.serve;
    this.#pauseMs = handlers.pauseMs;
  }

  want(link: OpenLink, want: Want): void {
    const { now, config, deadlines } = this.#context;
    const asker = this.#askerOf(link, want.replica);
    const nextMs = Math.max(
      asker.nextMs,
      this.#pausedMs.get(link) ?? Number.NEGATIVE_INFINITY,
      now.monotonicMs + this.#pauseMs(link, want),
    );
    if (now.monotonicMs < nextMs) {
      asker.waiting = want;
      return deadlines.setNoLater({ kind: 'answers' }, nextMs);
    }
    asker.nextMs = now.monotonicMs + config.answerIntervalMs;
    this.#serve(link, want);
  }

  /** Answers what has waited long enough. */
  due(): void {
    for (const [link, askers] of [...this.#askers]) {
      if (this.#links.of(link.peer) !== link) {
        this.#askers.delete(link); // It is gone meanwhile.
        continue;
      }
      for (const asker of askers.values()) {
        const { waiting } = asker;
        asker.waiting = undefined;
        if (waiting !== undefined) this.want(link, waiting);
      }
    }
  }

  /** A link was too slow for what it was sent. */
  lagged(link: OpenLink): void {
    this.#pausedMs.set(link, this.#context.now.monotonicMs + LAGGED_PAUSE_MS);
  }

  /** The link to a peer ended. */
  linkDown(peer: OpenLink['peer']): void {
    for (const link of this.#askers.keys()) if (link.peer === peer) this.#askers.delete(link);
  }

  /** A replica is not here any more. */
  forget(replica: ReplicaId): void {
    for (const askers of this.#askers.values()) askers.delete(replica);
  }

  #askerOf(link: OpenLink, replica: ReplicaId): Asker {
    const askers = this.#askers.get(link) ?? new Map<ReplicaId, Asker>();
    this.#askers.set(link, askers);
    const known = askers.get(replica);
    if (known !== undefined) return known;
    const asker: Asker = { nextMs: Number.NEGATIVE_INFINITY, waiting: undefined };
    askers.set(replica, asker);
    return asker;
  }
}
