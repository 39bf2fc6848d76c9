import { Vector } from '../replication/vector.js';
import { placesOf } from '../wire/survivor-dates.js';
import type { CacheHost } from './cache-host.js';
import type { CacheEntry, CacheValue } from './entry.js';
import type { ReadOptions, SetOptions, WriteOptions, Written } from './options.js';
import { holdSession, reachSession } from './reads.js';
import type { Registers } from './registers.js';
import { tokenOf, vectorOf } from './token.js';

/**
 * Reads that never go back, on any peer (Terry et al. 1994): a session reads its own writes, never
 * less than it has read, and what it writes comes after what it had read and written, everywhere.
 */
export class CacheSession {
  readonly #host: CacheHost;
  readonly #cache: Registers;
  readonly #seen: Vector;
  /** Something was read or written here: what this peer holds belongs to what was seen. */
  #touched = false;

  /** @throws TypeError for a token that is none */
  constructor(host: CacheHost, cache: Registers, token: string | undefined) {
    this.#host = host;
    this.#cache = cache;
    this.#seen = token === undefined ? new Vector() : vectorOf(token);
  }

  /** What was seen so far, as a text: another peer's `cache.session(token)` goes on from there. */
  token(): string {
    if (this.#touched) this.#seen.merge(this.#host.replication.vector);
    this.#touched = false;
    return tokenOf(this.#seen);
  }

  /**
   * Waits up to 250 ms for this peer to hold what was seen, then asks a neighbour that does.
   * @throws SessionBehindError when nobody in reach does, and as `cache.get`
   */
  async get(key: string, options: ReadOptions = {}): Promise<CacheEntry | undefined> {
    await reachSession(this.#host, key, this.#seen, options);
    const entry = await this.#cache.get(key, options);
    this.#touched = true;
    // It may be of a repair that is under way, and so beyond what this peer holds without holes.
    for (const [stream, sequence] of placesOf(this.#host.box.survivor(key))) {
      this.#seen.raise(stream, sequence);
    }
    return entry;
  }

  /** @throws as `cache.set`, and SessionBehindError */
  async set(key: string, value: CacheValue, options: SetOptions = {}): Promise<Written> {
    await holdSession(this.#host, this.#seen, options);
    this.#touched = true;
    return await this.#cache.set(key, value, options);
  }

  /** @throws as `cache.delete`, and SessionBehindError */
  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    await holdSession(this.#host, this.#seen, options);
    this.#touched = true;
    return await this.#cache.delete(key, options);
  }
}
