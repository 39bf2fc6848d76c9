import type { Context } from './context.js';
import type { Timer } from './deadlines.js';
import type { LinkHandler } from './link-handler.js';
import { LOG_REPLICA, type PeerParts } from './peer-parts.js';

/** Between two looks for members to forget. */
export const FORGET_EVERY_MS = 60_000;
/** Looks at what is held back within the time after which it is let go of. */
const HOLD_BACK_LOOKS = 4;

/** What is done when a time has come, and by which machine. */
export class TimerHandler {
  readonly #context: Context;
  readonly #parts: PeerParts;
  readonly #links: LinkHandler;

  constructor(context: Context, parts: PeerParts, links: LinkHandler) {
    this.#context = context;
    this.#parts = parts;
    this.#links = links;
  }

  /** What was waited for has come. */
  fire(timer: Timer): void {
    const {
      antiEntropy,
      dissemination,
      holdings,
      isolation,
      links,
      members,
      membership,
      prober,
      publisher,
      trees,
    } = this.#parts;
    switch (timer.kind) {
      case 'flush':
        return publisher.flush();
      case 'gossip':
        return dissemination.flush(membership.doubtful);
      case 'probe-round':
        prober.round();
        return isolation.evaluate();
      case 'probe':
        return prober.timedOut(timer.nonce);
      case 'relayed-probe':
        return prober.relayedTimedOut(timer.nonce);
      case 'suspicion':
        return membership.suspicionExpired(timer.peer);
      case 'isolation':
        return isolation.confirmed();
      case 'handshake':
        return this.#links.handshakeTimedOut(timer.link);
      case 'redial':
      case 'views':
        return; // What is due is done after every step.
      case 'have':
        return holdings.tell();
      case 'offer':
        return antiEntropy.round();
      case 'lacks': {
        const holder = holdings.overdue();
        const link = holder === undefined ? undefined : links.of(holder);
        if (link !== undefined) antiEntropy.pull(LOG_REPLICA, link);
        return;
      }
      case 'held':
        this.#parts.log.giveUpHeld(HOLD_BACK_LOOKS);
        return this.lookAfterLog();
      case 'pull':
        return antiEntropy.expire();
      case 'answers':
        return antiEntropy.answer();
      case 'newcomers':
        return this.#parts.newcomers.turn();
      case 'ihave':
        return trees.announce();
      case 'graft':
        return trees.demand();
      case 'roster':
        return this.#parts.attendance.tick();
      case 'roster-news':
        return this.#parts.attendance.passChanges();
      case 'forget':
        members.forget(this.#context.now.monotonicMs - this.#context.config.forgetMs);
        return this.#context.deadlines.set(timer, this.#context.now.monotonicMs + FORGET_EVERY_MS);
    }
  }

  /** Lets go of what is too old, and says when to look again. */
  lookAfterLog(): void {
    const { config, deadlines, now } = this.#context;
    this.#parts.log.upkeep.expire(now.wallMs);
    deadlines.set({ kind: 'held' }, now.monotonicMs + config.holdBackMs / HOLD_BACK_LOOKS);
  }
}
