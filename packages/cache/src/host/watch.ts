import { Vector } from '../replication/vector.js';
import type { StoreEvent } from '../store/types.js';
import { formatVersion } from '../values/stamp.js';
import { writesOf } from '../wire/survivor-dates.js';
import type { CacheHost } from './cache-host.js';
import { tokenOf, vectorOf } from './token.js';

/** Changes that wait in one watcher; over it all are dropped, and it begins anew with a `reset`. */
const QUEUE_MAX = 10_000;

/** How to watch. */
export interface WatchOptions {
  /** Ends the watching. */
  readonly signal?: AbortSignal;
  /** All that is there comes first, as `set`. */
  readonly initial?: boolean;
  /** The cursor of the last change that was seen, on this peer or another, in this run or an earlier one. */
  readonly from?: string;
}

/**
 * What happened to a key. `reset`: changes were missed; all that is there follows as `set`, and a key
 * that does not come is gone. `expire` and `evict` are of this peer: others have their own.
 */
export interface CacheChange {
  readonly type: 'set' | 'delete' | 'expire' | 'evict' | 'reset';
  /** Empty for `reset`. */
  readonly key: string;
  readonly version: string | undefined;
  /** Where to go on from. What comes after it may come twice, and is never left out. */
  readonly cursor: string;
}

/** Where a watcher stands, as a cursor that is made only if it is asked for. */
class Place {
  readonly #vector: Vector;
  #token: string | undefined;

  constructor(vector: Vector) {
    this.#vector = vector;
  }

  get cursor(): string {
    this.#token ??= tokenOf(this.#vector);
    return this.#token;
  }
}

class Change implements CacheChange {
  readonly type: CacheChange['type'];
  readonly key: string;
  readonly version: string | undefined;
  readonly #place: Place;

  constructor(type: CacheChange['type'], key: string, version: string | undefined, place: Place) {
    this.type = type;
    this.key = key;
    this.version = version;
    this.#place = place;
  }

  get cursor(): string {
    return this.#place.cursor;
  }
}

/** @throws TypeError for a cursor that is none */
export function watch(
  host: CacheHost,
  prefix: string,
  options: WatchOptions,
): AsyncIterableIterator<CacheChange> {
  const from = options.from === undefined ? undefined : vectorOf(options.from);
  return new Watcher(host, prefix, options, from);
}

class Watcher implements AsyncIterableIterator<CacheChange> {
  readonly #host: CacheHost;
  readonly #prefix: string;
  readonly #stops: (() => void)[];
  #queue: CacheChange[] = [];
  /** What comes before the queue: made while it is read, so that it takes no room. */
  #backlog: Iterator<CacheChange> | undefined;
  #waiting: ((result: IteratorResult<CacheChange>) => void)[] = [];
  #ended = false;

  constructor(host: CacheHost, prefix: string, options: WatchOptions, from: Vector | undefined) {
    this.#host = host;
    this.#prefix = prefix;
    const { signal } = options;
    const end = (): void => void this.return();
    signal?.addEventListener('abort', end, { once: true });
    this.#stops = [
      host.changes.add(prefix, (events) => this.#changed(events)),
      host.resets.add(() => this.#reset()),
      () => signal?.removeEventListener('abort', end),
    ];
    if (from !== undefined) this.#resume(from);
    else if (options.initial === true) this.#backlog = this.#snapshot(false);
    if (signal?.aborted === true) end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<CacheChange>> {
    const change = this.#take();
    if (change !== undefined) return Promise.resolve({ done: false, value: change });
    if (this.#ended || this.#host.isClosed)
      return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<CacheChange>> {
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#queue = [];
    this.#backlog = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): CacheChange | undefined {
    const next = this.#backlog?.next();
    if (next?.done === false) return next.value;
    this.#backlog = undefined;
    return this.#queue.shift();
  }

  #changed(events: readonly StoreEvent[]): void {
    let place: Place | undefined;
    for (const { kind, key, version } of events) {
      if (!key.startsWith(this.#prefix)) continue;
      place ??= new Place(this.#host.replication.vector);
      this.#queue.push(new Change(kind, key, formatVersion(version), place));
    }
    if (place === undefined) return;
    if (this.#queue.length > QUEUE_MAX) this.#reset();
    this.#wake();
  }

  /** Something was missed. */
  #reset(): void {
    this.#queue = [];
    this.#backlog = this.#snapshot(true);
    this.#wake();
  }

  #wake(): void {
    while (this.#waiting.length > 0) {
      const change = this.#take();
      if (change === undefined) return;
      this.#waiting.shift()?.({ done: false, value: change });
    }
  }

  /** Goes on after a cursor, or anew when something after it is forgotten here. */
  #resume(from: Vector): void {
    if (from.dominates(this.#host.replication.floor.vector)) this.#backlog = this.#after(from);
    else this.#backlog = this.#snapshot(true);
  }

  /** What survives of what was written after a cursor; the key's state is told as it is now. */
  *#after(from: Vector): Generator<CacheChange> {
    const { box } = this.#host;
    const told = new Set<string>();
    const old = new Place(from);
    for (const stream of box.streams()) {
      for (const { survivor } of box.above(stream, from.get(stream))) {
        const { key } = survivor;
        if (!key.startsWith(this.#prefix) || told.has(key)) continue;
        told.add(key);
        const [version] = writesOf(survivor);
        const type = box.store.get(key, Date.now()) === undefined ? 'delete' : 'set';
        // Not before the last of it may a reader say that it has seen all.
        yield new Change(
          type,
          key,
          version === undefined ? undefined : formatVersion(version),
          old,
        );
      }
    }
  }

  *#snapshot(isReset: boolean): Generator<CacheChange> {
    const { box } = this.#host;
    const none = new Place(new Vector());
    if (isReset) yield new Change('reset', '', undefined, none);
    for (let cursor = 0, more = true; more; more = cursor !== 0) {
      const page = box.store.scan({ prefix: this.#prefix, cursor }, Date.now());
      for (const key of page.keys) {
        const held = box.store.get(key, Date.now());
        if (held === undefined) continue;
        yield new Change('set', key, formatVersion(held.version), none);
      }
      cursor = page.cursor;
    }
  }
}
