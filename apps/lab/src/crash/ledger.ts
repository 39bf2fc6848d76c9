/** A message as it was shown: its id, and a text that was said only once. */
export interface Shown {
  readonly id: string;
  readonly text: string;
}

/** What must never be, counted. */
export interface Verdict {
  /** Acknowledged, and not there any more. */
  readonly lost: number;
  /** Shown twice, or one text under two ids. */
  readonly duplicated: number;
  /** One id with two texts. */
  readonly reused: number;
}

/** Keeps its own account of what was acknowledged and shown, over all runs of a peer. */
export class Ledger {
  readonly #acknowledged = new Map<string, string>();
  readonly #textOf = new Map<string, string>();
  readonly #idOf = new Map<string, string>();
  readonly #lost = new Set<string>();
  #duplicated = 0;
  readonly #reused = new Set<string>();

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  get verdict(): Verdict {
    return {
      lost: this.#lost.size,
      duplicated: this.#duplicated,
      reused: this.#reused.size,
    };
  }

  acknowledged(message: Shown): void {
    this.#acknowledged.set(message.id, message.text);
    this.#note(message);
  }

  /** Looks through all that a log holds. */
  check(history: readonly Shown[]): void {
    const shown = new Set<string>();
    for (const message of history) {
      if (shown.has(message.id)) this.#duplicated += 1;
      shown.add(message.id);
      this.#note(message);
    }
    for (const id of this.#acknowledged.keys()) if (!shown.has(id)) this.#lost.add(id);
  }

  #note({ id, text }: Shown): void {
    const before = this.#textOf.get(id);
    if (before !== undefined && before !== text) this.#reused.add(id);
    this.#textOf.set(id, text);
    const other = this.#idOf.get(text);
    if (other !== undefined && other !== id) this.#duplicated += 1;
    this.#idOf.set(text, id);
  }
}
