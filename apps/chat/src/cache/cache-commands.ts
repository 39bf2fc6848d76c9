import type { Cache, Held } from '@hearsay/cache';
import { sanitiseText } from '../text/sanitise.js';

/** What a person or a program asks of the cache from within the chat. */
export type CacheRequest =
  | { readonly op: 'get' | 'del'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly ttlMs?: number }
  | { readonly op: 'incr'; readonly key: string; readonly by: number };

/** What became of it. */
export interface CacheAnswer {
  readonly key: string;
  readonly done: 'found' | 'missing' | 'written' | 'deleted';
  /** What the key holds now, as JSON can say it. */
  readonly value: unknown;
  readonly version: string | undefined;
}

/** @throws errors of the cache, whose `code` is stable and whose message is one line */
export async function askCache(cache: Cache, request: CacheRequest): Promise<CacheAnswer> {
  const { key } = request;
  switch (request.op) {
    case 'get':
      await cache.get(key);
      break;
    case 'set':
      await cache.set(
        key,
        request.value,
        request.ttlMs === undefined ? {} : { ttl: request.ttlMs },
      );
      return { ...holding(cache, key), done: 'written' };
    case 'del': {
      const done = (await cache.delete(key)) ? 'deleted' : 'missing';
      return { key, done, value: null, version: undefined };
    }
    case 'incr':
      await cache.counter(key).add(request.by);
      return { ...holding(cache, key), done: 'written' };
  }
  return holding(cache, key);
}

/** The answer in words. */
export function cacheRows({ key, done, value }: CacheAnswer): readonly string[] {
  const shown = JSON.stringify(sanitiseText(key));
  if (done === 'missing') return [`${shown} holds nothing`];
  if (done === 'deleted') return [`deleted ${shown}`];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${shown} = ${sanitiseText(text)}`.split('\n');
}

function holding(cache: Cache, key: string): CacheAnswer {
  const held = cache.held(key);
  if (held === undefined) return { key, done: 'missing', value: null, version: undefined };
  const { ms, counter, stream } = held.version;
  return { key, done: 'found', value: contentNow(held), version: `${ms}.${counter}.${stream}` };
}

function contentNow({ value }: Held): unknown {
  const textOf = (binary: string): string => Buffer.from(binary, 'latin1').toString('utf8');
  switch (value.kind) {
    case 'register':
      return textOf(value.value);
    case 'counter':
      return value.value;
    case 'set':
      return value.elements.map(textOf).sort();
    case 'hash':
      return Object.fromEntries([...value.fields].map((field) => field.map(textOf)));
  }
}
