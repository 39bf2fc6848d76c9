import type { CacheEntry, CacheValue } from './entry.js';
import type { ReadOptions, SetOptions, WriteOptions, Written } from './options.js';

/** Single values of a cache, as what stands on them needs them: `Cache` has these and more. */
export interface Registers {
  /** As it stands here now, without asking anybody. */
  peek(key: string): CacheEntry | undefined;
  get(key: string, options?: ReadOptions): Promise<CacheEntry | undefined>;
  set(key: string, value: CacheValue, options?: SetOptions): Promise<Written>;
  /** @returns whether there was something to delete */
  delete(key: string, options?: WriteOptions): Promise<boolean>;
}
