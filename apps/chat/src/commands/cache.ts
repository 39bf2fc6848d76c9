import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import {
  CacheClient,
  type CacheReply,
  type CacheTarget,
  DEFAULT_TIMEOUT_MS,
} from './cache-client.js';
import {
  type CacheContent,
  contentLine,
  contentLines,
  readContent,
  seenKey,
  shortLine,
} from './cache-content.js';

/** What the commands of the cache have in common on the command line. */
export interface CacheCommandOptions extends CacheTarget {
  readonly json?: boolean;
}

export interface ReadCommandOptions extends CacheCommandOptions {
  readonly read?: string;
}

export interface WriteCommandOptions extends CacheCommandOptions {
  readonly write?: string;
  /** Milliseconds. */
  readonly ttl?: number;
}

const MS_PER_SECOND = 1_000;

/** `hearsay cache get KEY`. */
export async function cacheGet(key: string, options: ReadCommandOptions): Promise<ExitCode> {
  const query = new URLSearchParams({ json: '', ...waiting(options) });
  if (options.read !== undefined) query.set('read', options.read);
  const reply = await new CacheClient(options).ask({ path: `${pathOf(key)}?${query}` });
  if (isMissing(reply)) return notFound(key, options);
  const content = readContent(checked(reply).body);
  const { etag, expires } = reply.headers;
  const facts = { key, version: etag?.replaceAll('"', '') ?? null, expires: expires ?? null };
  return show(options, 'entry', { ...facts, ...content }, () => contentLines(content));
}

/** `hearsay cache set KEY VALUE`; the value `-` is read from stdin. */
export async function cacheSet(
  key: string,
  value: string,
  options: WriteCommandOptions,
): Promise<ExitCode> {
  const body = value === '-' ? await readInput() : value;
  const reply = checked(
    await new CacheClient(options).ask({
      method: 'PUT',
      path: `${pathOf(key)}?${writing(options)}`,
      body,
    }),
  );
  const version = reply.headers.etag?.replaceAll('"', '') ?? '';
  const copies = Number(reply.headers['hearsay-copies'] ?? 1);
  return show(options, 'written', { key, version, copies }, () => [
    copies > 1 ? `ok, held by ${copies}` : 'ok',
  ]);
}

/** `hearsay cache del KEY...`: 1 when none of them was there. */
export async function cacheDelete(
  keys: readonly string[],
  options: WriteCommandOptions,
): Promise<ExitCode> {
  const client = new CacheClient(options);
  let deleted = 0;
  for (const key of keys) {
    const reply = await client.ask({
      method: 'DELETE',
      path: `${pathOf(key)}?${writing(options)}`,
    });
    if (isMissing(reply)) continue;
    checked(reply);
    deleted += 1;
  }
  show(options, 'deleted', { deleted }, () => [`${deleted} deleted`]);
  return deleted === 0 ? EXIT.failed : EXIT.ok;
}

/** A change of a counter, set or hash: prints what the key holds then. */
export async function cacheChange(
  key: string,
  change: object,
  options: WriteCommandOptions,
): Promise<ExitCode> {
  const reply = await new CacheClient(options).ask({
    method: 'POST',
    path: `${pathOf(key)}?${writing(options)}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (isMissing(reply)) return notFound(key, options);
  if (checked(reply).status === 204) return show(options, 'entry', { key, type: null }, () => []);
  const content = readContent(reply.body);
  return show(options, 'entry', { key, ...content }, () => contentLines(content));
}

/** Elements added to a set or removed from it, or a field of a hash: prints that and how many there are then. */
export async function cacheMember(
  key: string,
  change: MemberChange,
  options: WriteCommandOptions,
): Promise<ExitCode> {
  const query = writing(options);
  query.set('size', '');
  const reply = checked(
    await new CacheClient(options).ask({
      method: 'POST',
      path: `${pathOf(key)}?${query}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    }),
  );
  // As the peer's own program writes it.
  const counts = JSON.parse(reply.body.toString()) as {
    readonly size: number;
    readonly changed: number;
  };
  return show(options, 'changed', { key, ...change, ...counts }, () => [
    memberLine(change, counts.changed, counts.size),
  ]);
}

/** What `cacheMember` asks for, as HTTP takes it. */
export type MemberChange =
  | { readonly op: 'add' | 'rem'; readonly values: readonly string[] }
  | { readonly op: 'hset'; readonly fields: Readonly<Record<string, string>> };

