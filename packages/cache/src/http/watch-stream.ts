import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Cache } from '../host/cache.js';
import type { CacheChange } from '../host/watch.js';
import type { Answer } from './answers.js';
import { contentOf } from './content.js';
import { WATCHED_VALUE_CHARS_MAX } from './limits.js';
import { HttpRefusal } from './refusal.js';
import type { CacheRequest } from './request-options.js';

/** A comment so often, so that nothing between takes the connection for dead. */
const KEEP_ALIVE_MS = 15_000;
/** A client that was cut off comes back after so long. */
const RETRY_MS = 1_000;

/**
 * Changes as server-sent events, until the client goes. `Last-Event-ID`, which a browser sends by
 * itself, or `from` goes on after a cursor; `initial` begins with all that is there.
 * @throws HttpRefusal for a cursor that is none
 */
export async function streamChanges(
  cache: Cache,
  request: CacheRequest,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const from = request.header('last-event-id') ?? request.query.get('from') ?? undefined;
  const { signal } = request;
  const changes = watchFrom(cache, request, from, signal);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  try {
    for await (const change of changes) {
      // The watcher holds what comes meanwhile, up to its bound, and then begins anew with a reset.
      if (!response.write(eventOf(cache, change, request.has('values')))) {
        await once(response, 'drain', { signal });
      }
    }
    response.end();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(keepAlive);
  }
  return undefined;
}

function watchFrom(
  cache: Cache,
  request: CacheRequest,
  from: string | undefined,
  signal: AbortSignal,
): AsyncIterableIterator<CacheChange> {
  const prefix = request.query.get('prefix') ?? '';
  const start = from === undefined ? { initial: request.has('initial') } : { from };
  try {
    return cache.watch(prefix, { signal, ...start });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new HttpRefusal(400, 'bad-cursor', 'this is no cursor of a cache');
  }
}

function eventOf(cache: Cache, change: CacheChange, withValues: boolean): string {
  const { type, key, version, cursor } = change;
  const facts = type === 'reset' ? {} : { key, version: version ?? null };
  const data = type === 'set' && withValues ? { ...facts, ...contentNow(cache, key) } : facts;
  return `event: ${type}\nid: ${cursor}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What the key holds by now; nothing when that is too long to be told here. */
function contentNow(cache: Cache, key: string): object {
  const held = cache.held(key);
  if (held === undefined) return {};
  const content = contentOf(held);
  return JSON.stringify(content).length > WATCHED_VALUE_CHARS_MAX ? {} : content;
}
