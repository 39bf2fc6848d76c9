import type { Digest } from './digest.js';

/** A document that is not in memory. */
export interface ShelvedDocument {
  readonly key: string;
  /** Of its content; undefined when only a look into it tells, as after a crash. */
  readonly digest: Digest | undefined;
  /** Nothing is left in it; unknown, and false, without a digest. */
  readonly isBlank: boolean;
  /** When it came to be here, by the wall clock; 0 when that is not known. */
  readonly bornMs: number;
  /** When it was changed last, or later. */
  readonly changedMs: number;
}

/** What is known of the content of a document without reading it. */
export interface ContentFacts {
  readonly digest: Digest;
  readonly isBlank: boolean;
  readonly bornMs: number;
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
  /** As if it had never been; it is not in memory. */
  remove(key: string): void;
  /** How this peer stands to others, as `keepStanding` kept it. */
  readonly standing: Uint8Array | undefined;
  keepStanding(bytes: Uint8Array): void;
}

/** Keeps documents as one state each; what is in memory needs no other place. */
export class MemoryShelf implements Shelf {
  readonly #states = new Map<string, { readonly state: Uint8Array } & ContentFacts>();
  standing: Uint8Array | undefined;

  *documents(): Iterable<ShelvedDocument> {
    for (const [key, { digest, isBlank, bornMs }] of this.#states) {
      yield { key, digest, isBlank, bornMs, changedMs: 0 };
    }
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

  remove(key: string): void {
    this.#states.delete(key);
  }

  keepStanding(bytes: Uint8Array): void {
    this.standing = bytes;
  }
}
