import type { PeerId } from './ids.js';
import type { LinkId } from './input.js';

/** Everything core waits for. Timers are values: the host only knows the earliest time. */
export type Timer =
  | { readonly kind: 'flush' }
  | { readonly kind: 'gossip' }
  | { readonly kind: 'probe-round' }
  | { readonly kind: 'probe'; readonly nonce: number }
  | { readonly kind: 'relayed-probe'; readonly nonce: number }
  | { readonly kind: 'suspicion'; readonly peer: PeerId }
  | { readonly kind: 'isolation' }
  | { readonly kind: 'handshake'; readonly link: LinkId }
  | { readonly kind: 'redial' }
  | { readonly kind: 'views' }
  | { readonly kind: 'have' }
  | { readonly kind: 'offer' }
  | { readonly kind: 'held' }
  | { readonly kind: 'lacks' }
  | { readonly kind: 'pull' }
  | { readonly kind: 'answers' }
  | { readonly kind: 'newcomers' }
  | { readonly kind: 'ihave' }
  | { readonly kind: 'graft' }
  | { readonly kind: 'roster' }
  | { readonly kind: 'roster-news' }
  | { readonly kind: 'forget' };

interface Entry {
  readonly timer: Timer;
  readonly atMs: number;
  readonly order: number;
}

function keyOf(timer: Timer): string {
  switch (timer.kind) {
    case 'probe':
    case 'relayed-probe':
      return `${timer.kind}:${timer.nonce}`;
    case 'suspicion':
      return `${timer.kind}:${timer.peer}`;
    case 'handshake':
      return `${timer.kind}:${timer.link}`;
    default:
      return timer.kind;
  }
}

/** The timers of one peer. Setting one again replaces it, so a stale one cannot fire. */
export class Deadlines {
  readonly #entries = new Map<string, Entry>();
  #order = 0;
  #nextMs = Number.POSITIVE_INFINITY;

  /** The earliest deadline; may be earlier than the truth after a cancel, never later. */
  get nextMs(): number {
    return this.#nextMs;
  }

  set(timer: Timer, atMs: number): void {
    this.#order += 1;
    this.#entries.set(keyOf(timer), { timer, atMs, order: this.#order });
    if (atMs < this.#nextMs) this.#nextMs = atMs;
  }

  /** Sets a timer unless it is set already for the same time or an earlier one. */
  setNoLater(timer: Timer, atMs: number): void {
    const current = this.#entries.get(keyOf(timer));
    if (current === undefined || current.atMs > atMs) this.set(timer, atMs);
  }

  cancel(timer: Timer): void {
    this.#entries.delete(keyOf(timer));
  }

  has(timer: Timer): boolean {
    return this.#entries.has(keyOf(timer));
  }

  clear(): void {
    this.#entries.clear();
    this.#nextMs = Number.POSITIVE_INFINITY;
  }

  /** Takes out what is due, earliest first, equal times in the order of setting. */
  takeDue(nowMs: number): Timer[] {
    if (nowMs < this.#nextMs) return [];
    const due: Entry[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#entries) {
      if (entry.atMs <= nowMs) {
        due.push(entry);
        this.#entries.delete(key);
      } else if (entry.atMs < nextMs) {
        nextMs = entry.atMs;
      }
    }
    this.#nextMs = nextMs;
    due.sort((left, right) => left.atMs - right.atMs || left.order - right.order);
    return due.map((entry) => entry.timer);
  }
}
