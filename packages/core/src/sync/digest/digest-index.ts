import { mixHash, type StateHash, xorHash, ZERO_HASH } from '../../log/state-hash.js';
import { bitsOf, fanoutOf, type NamedVersion, type Part, partIndexOf } from '../../wire/digest.js';

/** Something that is told by name and version: how much of it is held, or how new. */
export interface Versioned {
  /** Of its name: spread evenly, and the same at every peer. */
  readonly nameHash: StateHash;
  /** Grows; 0 while nothing is held. */
  readonly version: number;
}

/** A name and version as one hash; both halves move with either. */
function entryHash({ nameHash, version }: Versioned): StateHash {
  const high = version >>> 0;
  return mixHash(nameHash, { high, low: (high ^ Math.floor(version / 2 ** 32)) >>> 0 });
}

/**
 * What is held, in the order of the hashes of its names, so that any part of it can be summed up.
 * A sum is the exclusive or of the entries: it follows one change without looking at the others.
 */
export class DigestIndex<Item extends Versioned> {
  readonly #sorted: Item[] = [];
  readonly #known = new Set<Item>();
  #root: StateHash = ZERO_HASH;

  get size(): number {
    return this.#sorted.length;
  }

  /** Of everything; equal where the same is held. */
  get root(): StateHash {
    return this.#root;
  }

  /** Changes an item that may be in here already. */
  change(item: Item, change: () => void): void {
    if (this.#known.has(item)) this.#root = xorHash(this.#root, entryHash(item));
    change();
    if (!this.#known.has(item)) this.#insert(item);
    this.#root = xorHash(this.#root, entryHash(item));
  }

  remove(item: Item): void {
    if (!this.#known.delete(item)) return;
    this.#root = xorHash(this.#root, entryHash(item));
    let place = this.#placeOf(item.nameHash.high);
    while (this.#sorted[place] !== item) place += 1;
    this.#sorted.splice(place, 1);
  }

  countIn(part: Part): number {
    const [from, to] = this.#rangeOf(part);
    return to - from;
  }

  in(part: Part): readonly Item[] {
    return this.#sorted.slice(...this.#rangeOf(part));
  }

  /** One hash for each part into which this one falls. */
  hashesOf(part: Part): StateHash[] {
    const hashes: StateHash[] = Array.from({ length: fanoutOf(part.level) }, () => ZERO_HASH);
    for (const item of this.in(part)) {
      const child = partIndexOf(item.nameHash, part.level + 1) % hashes.length;
      hashes[child] = xorHash(hashes[child] ?? ZERO_HASH, entryHash(item));
    }
    return hashes;
  }

  entriesOf(part: Part): NamedVersion[] {
    return this.in(part).map(({ nameHash: name, version }) => ({ name, version }));
  }

  #insert(item: Item): void {
    this.#known.add(item);
    this.#sorted.splice(this.#placeOf(item.nameHash.high), 0, item);
  }

  #rangeOf({ level, index }: Part): [number, number] {
    if (level === 0) return [0, this.#sorted.length];
    const width = 2 ** (32 - bitsOf(level));
    return [this.#placeOf(index * width), this.#placeOf((index + 1) * width)];
  }

  /** Of the first item whose name hash begins with this or more. */
  #placeOf(high: number): number {
    let low = 0;
    let above = this.#sorted.length;
    while (low < above) {
      const middle = (low + above) >>> 1;
      const found = this.#sorted[middle]?.nameHash.high ?? 0;
      if (found < high) low = middle + 1;
      else above = middle;
    }
    return low;
  }
}
