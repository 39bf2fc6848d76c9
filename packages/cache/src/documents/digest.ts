import * as Y from 'yjs';

/** 64 bits as two halves. Equal digests of two documents mean equal content. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

export const EMPTY_DIGEST: Digest = { high: 0, low: 0 };

/** Of documents in which nothing is left: to whoever does not hold them they are as good as none. */
export const BLANK_DIGEST: Digest = { high: 0xffffffff, low: 0xffffffff };

const FNV_PRIME = 0x01000193;
const MURMUR_1 = 0x85ebca6b;
const MURMUR_2 = 0xc2b2ae35;
/** Tells a deleted id from the end of what is held of a client. */
const DELETED_SEED = 0x9747b28c;
const HELD_SEED = 0x811c9dc5;

/**
 * What tells two documents apart: how much of each client is held, and which of it is deleted. State
 * vectors alone do not: a deletion moves no clock. The deleted ids are summed as they come, each by
 * itself and in no order, so that comparing documents never walks through them.
 */
export class DocumentDigest {
  readonly #doc: Y.Doc;
  #deletedHigh = 0;
  #deletedLow = 0;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    for (const structs of doc.store.clients.values()) this.#addStructs(structs, 0);
    // Not after the observers: what they change is a transaction of its own, and would count twice.
    doc.on('beforeObserverCalls', this.#observe);
  }

  get value(): Digest {
    let high = this.#deletedHigh;
    let low = this.#deletedLow;
    for (const client of this.#doc.store.clients.keys()) {
      const clock = Y.getState(this.#doc.store, client);
      high ^= mix(client, clock, HELD_SEED);
      low ^= mix(clock, client, HELD_SEED);
    }
    return { high: high >>> 0, low: low >>> 0 };
  }

  readonly #observe = (transaction: Y.Transaction): void => {
    // What is new counts as it is now; of what was there before only what this transaction deleted.
    for (const [client, after] of transaction.afterState) {
      const before = transaction.beforeState.get(client) ?? 0;
      if (after === before) continue;
      this.#addStructs(this.#doc.store.clients.get(client) ?? [], before);
    }
    for (const [client, deletions] of transaction.deleteSet.clients) {
      const before = transaction.beforeState.get(client) ?? 0;
      for (const { clock, len } of deletions) {
        this.#add(client, clock, Math.min(clock + len, before));
      }
    }
  };

  #addStructs(structs: readonly (Y.GC | Y.Item)[], from: number): void {
    for (let index = structs.length - 1; index >= 0; index--) {
      const struct = structs[index];
      if (struct === undefined) break;
      const { client, clock } = struct.id;
      const end = clock + struct.length;
      if (end <= from) break;
      if (struct.deleted) this.#add(client, Math.max(clock, from), end);
    }
  }

  #add(client: number, start: number, end: number): void {
    for (let clock = start; clock < end; clock++) {
      this.#deletedHigh ^= mix(client, clock, DELETED_SEED);
      this.#deletedLow ^= mix(clock, client, DELETED_SEED);
    }
  }
}

export function sameDigest(left: Digest, right: Digest): boolean {
  return left.high === right.high && left.low === right.low;
}

/** Of a document under its name, for sums over many: order does not matter in an exclusive or. */
export function namedDigest(key: string, { high, low }: Digest): Digest {
  let seed = HELD_SEED;
  for (let index = 0; index < key.length; index++) {
    seed = Math.imul(seed ^ key.charCodeAt(index), FNV_PRIME);
  }
  return { high: mix(high, low, seed), low: mix(low, high, seed ^ DELETED_SEED) };
}

/** Two numbers to 32 bits, finished as MurmurHash3 is: every input bit moves every output bit. */
function mix(left: number, right: number, seed: number): number {
  let mixed = Math.imul(seed ^ left, MURMUR_1);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ right, MURMUR_2);
  mixed = Math.imul(mixed ^ (mixed >>> 16), MURMUR_1);
  mixed = Math.imul(mixed ^ (mixed >>> 13), MURMUR_2);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
