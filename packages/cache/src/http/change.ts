import type { Cache } from '../host/cache.js';
import type { WriteOptions } from '../host/options.js';
import { bad } from './request-options.js';

/** What a `POST` to a key may ask for. */
export type KeyChange =
  | { readonly op: 'incr'; readonly by: number }
  | { readonly op: 'add' | 'rem'; readonly values: readonly string[] }
  | { readonly op: 'hset'; readonly fields: readonly (readonly [string, string])[] }
  | { readonly op: 'hdel'; readonly fields: readonly string[] }
  | { readonly op: 'touch'; readonly ttlMs: number }
  | { readonly op: 'persist' };

type Fields = Readonly<Record<string, unknown>>;

/** Reads the JSON of a change; what else it says is ignored. @throws HttpRefusal */
export function readChange(text: string): KeyChange {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('the body of a POST is JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) throw bad('the body of a POST is an object');
  return readFields(parsed as Fields); // An object, by the check above.
}

function readFields(fields: Fields): KeyChange {
  const { op } = fields;
  switch (op) {
    case 'incr': {
      const { by = 1 } = fields;
      if (typeof by !== 'number' || !Number.isSafeInteger(by)) throw bad('by is a whole number');
      return { op, by };
    }
    case 'add':
    case 'rem':
      return { op, values: textsOf(fields['values'], 'values') };
    case 'hset':
      return { op, fields: pairsOf(fields['fields']) };
    case 'hdel':
      return { op, fields: textsOf(fields['fields'], 'fields') };
    case 'touch': {
      const { ttl } = fields;
      if (typeof ttl !== 'number' || !(ttl > 0)) throw bad('ttl is a number of seconds above 0');
      return { op, ttlMs: ttl * 1_000 };
    }
    case 'persist':
      return { op };
    default:
      throw bad('op is incr, add, rem, hset, hdel, touch or persist');
  }
}

/** @returns whether the key is there afterwards */
export async function makeChange(
  cache: Cache,
  key: string,
  change: KeyChange,
  options: WriteOptions,
): Promise<boolean> {
  switch (change.op) {
    case 'incr':
      await cache.counter(key).add(change.by, options);
      break;
    case 'add':
      await cache.setOf(key).add(change.values, options);
      break;
    case 'rem':
      await cache.setOf(key).delete(change.values, options);
      break;
    case 'hset':
      await cache.hash(key).setMany(change.fields, options);
      break;
    case 'hdel':
      await cache.hash(key).delete(change.fields, options);
      break;
    case 'touch':
      return await cache.touch(key, change.ttlMs, options);
    case 'persist':
      return await cache.persist(key, options);
  }
  return cache.held(key) !== undefined;
}

function textsOf(value: unknown, what: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const texts = list.filter((each) => typeof each === 'string');
  if (texts.length === 0 || texts.length !== list.length) {
    throw bad(`${what} is a list of at least one text`);
  }
  return texts;
}

function pairsOf(value: unknown): readonly (readonly [string, string])[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const pairs = entries.filter((each): each is [string, string] => typeof each[1] === 'string');
  if (pairs.length === 0 || pairs.length !== entries.length) {
    throw bad('fields is an object of at least one text');
  }
  return pairs;
}
