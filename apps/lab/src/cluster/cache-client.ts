import { LabError } from '../errors.js';

/** A peer of this machine that does not answer within this is not asked any longer. */
const TIMEOUT_MS = 5_000;

/** What one peer says of its cache. */
export interface CacheWord {
  /** Writes that it holds of each stream, without holes. */
  readonly vector: ReadonlyMap<string, number>;
  /** Partitions of which it found that others hold something else. */
  readonly diverged: number;
}

/** Writes a text into the cache of the peer at `port`, over HTTP. @throws LabError `refused` */
export async function writeCache(port: number, key: string, value: string): Promise<void> {
  const path = `/cache/${encodeURIComponent(key)}`;
  const { ok, status } = await ask(port, path, { method: 'PUT', body: value });
  if (!ok) throw new LabError('refused', `the cache at port ${port} answered ${status}`);
}

/** @throws LabError `refused` when it does not answer, or with what is no answer */
export async function readCache(port: number): Promise<CacheWord> {
  const { ok, status, text } = await ask(port, '/cache?stats', {});
  if (!ok) throw new LabError('refused', `the cache at port ${port} answered ${status}`);
  return decodeCacheWord(text);
}

/** Whether the peer at `port` finds all live ones to hold the same. @throws LabError `refused` */
export async function cachesEqual(port: number): Promise<boolean> {
  const { ok, text } = await ask(port, '/cache?doctor', {});
  return ok && fieldsOf(text)['ok'] === true;
}

/** @throws LabError `refused` for what is no answer */
export function decodeCacheWord(text: string): CacheWord {
  const { vector, diverged } = fieldsOf(text);
  if (typeof vector !== 'object' || vector === null || !Array.isArray(diverged)) {
    throw new LabError('refused', 'a cache without a vector');
  }
  const entries = Object.entries(vector).map(([stream, sequence]): [string, number] => {
    if (typeof sequence === 'number') return [stream, sequence];
    throw new LabError('refused', `a cache that holds ${String(sequence)} writes`);
  });
  return { vector: new Map(entries), diverged: diverged.length };
}

interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

async function ask(port: number, path: string, init: RequestInit): Promise<Reply> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal });
    return { ok: reply.ok, status: reply.status, text: await reply.text() };
  } catch (error) {
    throw new LabError('refused', `no cache answers at port ${port}`, { cause: error });
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told below, as any other answer that is none.
  }
  throw new LabError('refused', 'a cache that answers with no object');
}
