import type { IncomingMessage } from 'node:http';
import type { ReadLevel, WriteLevel } from '../host/options.js';
import { WAIT_MS_MAX } from './limits.js';
import { HttpRefusal } from './refusal.js';

/** A request as the resources of the cache see it: a parameter of the query, or a header. */
export class CacheRequest {
  readonly message: IncomingMessage;
  readonly method: string;
  /** Undefined: all keys. */
  readonly key: string | undefined;
  readonly query: URLSearchParams;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;

  /** @param prefix path below which the keys are, with its last `/` */
  constructor(message: IncomingMessage, prefix: string, signal: AbortSignal) {
    this.message = message;
    this.method = message.method ?? 'GET';
    this.signal = signal;
    const url = message.url ?? '';
    const end = url.indexOf('?');
    this.query = new URLSearchParams(end < 0 ? '' : url.slice(end));
    this.key = keyOf(end < 0 ? url : url.slice(0, end), prefix);
  }

  /** `Hearsay-<name>`, or the parameter of that name. */
  value(name: string): string | undefined {
    const header = this.message.headers[`hearsay-${name}`];
    return this.query.get(name) ?? (typeof header === 'string' ? header : undefined);
  }

  /** Milliseconds to live: `Hearsay-TTL`, `ttl` or `Cache-Control: max-age`, all in seconds. */
  get ttlMs(): number | undefined {
    const [, maxAge] = /(?:^|[\s,])max-age=(\d+)/i.exec(this.header('cache-control') ?? '') ?? [];
    const text = this.value('ttl') ?? maxAge;
    return text === undefined ? undefined : this.#milliseconds(text, 'ttl');
  }

  /** @throws HttpRefusal */
  get waitOptions(): { readonly signal: AbortSignal; readonly timeoutMs?: number } {
    const text = this.value('timeout');
    if (text === undefined) return { signal: this.signal };
    const timeoutMs = this.#milliseconds(text, 'timeout');
    if (timeoutMs > WAIT_MS_MAX) throw bad(`timeout is at most ${WAIT_MS_MAX / 1_000} seconds`);
    return { signal: this.signal, timeoutMs };
  }

  /** @throws HttpRefusal */
  get onMiss(): 'local' | 'peers' {
    const text = this.query.get('miss') ?? 'local';
    if (text === 'local' || text === 'peers') return text;
    throw new HttpRefusal(400, 'bad-request', 'miss is local or peers');
  }

  /** `session` is told by `sessionToken`, and read here alone. @throws HttpRefusal */
  get readLevel(): ReadLevel {
    const text = this.value('read') ?? 'local';
    return text === 'session' ? 'local' : levelOf(text, 'read', ['local', 'majority'] as const);
  }

  /** @throws HttpRefusal */
  get writeLevel(): WriteLevel {
    return levelOf(this.value('write') ?? 'local', 'write', ['local', 'majority', 'all'] as const);
  }

  /** The token of a session; empty for one that begins, undefined for none. */
  get sessionToken(): string | undefined {
    return this.value('session') ?? (this.value('read') === 'session' ? '' : undefined);
  }

  /** Whether a parameter is there: `?watch`. */
  has(name: string): boolean {
    return this.query.has(name);
  }

  header(name: string): string | undefined {
    const value = this.message.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A whole number of the query. @throws HttpRefusal */
  count(name: string): number | undefined {
    const text = this.query.get(name);
    if (text === null) return undefined;
    const count = Number(text);
    if (!/^\d{1,15}$/.test(text)) throw bad(`${name} is a whole number`);
    return count;
  }

  #milliseconds(text: string, name: string): number {
    if (!/^\d{1,12}(\.\d{1,9})?$/.test(text) || Number(text) === 0) {
      throw bad(`${name} is a number of seconds above 0`);
    }
    return Math.max(1, Math.round(Number(text) * 1_000));
  }
}

function keyOf(path: string, prefix: string): string | undefined {
  const encoded = path.slice(prefix.length);
  if (encoded === '') return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new HttpRefusal(400, 'bad-key', 'the key of a path is percent-encoded UTF-8');
  }
}

function levelOf<Name extends string>(
  text: string,
  what: string,
  names: readonly Name[],
): Name | number {
  const name = names.find((each) => each === text);
  if (name !== undefined) return name;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw bad(`${what} is ${names.join(', ')}, or a number of peers from 1`);
}

export function bad(message: string): HttpRefusal {
  return new HttpRefusal(400, 'bad-request', message);
}
