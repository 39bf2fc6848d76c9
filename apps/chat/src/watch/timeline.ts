import type { ChatMessage } from '../chat/message.js';
import { backlogMessagesMax } from '../limits.js';

/** Sent this much before the newest one shown: it belongs further up. */
const LATE_MS = 1_000;
/** Older than this on arrival: late, even where nothing newer was shown. Clocks differ by at most 5 s. */
const OLD_MS = 6_000;
/** A backlog is shown when nothing came for this long ... */
const QUIET_MS = 120;
/** ... or after this long in any case. */
const PATIENCE_MS = 2_000;

/** Messages to be shown together, oldest first as they were delivered. */
interface Block {
  readonly kind: 'block';
  readonly origin: 'fetched' | 'late';
  /** All that came, of which `messages` are the newest. */
  readonly count: number;
  readonly messages: readonly ChatMessage[];
}

export type TimelineOutput = Block | { readonly kind: 'now'; readonly message: ChatMessage };

/**
 * Tells messages of now from those that others bring after the fact: at the start, or when two
 * halves of the mesh meet again. A line that is on the screen stays where it is, so old messages
 * come as a block with a heading.
 */
export class Timeline {
  readonly #startedMs: number;
  readonly #historyMax: number;
  #backlog: ChatMessage[] = [];
  #backlogCount = 0;
  #backlogSinceMs = 0;
  #backlogLastMs = 0;
  #newestShownMs = 0;
  #shownAny = false;

  constructor({ startedMs, historyMax }: { startedMs: number; historyMax: number }) {
    this.#startedMs = startedMs;
    this.#historyMax = historyMax;
  }

  get wakeAtMs(): number | undefined {
    if (this.#backlogCount === 0) return undefined;
    return Math.min(this.#backlogLastMs + QUIET_MS, this.#backlogSinceMs + PATIENCE_MS);
  }

  receive(message: ChatMessage, nowMs: number): TimelineOutput[] {
    if (this.#isOld(message, nowMs)) {
      if (this.#backlogCount === 0) this.#backlogSinceMs = nowMs;
      this.#backlogLastMs = nowMs;
      this.#backlogCount += 1;
      this.#backlog.push(message);
      if (this.#backlog.length > backlogMessagesMax) this.#backlog.shift();
      return [];
    }
    // A reply must not come before what it replies to.
    const before = this.flush();
    this.shown(message);
    return [...before, { kind: 'now', message }];
  }

  /** Takes note of a message shown without passing through here (our own). */
  shown(message: ChatMessage): void {
    this.#newestShownMs = Math.max(this.#newestShownMs, message.sentMs);
    this.#shownAny = true;
  }

  tick(nowMs: number): TimelineOutput[] {
    const wakeMs = this.wakeAtMs;
    return wakeMs !== undefined && nowMs >= wakeMs ? this.flush() : [];
  }

  /** Shows what waits. */
  flush(): TimelineOutput[] {
    if (this.#backlogCount === 0) return [];
    const count = this.#backlogCount;
    const first = !this.#shownAny;
    const messages = this.#historyMax === 0 ? [] : this.#backlog.slice(-this.#historyMax);
    this.#backlog = [];
    this.#backlogCount = 0;
    for (const message of messages) this.shown(message);
    this.#shownAny = true;
    return [{ kind: 'block', origin: first ? 'fetched' : 'late', count, messages }];
  }

  #isOld({ sentMs }: ChatMessage, nowMs: number): boolean {
    return (
      sentMs < this.#startedMs || sentMs < this.#newestShownMs - LATE_MS || sentMs < nowMs - OLD_MS
    );
  }
}
