import type { Cache } from '@hearsay/cache';
import type { Durability, Peer } from '@hearsay/node';

export interface CacheServiceOptions {
  readonly peer: Peer;
  /** Folder of the cache and of documents. */
  readonly dir: string;
  readonly memoryBytes: number;
  readonly durability: Durability | undefined;
  /** It could not be opened, or cannot be written any more: one line. */
  readonly onTrouble: (line: string) => void;
}

/** The first screen comes first: nobody waits for the cache in the first moments. */
const OPEN_AFTER_MS = 50;

/** The cache and the documents of this peer: opened when the chat is there, served over HTTP with a page. */
export class CacheService {
  readonly #options: CacheServiceOptions;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<Cache> | undefined;
  #stopServing: readonly (() => void)[] = [];
  #isClosed = false;

  constructor(options: CacheServiceOptions) {
    this.#options = options;
  }

  /** Opens it soon. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.cache().catch((error: unknown) => this.#complain(error));
    }, OPEN_AFTER_MS);
  }

  /** Opens it now, if it is not open. Rejects with what keeps it from that. */
  cache(): Promise<Cache> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Keeps what was written. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const cache = await this.#opening?.catch(() => undefined);
    for (const stop of this.#stopServing) stop();
    await cache?.close();
  }

  async #open(): Promise<Cache> {
    const { peer, dir, memoryBytes, durability } = this.#options;
    const [{ openCache, serveCache }, { servePad }] = await Promise.all([
      import('@hearsay/cache'),
      import('@hearsay/pad'),
    ]);
    const cache = await openCache({
      peer,
      dir,
      maxMemory: memoryBytes,
      eviction: 'lru',
      ...(durability === undefined ? {} : { durability }),
    });
    cache.on('failed', (error) => this.#complain(error));
    cache.on('damaged', ({ file, lostBytes }) => {
      const what = `${lostBytes} damaged bytes of ${file} are not used`;
      this.#options.onTrouble(`${what}: what is missing comes from other peers`);
    });
    if (!this.#isClosed) this.#stopServing = [serveCache(cache), servePad({ peer })];
    return cache;
  }

  #complain(error: unknown): void {
    if (this.#isClosed) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.onTrouble(`the cache does not work: ${reason}`);
  }
}
