import type { Dot, StreamId } from '@hearsay/core';
import type { Binary } from './binary.js';
import { hashAddition, type Lanes } from './hash.js';
import { compareStamps, type Version } from './stamp.js';

/** One addition of an element to a set, or of a field with its value to a hash. */
export interface Addition extends Version {
  /** Empty in a set. */
  readonly value: Binary;
}

/** An element or field with its additions, in the order of their streams. */
export interface Item {
  readonly element: Binary;
  readonly additions: readonly Addition[];
}

/** The last write of each stream to one key. */
export type Seen = ReadonlyMap<StreamId, number>;

const EMPTY: readonly Addition[] = [];

/**
 * Elements of a set, or fields of a hash, where an addition wins over a removal that had not seen it:
 * an optimised OR-set without tombstones (Bieniusa et al. 2012). Each element has the additions that
 * nobody removed; one that is missing here, and is not later than what was seen, was removed.
 * Of a field, the addition with the latest stamp has the value.
 */
export class Collection {
  readonly #items = new Map<Binary, readonly Addition[]>();
  readonly #lanes: Lanes = { a: 0, b: 0 };
  #bytes = 0;
  #additions = 0;

  static from(items: readonly Item[]): Collection {
    const collection = new Collection();
    for (const { element, additions } of items) collection.#put(element, additions);
    return collection;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Bytes of the elements and of all their values. */
  get bytes(): number {
    return this.#bytes;
  }

  get additions(): number {
    return this.#additions;
  }

  /** Independent of any order. */
  get digest(): Readonly<Lanes> {
    return this.#lanes;
  }

  at(element: Binary): readonly Addition[] {
    return this.#items.get(element) ?? EMPTY;
  }

  /** The addition that counts, of those that `lives` lets through. */
  winner(element: Binary, lives: (addition: Addition) => boolean): Addition | undefined {
    return latest(this.at(element), lives);
  }

  elements(): IterableIterator<Binary> {
    return this.#items.keys();
  }

  add(element: Binary, addition: Addition, observed: readonly Dot[]): void {
    const before = this.at(element);
    const own = before.find(({ stream }) => stream === addition.stream);
    if (own !== undefined && own.sequence >= addition.sequence) return;
    const rest = before.filter((other) => other !== own && !names(observed, other));
    this.#put(element, [...rest, addition]);
  }

  remove(element: Binary, observed: readonly Dot[]): void {
    this.#put(
      element,
      this.at(element).filter((addition) => !names(observed, addition)),
    );
  }

  /** Keeps what passes. @returns whether anything went */
  keep(passes: (addition: Addition) => boolean): boolean {
    const before = this.#additions;
    for (const [element, additions] of this.#items) {
      if (!additions.every(passes)) this.#put(element, additions.filter(passes));
    }
    return this.#additions !== before;
  }

  /** Joins two: what both have, and what only one has and the other has not seen. */
  merge(theirs: Collection, seen: Seen, theirsSeen: Seen): void {
    for (const [element, ours] of this.#items) {
      const others = theirs.at(element);
      const kept = ours.filter(
        (addition) => names(others, addition) || isNew(theirsSeen, addition),
      );
      if (kept.length < ours.length) this.#put(element, kept);
    }
    for (const [element, others] of theirs.#items) {
      const ours = this.at(element);
      const added = others.filter((addition) => !names(ours, addition) && isNew(seen, addition));
      if (added.length > 0) this.#put(element, [...ours, ...added]);
    }
  }

  /** In the order of the elements. */
  items(): Item[] {
    return [...this.#items]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([element, additions]) => ({ element, additions: [...additions].sort(byStream) }));
  }

  #put(element: Binary, additions: readonly Addition[]): void {
    const before = this.#items.get(element);
    if (before === undefined) this.#bytes += element.length;
    for (const addition of before ?? EMPTY) this.#count(element, addition, -1);
    for (const addition of additions) this.#count(element, addition, 1);
    if (additions.length > 0) {
      this.#items.set(element, additions);
    } else {
      this.#items.delete(element);
      this.#bytes -= element.length;
    }
  }

  #count(element: Binary, addition: Addition, sign: number): void {
    this.#bytes += sign * addition.value.length;
    this.#additions += sign;
    hashAddition(this.#lanes, element, addition);
  }
}

function names(dots: readonly Dot[], { stream, sequence }: Dot): boolean {
  return dots.some((dot) => dot.stream === stream && dot.sequence === sequence);
}

function isNew(seen: Seen, { stream, sequence }: Dot): boolean {
  return (seen.get(stream) ?? 0) < sequence;
}

function latest(
  additions: readonly Addition[],
  lives: (addition: Addition) => boolean,
): Addition | undefined {
  let found: Addition | undefined;
  for (const addition of additions) {
    if (!lives(addition)) continue;
    if (found === undefined || compareStamps(addition, found) > 0) found = addition;
  }
  return found;
}

function byStream(left: Dot, right: Dot): number {
  return left.stream < right.stream ? -1 : 1;
}
