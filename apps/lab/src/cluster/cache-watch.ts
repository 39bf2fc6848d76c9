import { clockMs } from '../clock.js';
import { type CacheWord, readCache } from './cache-client.js';
import type { Chronicle } from './chronicle.js';
import type { Member } from './member.js';

/** Caches are asked this often, from the first write on. */
const ASK_MS = 200;

export interface CacheWatchOptions {
  /** Members whose process runs and answers. */
  readonly running: () => readonly Member[];
  readonly chronicle: Chronicle;
  readonly changed: () => void;
  readonly read?: (port: number) => Promise<CacheWord>;
}

/** Asks the running peers what their caches hold, and so knows how far apart these are. */
export class CacheWatch {
  readonly #options: CacheWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  /** When somebody wrote last; undefined: nobody did, and nobody is asked. */
  #wroteAtMs: number | undefined;
  /** Agreement since the last write is told once. */
  #told = false;
  #closed = false;

  constructor(options: CacheWatchOptions) {
    this.#options = options;
  }

  /** Somebody wrote: from now on caches are of interest. */
  wrote(atMs: number): void {
    const isFirst = this.#wroteAtMs === undefined;
    this.#wroteAtMs = atMs;
    this.#told = false;
    if (isFirst) this.#later();
  }

  /**
   * Writes that each running peer lacks of what any of them holds; undefined of one that has not told.
   * Empty before the first write.
   */
  lacking(): ReadonlyMap<string, number | undefined> {
    if (this.#wroteAtMs === undefined) return new Map();
    const running = this.#options.running();
    const best = new Map<string, number>();
    for (const { cache } of running) {
      for (const [stream, sequence] of cache?.vector ?? []) {
        best.set(stream, Math.max(best.get(stream) ?? 0, sequence));
      }
    }
    return new Map(running.map(({ nick, cache }) => [nick, lacks(cache, best)]));
  }

  /** When all running peers were first found to hold the same after the last write; undefined: not yet. */
  agreed(): boolean {
    const counts = [...this.lacking().values()];
    return counts.length > 0 && counts.every((count) => count === 0) && this.#toldSince();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Every word is from after the last write. */
  #toldSince(): boolean {
    return this.#options.running().every(({ cache }) => {
      return cache !== undefined && cache.askedAtMs >= (this.#wroteAtMs ?? 0);
    });
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // Whoever does not answer has told nothing; that is no failure of the lab.
      void this.#ask().then(() => this.#later());
    }, ASK_MS);
  }

  async #ask(): Promise<void> {
    const { running, read = readCache } = this.#options;
    await Promise.all(
      running().map(async (member) => {
        const { run } = member;
        const askedAtMs = clockMs();
        try {
          const word = await read(member.port);
          // What an earlier process held says nothing of this one.
          if (member.run === run) member.cache = { ...word, askedAtMs };
        } catch {
          if (member.run === run) member.cache = undefined;
        }
      }),
    );
    if (!this.#closed) this.#sum(clockMs());
  }

  #sum(atMs: number): void {
    const { chronicle, changed } = this.#options;
    const counts = [...this.lacking().values()];
    chronicle.cacheSample({ atMs, lacking: Math.max(0, ...counts.map((count) => count ?? 0)) });
    if (!this.#told && this.agreed()) {
      this.#told = true;
      const seconds = ((atMs - (this.#wroteAtMs ?? atMs)) / 1_000).toFixed(1);
      const text = `all ${counts.length} caches hold the same, ${seconds}s after the last write`;
      chronicle.entry({ atMs, kind: 'note', who: 'lab', text });
    }
    changed();
  }
}

function lacks(
  cache: CacheWord | undefined,
  best: ReadonlyMap<string, number>,
): number | undefined {
  if (cache === undefined) return undefined;
  return [...best].reduce((sum, [stream, sequence]) => {
    return sum + Math.max(0, sequence - (cache.vector.get(stream) ?? 0));
  }, 0);
}