function memberLine(change: MemberChange, changed: number, size: number): string {
  if (change.op === 'hset') {
    const [[field, value] = ['', '']] = Object.entries(change.fields);
    return `${shortLine(field)} = ${shortLine(value)} (${counted(size, 'field')})`;
  }
  const { op, values } = change;
  const wanted = new Set(values).size;
  const all = values.map(shortLine).join(', ');
  const what = changed === wanted ? shortLine(all) : `${changed} of ${wanted}`;
  return `${op === 'add' ? 'added' : 'removed'} ${what} (${counted(size, 'element')})`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** One field of a hash, or all of them; or the members of a set. */
export async function cacheRead(
  key: string,
  part: { readonly type: 'set' | 'hash'; readonly field?: string },
  options: ReadCommandOptions,
): Promise<ExitCode> {
  const query = new URLSearchParams({ json: '', ...waiting(options) });
  if (options.read !== undefined) query.set('read', options.read);
  const reply = await new CacheClient(options).ask({ path: `${pathOf(key)}?${query}` });
  if (isMissing(reply)) return notFound(key, options);
  const content = readContent(checked(reply).body);
  if (content.type !== part.type) {
    throw new Failure(`"${key}" holds a ${content.type}, not a ${part.type}`, EXIT.failed);
  }
  if (part.field === undefined || content.type !== 'hash') {
    return show(options, 'entry', { key, ...content }, () => contentLines(content));
  }
  const value = Object.hasOwn(content.fields, part.field) ? content.fields[part.field] : undefined;
  if (value === undefined) return notFound(`${key} ${part.field}`, options);
  return show(options, 'field', { key, field: part.field, value }, () => [value]);
}

/** `hearsay cache scan [PREFIX]`: all keys, a page at a time. */
export async function cacheScan(
  prefix: string,
  options: CacheCommandOptions & { readonly values?: boolean },
): Promise<ExitCode> {
  const client = new CacheClient(options);
  let cursor: number | null = 0;
  while (cursor !== null) {
    const query = new URLSearchParams({ prefix, cursor: String(cursor) });
    if (options.values === true) query.set('values', '');
    const reply = checked(await client.ask({ path: `/cache?${query}` }));
    const page = JSON.parse(reply.body.toString()) as Page; // As the peer's own program writes it.
    for (const entry of page.entries) {
      show(options, 'entry', entry, () => {
        const key = seenKey(entry.key);
        if (options.values !== true) return [key];
        return [`${key} = ${contentLine(entry as unknown as CacheContent)}`];
      });
    }
    cursor = page.cursor;
  }
  return EXIT.ok;
}

interface Page {
  readonly entries: readonly { readonly key: string; readonly type: string }[];
  readonly cursor: number | null;
}

/** `hearsay cache backup FILE`: whole, or not there at all. */
export async function cacheBackup(file: string, options: CacheCommandOptions): Promise<ExitCode> {
  const response = await new CacheClient(options).open({ path: '/cache?backup' });
  if (response.statusCode !== 200) {
    throw new Failure(`the peer made no backup (${response.statusCode ?? 0})`, EXIT.failed);
  }
  const partial = `${file}.part`;
  let bytes = 0;
  try {
    response.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    await pipeline(response, createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`no backup was made: ${why}`, EXIT.failed);
  }
  return show(options, 'backup', { file, bytes }, () => [`${bytes} bytes in ${file}`]);
}

/** @throws Failure for an empty key, which would be the path of the list of all */
function pathOf(key: string): string {
  if (key === '')
    throw new Failure('a key has 1 to 512 bytes of UTF-8; this one is empty', EXIT.usage);
  return `/cache/${encodeURIComponent(key)}`;
}

function writing({ write, ttl, ...options }: WriteCommandOptions): URLSearchParams {
  const query = new URLSearchParams(waiting(options));
  if (write !== undefined) query.set('write', write);
  if (ttl !== undefined) query.set('ttl', String(ttl / MS_PER_SECOND));
  return query;
}

function waiting({ timeout = DEFAULT_TIMEOUT_MS }: CacheTarget): { readonly timeout: string } {
  return { timeout: String(timeout / MS_PER_SECOND) };
}

/** The key is not there, which is no fault. */
function isMissing({ status, body }: CacheReply): boolean {
  return status === 404 && codeIn(body).code === 'not-found';
}

function notFound(key: string, { json }: CacheCommandOptions): ExitCode {
  if (json === true)
    process.stdout.write(`${eventLine('entry', { key, type: null }, Date.now())}\n`);
  else process.stderr.write(`hearsay: ${JSON.stringify(key)} holds nothing\n`);
  return EXIT.failed;
}

/** @throws Failure for a refusal, with the exit code of its kind */
export function checked(reply: CacheReply): CacheReply {
  const { status, body } = reply;
  if (status < 400) return reply;
  const { error, code, outcome } = codeIn(body);
  const words = error ?? (body.toString().trim() || `the peer refused (${status})`);
  const unknown = outcome === 'unknown' ? ' (it may have been done)' : '';
  if (code === 'quorum' || code === 'session-behind') {
    throw new Failure(`${words}${unknown}`, EXIT.notInSync);
  }
  const isUse = status === 400 || status === 401 || status === 403 || status === 501;
  throw new Failure(`${words}${unknown}`, isUse ? EXIT.usage : EXIT.failed);
}

interface Refusal {
  readonly error?: string;
  readonly code?: string;
  readonly outcome?: string;
}

function codeIn(body: Buffer): Refusal {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === 'object' && parsed !== null ? (parsed as Refusal) : {};
  } catch {
    return {};
  }
}

/** One object, or lines for people. */
export function show(
  { json }: CacheCommandOptions,
  type: string,
  fields: object,
  lines: () => readonly (string | Buffer)[],
): ExitCode {
  if (json === true) {
    process.stdout.write(
      `${eventLine(type === 'entry' ? 'entry' : type, nested(fields), Date.now())}\n`,
    );
    return EXIT.ok;
  }
  for (const line of lines()) {
    process.stdout.write(line);
    if (typeof line === 'string') process.stdout.write('\n');
  }
  return EXIT.ok;
}

/** The type of a line is what it tells; that of a value is beside it. */
function nested(fields: object): Readonly<Record<string, unknown>> {
  const { type, ...rest } = fields as Readonly<Record<string, unknown>>;
  return type === undefined ? rest : { ...rest, holds: type };
}

async function readInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts);
}
