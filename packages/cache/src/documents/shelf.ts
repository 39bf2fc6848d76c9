import type { Digest } from './digest.js';

/** A document that is not in memory. */
export interface ShelvedDocument {
  readonly key: string;
  /** Of its content; undefined when only a look into it tells, as after a crash. */
  readonly digest: Digest | undefined;
  /** Nothing is left in it; unknown, and false, without a digest. */
  readonly isBlank: boolean;
}

/** What is known of the content of a document without reading it. */
export interface ContentFacts {
  readonly digest: Digest;
  readonly isBlank: boolean;
}

/** Where documents are kept while they are not in memory, and while they are, in case that ends. */
export interface Shelf {
  documents(): Iterable<ShelvedDocument>;
  /** The updates that make up a document; none when it is not here. @throws DocumentError `disk-failed` */
  load(key: string): readonly Uint8Array[];
  /** An update of a document that is in memory. @returns whether it should be replaced by one state */
  append(key: string, update: Uint8Array): boolean;
  /** Hands what was appended on to wherever it is kept. */
  write(): void;
  /**
   * Puts the whole content in place of all that was appended.
   * @param encode called only if that is not what is kept already
   * @returns false when it could not be kept: then it must stay in memory
   */
  replace(key: string, encode: () => Uint8Array, facts: ContentFacts): boolean;
  /** A document is no longer in memory. */
  release(key: string): void;
}

/** Keeps documents as one state each; what is in memory needs no other place. */
export class MemoryShelf implements Shelf {
  readonly #states = new Map<string, { readonly state: Uint8Array } & ContentFacts>();

  *documents(): Iterable<ShelvedDocument> {
    for (const [key, { digest, isBlank }] of this.#states) yield { key, digest, isBlank };
  }

  load(key: string): readonly Uint8Array[] {
    const kept = this.#states.get(key);
    this.#states.delete(key);
    return kept === undefined ? [] : [kept.state];
  }

  append(): boolean {
    return false;
  }

  write(): void {
    // What is in memory is where it stays.
  }

  replace(key: string, encode: () => Uint8Array, facts: ContentFacts): boolean {
    this.#states.set(key, { state: encode(), ...facts });
    return true;
  }

  release(): void {
    // `replace` has kept it.
  }
}
