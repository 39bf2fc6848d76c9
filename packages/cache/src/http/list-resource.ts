import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Cache } from '../host/cache.js';
import { formatVersion } from '../values/stamp.js';
import { type Answer, jsonAnswer } from './answers.js';
import { contentOf } from './content.js';
import { PAGE_MAX } from './limits.js';
import { HttpRefusal } from './refusal.js';
import { bad, type CacheRequest } from './request-options.js';
import { streamChanges } from './watch-stream.js';

const METHODS = 'GET, HEAD, OPTIONS';

/**
 * Answers a request about all keys: a page of them, or with `watch`, `documents`, `stats`, `doctor`
 * or `backup` what that says.
 * @returns undefined when it was answered already, as a stream
 * @throws HttpRefusal, and as the cache
 */
export async function answerList(
  cache: Cache,
  request: CacheRequest,
  response: ServerResponse,
): Promise<Answer | undefined> {
  if (request.method === 'OPTIONS') return { status: 204, headers: { allow: METHODS } };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpRefusal(405, 'bad-method', `the list of keys takes ${METHODS}`, {
      allow: METHODS,
    });
  }
  if (request.has('stats')) return jsonAnswer(cache.status());
  if (request.has('documents')) return documents(cache, request);
  if (request.has('doctor')) return jsonAnswer(await cache.examine(request.waitOptions));
  if (request.method === 'GET' && request.has('watch')) {
    return await streamChanges(cache, request, response);
  }
  if (request.method === 'GET' && request.has('backup')) return await sendBackup(cache, response);
  return scan(cache, request);
}

/** A page of keys: `cursor` asks for the next one, and is `null` at the end. */
function scan(cache: Cache, request: CacheRequest): Answer {
  const limit = limitOf(request);
  const prefix = request.query.get('prefix') ?? '';
  const page = cache.scan({ prefix, limit, cursor: request.count('cursor') ?? 0 });
  const entries = page.keys.flatMap((key) => {
    const held = cache.held(key);
    if (held === undefined) return [];
    const { version, deadlineMs, value } = held;
    const expires = deadlineMs === undefined ? null : new Date(deadlineMs).toISOString();
    const facts = { key, type: value.kind, version: formatVersion(version), expires };
    return request.has('values') ? [{ ...facts, ...contentOf(held) }] : [facts];
  });
  return jsonAnswer({ entries, cursor: page.cursor ?? null });
}

/** A page of documents, in the order of their keys. */
function documents(cache: Cache, request: CacheRequest): Answer {
  const limit = limitOf(request);
  const prefix = request.query.get('prefix') ?? '';
  const from = request.count('cursor') ?? 0;
  const keys = (cache.documents?.list() ?? []).filter((key) => key.startsWith(prefix));
  const entries = keys.slice(from, from + limit).map((key) => {
    const { bytes = null, users = 0 } = cache.documents?.facts(key) ?? {};
    return { key, bytes, users };
  });
  return jsonAnswer({ entries, cursor: from + limit < keys.length ? from + limit : null });
}

/** @throws HttpRefusal */
function limitOf(request: CacheRequest): number {
  const limit = request.count('limit') ?? PAGE_MAX;
  if (limit >= 1 && limit <= PAGE_MAX) return limit;
  throw bad(`limit is from 1 to ${PAGE_MAX}`);
}

/** A whole backup, made in a folder that only this user can read. */
async function sendBackup(cache: Cache, response: ServerResponse): Promise<undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hearsay-backup-'));
  try {
    const file = path.join(folder, 'backup');
    await cache.backup(file);
    const { size } = await stat(file);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'cache-control': 'no-store',
    });
    await pipeline(createReadStream(file), response);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return undefined;
}
