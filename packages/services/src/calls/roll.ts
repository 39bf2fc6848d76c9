/** Knows where it stands; the place is that of the roll alone. */
export interface Placed {
  place: number;
}

/** All that are under way, in no order: to come and to go costs neither a search nor memory. */
export class Roll<T extends Placed> {
  readonly #entries: T[] = [];

  get size(): number {
    return this.#entries.length;
  }

  add(entry: T): void {
    entry.place = this.#entries.length;
    this.#entries.push(entry);
  }

  /** Idempotent. */
  delete(entry: T): void {
    if (this.#entries[entry.place] !== entry) return;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    last.place = entry.place;
    this.#entries[last.place] = last;
  }

  /** A copy. */
  list(): T[] {
    return [...this.#entries];
  }
}
