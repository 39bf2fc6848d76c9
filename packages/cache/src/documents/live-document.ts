import type { PeerId } from '@hearsay/core';
import * as Y from 'yjs';
import { malformed } from './bytes.js';
import { DocumentDigest } from './digest.js';

/** The origin of what a neighbour sent: it goes to our clients, and to no neighbour. */
export class MeshOrigin {
  readonly peer: PeerId;

  constructor(peer: PeerId) {
    this.peer = peer;
  }
}

/** The origin of what was kept: it goes nowhere. */
export const SHELF_ORIGIN: unique symbol = Symbol('kept');

/** A document in memory. */
export class LiveDocument {
  readonly key: string;
  readonly doc: Y.Doc;
  readonly digest: DocumentDigest;
  /** Clients and handles that keep it in memory. */
  users = 0;
  /** When somebody last used it or changed it. */
  usedMs: number;
  /** Edits made here since the last post. */
  readonly outgoing: Uint8Array[] = [];
  /** Undefined: not looked yet since the last change. */
  #isBlank: boolean | undefined;
  /** An upper bound: overwritten and deleted content counts until the state is encoded anew. */
  #bytesAtMost: number;

  /** @param kept updates that make it up */
  constructor(key: string, kept: readonly Uint8Array[], nowMs: number) {
    this.key = key;
    this.usedMs = nowMs;
    this.doc = new Y.Doc();
    this.#bytesAtMost = kept.reduce((sum, { length }) => sum + length, 0);
    // As one transaction: each by itself would cost as much as all together.
    this.doc.transact(() => {
      for (const update of kept) Y.applyUpdate(this.doc, update, SHELF_ORIGIN);
    }, SHELF_ORIGIN);
    this.#letGo();
    this.digest = new DocumentDigest(this.doc);
    this.doc.on('update', (update: Uint8Array) => {
      this.#bytesAtMost += update.length;
      this.#isBlank = undefined;
    });
  }

  /** What it takes as one update, or less. */
  get bytesAtMost(): number {
    return this.#bytesAtMost;
  }

  /** Whether nothing that was ever written in it is left: as good as none. */
  get isBlank(): boolean {
    this.#isBlank ??= this.#looksBlank();
    return this.#isBlank;
  }

  /** Some of those that have written to it. */
  clients(max: number): readonly number[] {
    return [...this.doc.store.clients.keys()].slice(0, max);
  }

  #looksBlank(): boolean {
    for (const type of this.doc.share.values()) {
      for (const item of itemsOf(type)) if (!item.deleted) return false;
    }
    return true;
  }

  /** Deletes all that is in it, as an edit of this peer: what others write meanwhile stays. */
  clear(): void {
    this.#transact(undefined, (transaction) => {
      for (const type of this.doc.share.values()) {
        for (const item of itemsOf(type)) item.delete(transaction);
      }
    });
  }

  get stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }

  /** All that a holder of `stateVector` lacks. @throws HearsayError `malformed` */
  missing(stateVector: Uint8Array): Uint8Array {
    try {
      return Y.encodeStateAsUpdate(this.doc, stateVector);
    } catch (cause) {
      malformed('a state vector that does not decode', cause);
    }
  }

  /** Whether it takes more than a number of bytes; exact near that number. */
  isLargerThan(bytes: number): boolean {
    if (this.#bytesAtMost <= bytes) return false;
    this.#bytesAtMost = this.encode().length;
    return this.#bytesAtMost > bytes;
  }

  /** The whole content. */
  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc);
  }

  /**
   * Takes over an update of somebody else. What builds on something that is not here is let go: Yjs
   * would keep it, look through all it keeps at each update, and hand it on to others.
   * @returns whether all of it is taken over; if not, the sender has to be asked for what is missing
   * @throws HearsayError `malformed`
   */
  apply(update: Uint8Array, origin: unknown): boolean {
    try {
      this.#transact(origin, () => Y.applyUpdate(this.doc, update, origin));
    } catch (cause) {
      malformed('an update that does not decode', cause);
    }
    return !this.#letGo();
  }

  /** An observer of the application that fails is nobody else's fault, and the change is made. */
  #transact(origin: unknown, change: (transaction: Y.Transaction) => void): void {
    let isMade = false;
    try {
      this.doc.transact((transaction) => {
        change(transaction);
        isMade = true; // What comes now are observers.
      }, origin);
    } catch (cause) {
      if (!isMade) throw cause;
      queueMicrotask(() => rethrow(cause));
    }
  }

  #letGo(): boolean {
    const { store } = this.doc;
    const incomplete = store.pendingStructs !== null || store.pendingDs !== null;
    store.pendingStructs = null;
    store.pendingDs = null;
    return incomplete;
  }
}

/** What a type of the document has of its own: a sequence, and the last value of each key. */
function* itemsOf(type: Pick<Y.AbstractType<unknown>, '_start' | '_map'>): Generator<Y.Item> {
  for (let item = type._start; item !== null; item = item.right) yield item;
  yield* type._map.values();
}

function rethrow(error: unknown): never {
  throw error instanceof Error ? error : new Error(String(error));
}
