import type { CacheHost } from './cache-host.js';
import type { CacheEntry, CacheValue } from './entry.js';
import { CacheClosedError } from './errors.js';
import type { Registers } from './registers.js';

/** Makes a value. The signal aborts when nobody waits any more or the time is over. */
export type Loader = (context: {
  readonly key: string;
  readonly signal: AbortSignal;
}) => CacheValue | Promise<CacheValue>;

/** How a value is computed and kept. All callers of one key should say the same. */
export interface ComputeOptions {
  /** Milliseconds for which it is fresh. Default: for ever. */
  readonly ttl?: number;
  /** For so many milliseconds after that it is still given, while it is computed anew. Default 0. */
  readonly staleWhileRevalidate?: number;
  /** For so many milliseconds it is still given when computing it anew fails. Default 0. */
  readonly staleIfError?: number;
  /** For computing, and for waiting for somebody who does. Default 30,000. */
  readonly timeoutMs?: number;
  /** `peers`: a value that was evicted here is fetched before it is computed anew. Default `local`. */
  readonly onMiss?: 'local' | 'peers';
  readonly signal?: AbortSignal;
}

/** A value was not computed in time, here or by the peer that was to. */
export class CacheComputeTimeoutError extends Error {
  readonly code = 'compute-timeout';

  constructor(key: string, timeoutMs: number) {
    super(`${JSON.stringify(key)} was not computed in ${timeoutMs} ms`);
    this.name = 'CacheComputeTimeoutError';
  }
}

const TIMEOUT_MS = 30_000;
/** What was computed elsewhere may come a little after the news that it is there. */
const ARRIVAL_MS = 100;

/** Computations that run once in the whole mesh. */
export class Computations {
  readonly #host: CacheHost;
  readonly #cache: Registers;
  /** Under way here: who asks for the same joins. */
  readonly #running = new Map<string, Promise<CacheEntry>>();

  constructor(host: CacheHost, cache: Registers) {
    this.#host = host;
    this.#cache = cache;
  }

  async get(key: string, loader: Loader, options: ComputeOptions): Promise<CacheEntry> {
    options.signal?.throwIfAborted();
    const found = this.#cache.peek(key) ?? (await this.#fetched(key, options));
    const staleMs = found === undefined ? 0 : staleFor(found, options);
    if (found !== undefined && staleMs <= 0) return found;
    const computing = this.#join(key, loader, options);
    if (found === undefined) return await abortable(computing, options.signal);
    if (staleMs <= (options.staleWhileRevalidate ?? 0)) {
      computing.catch(() => undefined); // Whoever finds it too old to be given hears of the error.
      return found;
    }
    try {
      return await abortable(computing, options.signal);
    } catch (error) {
      if (options.signal?.aborted !== true && staleMs <= (options.staleIfError ?? 0)) return found;
      throw error;
    }
  }

  async #fetched(
    key: string,
    { onMiss = 'local', signal }: ComputeOptions,
  ): Promise<CacheEntry | undefined> {
    if (onMiss === 'local') return undefined;
    return await this.#cache.get(key, { onMiss, ...(signal === undefined ? {} : { signal }) });
  }

  #join(key: string, loader: Loader, options: ComputeOptions): Promise<CacheEntry> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const computing = this.#compute(key, loader, options).finally(() => this.#running.delete(key));
    this.#running.set(key, computing);
    return computing;
  }

  async #compute(key: string, loader: Loader, options: ComputeOptions): Promise<CacheEntry> {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const timeout = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const { id, step } = await this.#turn(key, timeout, timeoutMs);
      if (step === 'closed') throw new CacheClosedError();
      if (step === 'look') {
        const entry = await this.#arrived(key, options);
        if (entry !== undefined) return entry;
        continue;
      }
      return await this.#load(id, key, loader, { ...options, timeoutMs, timeout });
    }
  }

  /** Waits for our turn, or for news of whoever computes. */
  #turn(
    key: string,
    timeout: AbortSignal,
    timeoutMs: number,
  ): Promise<{ readonly id: number; readonly step: 'mine' | 'look' | 'closed' }> {
    return new Promise((resolve, reject) => {
      const id = this.#host.waits.next();
      const late = (): void => {
        this.#host.waits.landed(id);
        this.#host.handle({ kind: 'landed', id, worked: false });
        reject(new CacheComputeTimeoutError(key, timeoutMs));
      };
      if (timeout.aborted) return late();
      timeout.addEventListener('abort', late, { once: true });
      this.#host.waits.flight(id, (step) => {
        timeout.removeEventListener('abort', late);
        resolve({ id, step });
      });
      this.#host.handle({ kind: 'fly', id, key });
    });
  }

  async #load(
    id: number,
    key: string,
    loader: Loader,
    options: ComputeOptions & { readonly timeoutMs: number; readonly timeout: AbortSignal },
  ): Promise<CacheEntry> {
    const { ttl, timeout, timeoutMs } = options;
    let worked = false;
    try {
      // Somebody else may have computed it between our look and our turn.
      const there = this.#cache.peek(key);
      if (there !== undefined && staleFor(there, options) <= 0) return there;
      const late = new Promise<never>((_, reject) => {
        const error = new CacheComputeTimeoutError(key, timeoutMs);
        timeout.addEventListener('abort', () => reject(error), { once: true });
      });
      const value = await Promise.race([loader({ key, signal: timeout }), late]);
      await this.#cache.set(key, value, ttl === undefined ? {} : { ttl: ttl + extraMs(options) });
      worked = true;
      const entry = this.#cache.peek(key);
      if (entry === undefined) throw new CacheComputeTimeoutError(key, timeoutMs);
      return entry;
    } finally {
      this.#host.waits.landed(id);
      this.#host.handle({ kind: 'landed', id, worked });
    }
  }

  /** The value that somebody else computed, when it comes in time. */
  #arrived(key: string, options: ComputeOptions): Promise<CacheEntry | undefined> {
    const look = (): CacheEntry | undefined => {
      const entry = this.#host.isClosed ? undefined : this.#cache.peek(key);
      return entry !== undefined && staleFor(entry, options) <= 0 ? entry : undefined;
    };
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const end = (entry: CacheEntry | undefined): void => {
        clearTimeout(timer);
        stop();
        resolve(entry);
      };
      const timer = setTimeout(() => end(undefined), ARRIVAL_MS);
      const stop = this.#host.steps.add(() => {
        const entry = look();
        if (entry !== undefined) end(entry);
      });
    });
  }
}

/** Kept longer than it is fresh. */
function extraMs({ staleWhileRevalidate = 0, staleIfError = 0 }: ComputeOptions): number {
  return Math.max(staleWhileRevalidate, staleIfError);
}

/** How long it has not been fresh any more; up to 0 while it is. */
function staleFor({ expiresAt }: CacheEntry, options: ComputeOptions): number {
  if (expiresAt === undefined) return 0;
  return Date.now() - (expiresAt - extraMs(options));
}

function abortable<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
