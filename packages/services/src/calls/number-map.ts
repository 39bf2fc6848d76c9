/** A table has at least so many places, and twice as many as entries. */
const PLACES_MIN = 16;
const WORD = 2 ** 32;

/**
 * Entries by whole numbers, for tables through which everything passes: a `Map` that is filled and
 * emptied again makes itself new memory each time. Open addressing with linear probing; the places are
 * spread by a random odd factor, so that nobody can choose numbers that meet (Dietzfelbinger 1997).
 */
export class NumberMap<T> {
  readonly #factor: number;
  #keys: number[] = new Array<number>(PLACES_MIN).fill(0);
  #values: (T | undefined)[] = new Array<T | undefined>(PLACES_MIN).fill(undefined);
  #shift: number = shiftOf(PLACES_MIN);
  #size = 0;

  /** @param seed random */
  constructor(seed: number) {
    this.#factor = seed | 1;
  }

  get size(): number {
    return this.#size;
  }

  get(key: number): T | undefined {
    return this.#values[this.#placeOf(key)];
  }

  set(key: number, value: T): void {
    if ((this.#size + 1) * 2 > this.#values.length) this.#grow();
    const place = this.#placeOf(key);
    if (this.#values[place] === undefined) this.#size += 1;
    this.#keys[place] = key;
    this.#values[place] = value;
  }

  delete(key: number): void {
    let free = this.#placeOf(key);
    if (this.#values[free] === undefined) return;
    this.#size -= 1;
    this.#values[free] = undefined;
    // Those behind it move up, unless they are where they belong: nothing is marked as deleted.
    const mask = this.#values.length - 1;
    for (
      let place = (free + 1) & mask;
      this.#values[place] !== undefined;
      place = (place + 1) & mask
    ) {
      const other = this.#keys[place] ?? 0;
      if (((place - this.#homeOf(other)) & mask) < ((place - free) & mask)) continue;
      this.#keys[free] = other;
      this.#values[free] = this.#values[place];
      this.#values[place] = undefined;
      free = place;
    }
  }

  /** A copy, by rising numbers. */
  list(): T[] {
    const found: { readonly key: number; readonly value: T }[] = [];
    for (const [place, value] of this.#values.entries()) {
      if (value !== undefined) found.push({ key: this.#keys[place] ?? 0, value });
    }
    return found.sort((left, right) => left.key - right.key).map(({ value }) => value);
  }

  /** Where it is, or would be put. */
  #placeOf(key: number): number {
    const mask = this.#values.length - 1;
    let place = this.#homeOf(key);
    while (this.#values[place] !== undefined && this.#keys[place] !== key)
      place = (place + 1) & mask;
    return place;
  }

  #homeOf(key: number): number {
    return Math.imul((key | 0) ^ ((key / WORD) | 0), this.#factor) >>> this.#shift;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    const places = 2 * values.length;
    this.#keys = new Array<number>(places).fill(0);
    this.#values = new Array<T | undefined>(places).fill(undefined);
    this.#shift = shiftOf(places);
    for (const [index, value] of values.entries()) {
      if (value === undefined) continue;
      const place = this.#placeOf(keys[index] ?? 0);
      this.#keys[place] = keys[index] ?? 0;
      this.#values[place] = value;
    }
  }
}

/** The highest bits of a product are the best spread. */
function shiftOf(places: number): number {
  return Math.clz32(places) + 1;
}
