import { readBody } from '@hearsay/node';
import type { Cache } from '../host/cache.js';
import { ConditionalError } from '../host/errors.js';
import type { CacheSession } from '../host/session.js';
import { DEFAULT_CACHE_LIMITS } from '../limits.js';
import type { Held } from '../store/types.js';
import { bytesOfBinary } from '../values/binary.js';
import { formatVersion } from '../values/stamp.js';
import { type Answer, jsonAnswer } from './answers.js';
import { makeChange, readChange } from './change.js';
import { contentOf, mediaTypeOf } from './content.js';
import { CHANGE_BYTES_MAX } from './limits.js';
import { HttpRefusal } from './refusal.js';
import type { CacheRequest } from './request-options.js';

const METHODS = 'GET, HEAD, PUT, DELETE, POST, OPTIONS';

/** Answers a request about one key. @throws HttpRefusal, and as the cache */
export async function answerKey(cache: Cache, key: string, request: CacheRequest): Promise<Answer> {
  const session = sessionOf(cache, request);
  const answer = await answerIn({ cache, session }, key, request);
  if (session === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'hearsay-session': session.token() } };
}

interface Asked {
  readonly cache: Cache;
  readonly session: CacheSession | undefined;
}

async function answerIn(asked: Asked, key: string, request: CacheRequest): Promise<Answer> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return await read(asked, key, request);
    case 'PUT':
      refuseConditions(request);
      return await put(asked, key, request);
    case 'DELETE':
      refuseConditions(request);
      return await remove(asked, key, request);
    case 'POST':
      refuseConditions(request);
      return await change(asked, key, request);
    case 'OPTIONS':
      return { status: 204, headers: { allow: METHODS } };
    default:
      throw new HttpRefusal(405, 'bad-method', `a key takes ${METHODS}`, { allow: METHODS });
  }
}

async function read(
  { cache, session }: Asked,
  key: string,
  request: CacheRequest,
): Promise<Answer> {
  const { readLevel: read, onMiss } = request;
  await (session ?? cache).get(key, { ...request.waitOptions, read, onMiss });
  const held = cache.held(key);
  if (held === undefined) throw notFound(key);
  const headers = headersOf(held);
  if (matches(request.header('if-none-match'), headers['etag'])) return { status: 304, headers };
  if (held.value.kind !== 'register' || request.has('json')) {
    return jsonAnswer(contentOf(held), 200, headers);
  }
  const body = bytesOfBinary(held.value.value);
  return { status: 200, headers: { ...headers, 'content-type': mediaTypeOf(body) }, body };
}

async function put({ cache, session }: Asked, key: string, request: CacheRequest): Promise<Answer> {
  const { ttlMs, waitOptions, writeLevel } = request;
  const value = await readBody(request.message, DEFAULT_CACHE_LIMITS.valueBytesMax);
  const options = {
    ...waitOptions,
    write: writeLevel,
    ...(ttlMs === undefined ? {} : { ttl: ttlMs }),
  };
  const { version, copies } = await (session ?? cache).set(key, value, options);
  return { status: 204, headers: { etag: `"${version}"`, 'hearsay-copies': String(copies) } };
}

async function remove(
  { cache, session }: Asked,
  key: string,
  request: CacheRequest,
): Promise<Answer> {
  const options = { ...request.waitOptions, write: request.writeLevel };
  if (await (session ?? cache).delete(key, options)) return { status: 204 };
  throw notFound(key);
}

async function change(
  { cache, session }: Asked,
  key: string,
  request: CacheRequest,
): Promise<Answer> {
  const options = { ...request.waitOptions, write: request.writeLevel };
  const body = await readBody(request.message, CHANGE_BYTES_MAX);
  const wanted = readChange(body.toString('utf8'));
  // A session must hold what it has seen before it writes, and has seen what it writes.
  await session?.get(key, request.waitOptions);
  const before = request.has('size') ? sizeOf(cache.held(key)) : 0;
  const isThere = await makeChange(cache, key, wanted, options);
  const held = cache.held(key);
  if (request.has('size')) {
    const size = sizeOf(held);
    return jsonAnswer({ size, changed: Math.abs(size - before) }, 200, held && headersOf(held));
  }
  if (held !== undefined) return jsonAnswer(contentOf(held), 200, headersOf(held));
  if (isThere || wanted.op === 'rem' || wanted.op === 'hdel') return { status: 204 };
  throw notFound(key);
}

/** Elements of a set, or fields of a hash; 0 of anything else. */
function sizeOf(held: Held | undefined): number {
  const value = held?.value;
  if (value?.kind === 'set') return value.elements.length;
  return value?.kind === 'hash' ? value.fields.size : 0;
}

/** A session begins with an empty token. @throws HttpRefusal */
function sessionOf(cache: Cache, { sessionToken }: CacheRequest): CacheSession | undefined {
  if (sessionToken === undefined) return undefined;
  try {
    return cache.session(sessionToken === '' ? undefined : sessionToken);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new HttpRefusal(400, 'bad-session', 'this is no token of a session');
  }
}

/** @throws ConditionalError */
function refuseConditions(request: CacheRequest): void {
  for (const name of ['if-match', 'if-none-match', 'if-unmodified-since'] as const) {
    if (request.header(name) !== undefined) throw new ConditionalError(`writing with ${name}`);
  }
}

function headersOf({ version, deadlineMs, value }: Held): Record<string, string> {
  const headers = { etag: `"${formatVersion(version)}"`, 'hearsay-type': value.kind };
  if (deadlineMs === undefined) return headers;
  const leftSeconds = Math.max(0, deadlineMs - Date.now()) / 1_000;
  return {
    ...headers,
    'hearsay-ttl': leftSeconds.toFixed(3),
    expires: new Date(deadlineMs).toUTCString(),
  };
}

/** Whether a list of ETags, weak ones too, names this one. */
function matches(list: string | undefined, etag: string | undefined): boolean {
  if (list === undefined) return false;
  const names = list.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return names.includes('*') || names.some((each) => each === etag);
}

function notFound(key: string): HttpRefusal {
  return new HttpRefusal(404, 'not-found', `${JSON.stringify(key)} holds nothing`);
}
