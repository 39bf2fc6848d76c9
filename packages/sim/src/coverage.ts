import type { Counters } from '@hearsay/core';

/** How often each named thing happened; a zero over a whole suite means that a path was not tried. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    if (count > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  addCounters(counters: Readonly<Counters>): void {
    for (const [name, count] of Object.entries(counters)) this.add(`counter:${name}`, count);
  }

  addAll(other: Coverage): void {
    for (const [name, count] of other.#counts) this.add(name, count);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Names in order, with their counts. */
  entries(): [string, number][] {
    return [...this.#counts].sort(([left], [right]) => (left < right ? -1 : 1));
  }

  /** Those of `names` that never happened. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => this.get(name) === 0);
  }
}
