import type { Peer } from '@hearsay/node';
import type { DocumentHandle } from '../documents/document-host.js';
import { DocumentError } from '../documents/errors.js';
import type { Documents } from '../documents/open-documents.js';
import { writeBackup } from '../persistence/backup.js';
import type { CacheDamage } from '../persistence/cache-log.js';
import type { ReplicationEvent } from '../replication/effect.js';
import type { Held } from '../store/types.js';
import type { Change } from '../values/operation.js';
import { formatVersion, type Version } from '../values/stamp.js';
import type { CacheHost } from './cache-host.js';
import { CacheCounter, CacheHash, CacheSet, type CollectionParts } from './collections.js';
import { Computations, type ComputeOptions, type Loader } from './compute.js';
import { binaryOf, CacheEntry, type CacheValue } from './entry.js';
import { type CacheDiskError, ConditionalError } from './errors.js';
import { type Examination, examine } from './examine.js';
import { acknowledged, checkReachable, checkSignal, copiesOf } from './levels.js';
import type {
  OperationOptions,
  ReadOptions,
  SetOptions,
  WriteOptions,
  Written,
} from './options.js';
import { fetchEvicted, readFrom } from './reads.js';
import type { Registers } from './registers.js';
import { CacheSession } from './session.js';
import { type CacheStatus, statusOf } from './status.js';
import { type CacheChange, type WatchOptions, watch } from './watch.js';

/** Keys of one page of a scan. */
export interface KeyPage {
  readonly keys: readonly string[];
  /** For the next page; undefined at the end. */
  readonly cursor: number | undefined;
}

/** Events of a cache. */
export interface CacheEvents {
  readonly replication: ReplicationEvent;
  readonly failed: CacheDiskError;
  /** After it was opened: a file was damaged, and what is missing comes back from other peers. */
  readonly damaged: CacheDamage;
}

/** Keys deleted together by `clear`. */
const CLEAR_KEYS = 500;

/** A cache that every peer of a mesh holds whole. Made by `openCache`. */
export class Cache implements Registers {
  readonly #host: CacheHost;
  readonly #documents: Documents | undefined;
  readonly #computations: Computations;
  readonly #collections: CollectionParts;

