import type { Context } from '../context.js';
import type { Links, OpenLink } from '../overlay/links.js';
import type { Want } from '../wire/sync.js';

/** Who loses parts of an answer is not sent another one at once: it would lose that too. */
const LAGGED_PAUSE_MS = 1_000;

/**
 * Paces answers to pulls: one in `answerIntervalMs` for each neighbour. An answer may be ten thousand
 * times as large as its question. Of what is asked meanwhile only the newest question waits, so
 * asking more often gains nothing.
 */
export class Answers {
  readonly #context: Context;
  readonly #links: Links;
  readonly #serve: (link: OpenLink, want: Want) => void;
  readonly #nextMs = new WeakMap<OpenLink, number>();
  readonly #waiting = new Map<OpenLink, Want>();

  constructor(context: Context, links: Links, serve: (link: OpenLink, want: Want) => void) {
    this.#context = context;
    this.#links = links;
    this.#serve = serve;
  }

  want(link: OpenLink, want: Want): void {
    const { now, config, deadlines } = this.#context;
    const nextMs = this.#nextMs.get(link) ?? now.monotonicMs;
    if (now.monotonicMs < nextMs) {
      this.#waiting.set(link, want);
      return deadlines.setNoLater({ kind: 'answers' }, nextMs);
    }
    this.#nextMs.set(link, now.monotonicMs + config.answerIntervalMs);
    this.#serve(link, want);
  }

  /** Answers what has waited long enough. */
  due(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [link, want] of waiting) {
      // It may be gone meanwhile.
      if (this.#links.of(link.peer) === link) this.want(link, want);
    }
  }

  /** A link was too slow for what it was sent. */
  lagged(link: OpenLink): void {
    this.#nextMs.set(link, this.#context.now.monotonicMs + LAGGED_PAUSE_MS);
  }
}