  /** @param documents those that were opened with it, if any */
  constructor(host: CacheHost, documents?: Documents) {
    this.#host = host;
    this.#documents = documents;
    this.#computations = new Computations(host, this);
    this.#collections = {
      host,
      write: async (key, changes, options) => {
        if (changes.length === 0) return undefined;
        const writes = changes.map((change) => ({ key, change }));
        return await this.#write(writes, options, () => `write ${JSON.stringify(key)}`);
      },
    };
  }

  get peer(): Peer {
    return this.#host.peer;
  }

  /** A value as it stands here now, without asking anybody. @throws CacheError `wrong-type`, CacheClosedError */
  peek(key: string): CacheEntry | undefined {
    this.#host.check();
    const held = this.#host.box.store.get(key, Date.now());
    if (held === undefined) this.#host.tally.misses += 1;
    else this.#host.tally.hits += 1;
    if (held === undefined || held.value.kind !== 'register') return undefined;
    return new CacheEntry(held.value.value, held.version, held.deadlineMs);
  }

  /** What a key holds here now, of any type. @throws CacheClosedError, CacheError `counter-overflow` */
  held(key: string): Held | undefined {
    this.#host.check();
    return this.#host.box.store.get(key, Date.now());
  }

  /**
   * A value, or undefined.
   * @throws CacheError `wrong-type`, QuorumError, CacheClosedError, or the signal's reason
   */
  async get(key: string, options: ReadOptions = {}): Promise<CacheEntry | undefined> {
    checkSignal(options.signal);
    if (options.read !== undefined && options.read !== 'local') {
      await readFrom(this.#host, key, options);
    }
    if (options.onMiss === 'peers' && this.#host.box.store.mayBeElsewhere(key)) {
      await fetchEvicted(this.#host, key, options);
    }
    return this.peek(key);
  }

  /** @throws as `get` */
  async has(key: string, options: ReadOptions = {}): Promise<boolean> {
    return (await this.get(key, options)) !== undefined;
  }

  /** Values of keys that are there. @throws as `get` */
  async getMany(
    keys: readonly string[],
    options: ReadOptions = {},
  ): Promise<ReadonlyMap<string, CacheEntry>> {
    const found = new Map<string, CacheEntry>();
    const entries = await Promise.all(keys.map((key) => this.get(key, options)));
    keys.forEach((key, index) => {
      const entry = entries[index];
      if (entry !== undefined) found.set(key, entry);
    });
    return found;
  }

  /**
   * Writes a value; with `ttl` it is gone after so many milliseconds.
   * @throws CacheError `bad-key`, `too-large`, `bad-value`, `out-of-memory`; QuorumError;
   *   ConditionalError; CacheDiskError; CacheClosedError; or the signal's reason
   */
  async set(key: string, value: CacheValue, options: SetOptions = {}): Promise<Written> {
    refuseConditions(options);
    const change = this.#setChange(key, value, options.ttl);
    return await this.#write([{ key, change }], options, () => `set ${JSON.stringify(key)}`);
  }

  /**
   * Writes several values together: no peer ever shows some of them without the others.
   * @throws as `set`; CacheError `too-large` over 1 MiB in all
   */
  async setMany(
    entries: Iterable<readonly [string, CacheValue]>,
    options: SetOptions = {},
  ): Promise<Written> {
    refuseConditions(options);
    const writes = [...entries].map(([key, value]) => ({
      key,
      change: this.#setChange(key, value, options.ttl),
    }));
    return await this.#write(writes, options, () => `set ${writes.length} keys`);
  }

  /**
   * Deletes what a key holds, and all that is in the document of that key. The level of `options` is
   * that of values: a document is deleted here, and goes to others as every edit does.
   * @returns whether there was anything. @throws as `set`; DocumentError `disk-failed`
   */
  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    this.#host.check();
    const change = this.#host.box.store.prepareDelete(key, Date.now());
    if (change !== undefined) {
      await this.#write([{ key, change }], options, () => `delete ${JSON.stringify(key)}`);
    }
    if (this.#documents?.delete(key) !== true) return change !== undefined;
    await this.#documents.stored();
    return true;
  }

  /** Gives a key `ttl` milliseconds from now. @returns whether the key is there. @throws as `set` */
  touch(key: string, ttl: number, options: WriteOptions = {}): Promise<boolean> {
    return this.#deadline(key, Date.now() + ttl, options);
  }

  /** Lets a key live for ever. @returns whether the key is there. @throws as `set` */
  persist(key: string, options: WriteOptions = {}): Promise<boolean> {
    return this.#deadline(key, undefined, options);
  }

  /** A page of keys. A key that is there during the whole scan comes at least once. @throws CacheClosedError */
  scan(
    options: { readonly prefix?: string; readonly cursor?: number; readonly limit?: number } = {},
  ): KeyPage {
    this.#host.check();
    const { keys, cursor } = this.#host.box.store.scan(options, Date.now());
    return { keys, cursor: cursor === 0 ? undefined : cursor };
  }

  /** All keys with a prefix. @throws CacheClosedError */
  *keys(prefix = ''): Generator<string> {
    for (let cursor: number | undefined = 0; cursor !== undefined; ) {
      const page: KeyPage = this.scan({ prefix, cursor });
      yield* page.keys;
      cursor = page.cursor;
    }
  }

  /** Deletes all values with a prefix, and no document. @returns how many. @throws as `set` */
  async clear(prefix: string, options: WriteOptions = {}): Promise<number> {
    const keys = [...this.keys(prefix)];
    for (let start = 0; start < keys.length; start += CLEAR_KEYS) {
      const writes = keys.slice(start, start + CLEAR_KEYS).flatMap((key) => {
        const change = this.#host.box.store.prepareDelete(key, Date.now());
        return change === undefined ? [] : [{ key, change }];
      });
      if (writes.length > 0) await this.#write(writes, options, () => `clear ${prefix}`);
    }
    return keys.length;
  }

  /**
   * A value, or what `loader` makes of it: once in the whole mesh, however many ask at once. The peer
   * that computes is replaced when it goes.
   * @throws what the loader throws, CacheComputeTimeoutError, CacheClosedError, or the signal's reason
   */
  getOrCompute(key: string, loader: Loader, options: ComputeOptions = {}): Promise<CacheEntry> {
    return this.#computations.get(key, loader, options);
  }

  /**
   * Changes of keys with a prefix, from now on, from a cursor, or with all that is there first.
   * @throws CacheClosedError, TypeError for a cursor that is none
   */
  watch(prefix = '', options: WatchOptions = {}): AsyncIterableIterator<CacheChange> {
    this.#host.check();
    return watch(this.#host, prefix, options);
  }

  /** The counter of a key; made when first added to. */
  counter(key: string): CacheCounter {
    return new CacheCounter(key, this.#collections);
  }

  /** The set of a key; made when first added to, and gone with its last element. */
  setOf(key: string): CacheSet {
    return new CacheSet(key, this.#collections);
  }

  /** The hash of a key; made with its first field, and gone with its last. */
  hash(key: string): CacheHash {
    return new CacheHash(key, this.#collections);
  }

  /** A session that never sees less than it has seen and written. @param token of an earlier session */
  session(token?: string): CacheSession {
    this.#host.check();
    return new CacheSession(this.#host, this, token);
  }

  /**
   * A live Yjs document, shared with all peers, and with Yjs clients at `/yjs/<key>` of each. It is
   * beside what else the key may hold. It stays in memory until the handle is closed.
   * @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed`, `closed`; also `closed` when
   *   the cache was opened without documents
   */
  doc(key: string): DocumentHandle {
    this.#host.check();
    if (this.#documents !== undefined) return this.#documents.doc(key);
    throw new DocumentError('closed', 'this cache was opened with documents: false');
  }

  /** The documents that were opened with this cache, if any. It closes them. */
  get documents(): Documents | undefined {
    return this.#documents;
  }

  status(): CacheStatus {
    return { ...statusOf(this.#host), documents: this.#documents?.status() };
  }

  on<Name extends keyof CacheEvents>(
    name: Name,
    listener: (event: CacheEvents[Name]) => void,
  ): () => void {
    const { damages, events, failures } = this.#host;
    // Each name has listeners of its own kind of event.
    const listeners = { replication: events, failed: failures, damaged: damages }[
      name
    ] as unknown as {
      add(listener: (event: CacheEvents[Name]) => void): () => void;
    };
    return listeners.add(listener);
  }

  /**
   * Compares content with every member that lives, and tells who holds up forgetting. Nothing is
   * changed, but keys that differ though the writes are the same are repaired.
   * @throws CacheClosedError, or the signal's reason
   */
  examine(options: OperationOptions = {}): Promise<Examination> {
    this.#host.check();
    return examine(this.#host, options);
  }

  /** Writes all that is here to a new file. @throws system errors, CacheClosedError */
  async backup(file: string): Promise<void> {
    this.#host.check();
    await writeBackup(file, this.#host);
  }

  /** Compares digests with one neighbour now; what differs is told by a `diverged` event. */
  compareNow(): void {
    this.#host.handle({ kind: 'compare' });
  }

  /** Sends and keeps what was written, and stops. The peer goes on. Idempotent. */
  async close(): Promise<void> {
    await this.#documents?.close();
    await this.#host.close();
  }

  #setChange(key: string, value: CacheValue, ttl: number | undefined): Change {
    this.#host.check();
    const nowMs = Date.now();
    const deadlineMs = ttl === undefined ? undefined : Math.floor(nowMs + ttl);
    return this.#host.box.store.prepareSet(key, binaryOf(value), deadlineMs, nowMs);
  }

  async #deadline(
    key: string,
    deadlineMs: number | undefined,
    options: WriteOptions,
  ): Promise<boolean> {
    this.#host.check();
    const whole = deadlineMs === undefined ? undefined : Math.floor(deadlineMs);
    const change = this.#host.box.store.prepareDeadline(key, whole, Date.now());
    if (change === undefined) return false;
    await this.#write([{ key, change }], options, () => `touch ${JSON.stringify(key)}`);
    return true;
  }

  #write(
    writes: readonly { readonly key: string; readonly change: Change }[],
    options: WriteOptions,
    what: () => string,
  ): Promise<Written> {
    return writeTo(this.#host, writes, options, what);
  }
}

/** One write or batch, up to what its level says. */
async function writeTo(
  host: CacheHost,
  writes: readonly { readonly key: string; readonly change: Change }[],
  options: WriteOptions,
  what: () => string,
): Promise<Written> {
  checkSignal(options.signal);
  const wanted = copiesOf(host, options.write ?? 'local');
  if (wanted > 1) checkReachable(host, wanted, what());
  const version: Version = host.write(writes, wanted > 1);
  const { pressure } = host;
  if (pressure !== undefined) await pressure;
  let copies = 1;
  if (wanted > 1) copies = await acknowledged(host, version, wanted, options);
  const stored = host.stored();
  if (stored !== undefined) await stored;
  return { version: formatVersion(version), copies };
}

function refuseConditions({ ifAbsent, ifPresent, ifVersion }: SetOptions): void {
  if (ifAbsent === true) throw new ConditionalError('set only if the key is absent');
  if (ifPresent === true) throw new ConditionalError('set only if the key is present');
  if (ifVersion !== undefined) throw new ConditionalError('set only over a known version');
}
