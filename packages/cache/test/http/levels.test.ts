import { describe, expect, it } from 'vitest';
import { served, servedAlone } from '../support/http.js';
import { cacheMesh, until } from '../support/peers.js';

describe('levels over HTTP', () => {
  it('acknowledge a write, and read from several', async () => {
    const { caches } = await cacheMesh(3);
    const [first, second] = caches.map(served);
    const put = await first?.ask('/cache/k?write=all', { method: 'PUT', body: 'x' });
    expect([put?.status, put?.headers.get('hearsay-copies')]).toEqual([204, '3']);
    const got = await second?.ask('/cache/k', { headers: { 'hearsay-read': 'majority' } });
    expect(await got?.text()).toBe('x');
  });

  it('tell "nothing was done" from "nobody knows"', async () => {
    const { caches, peers } = await cacheMesh(2);
    const [first] = caches.map(served);
    const never = await first?.ask('/cache/k?write=3', { method: 'PUT', body: 'x' });
    expect(never?.status).toBe(503);
    expect(await never?.json()).toMatchObject({ code: 'quorum', outcome: 'none', wanted: 3 });
    expect((await first?.ask('/cache/k'))?.status).toBe(404);
    const [self, other] = peers;
    if (self === undefined || other === undefined) throw new Error('two');
    self.drills.cut(other.id);
    const unknown = await first?.ask('/cache/k?write=2&timeout=0.2', { method: 'PUT', body: 'x' });
    expect(unknown?.status).toBe(504);
    expect(await unknown?.json()).toMatchObject({ code: 'quorum', outcome: 'unknown', acks: 1 });
    expect(await (await first?.ask('/cache/k'))?.text()).toBe('x');
  });

  it('keep a session on any peer', async () => {
    const { caches } = await cacheMesh(2);
    const [first, second] = caches.map(served);
    const put = await first?.ask('/cache/k', {
      method: 'PUT',
      body: 'x',
      headers: { 'hearsay-session': '' },
    });
    const token = put?.headers.get('hearsay-session') ?? '';
    expect(token).not.toBe('');
    const got = await second?.ask('/cache/k', { headers: { 'hearsay-session': token } });
    expect(await got?.text()).toBe('x');
    const counted = await second?.ask(`/cache/n?session=${token}`, {
      method: 'POST',
      body: '{"op":"incr"}',
    });
    expect(counted?.headers.get('hearsay-session')).not.toBe(token);
  });

  it('say when a session has seen what nobody in reach holds', async () => {
    const { caches } = await cacheMesh(2);
    const alone = await servedAlone();
    const [first] = caches;
    const session = first?.session();
    await session?.set('k', 'x');
    const headers = { 'hearsay-session': session?.token() ?? '' };
    const behind = await alone.ask('/cache/k', { headers });
    expect(behind.status).toBe(503);
    expect(await behind.json()).toMatchObject({ code: 'session-behind', outcome: 'none' });
  });

  it.each([
    'write=0',
    'write=most',
    'write=session',
    'write=1.5',
    'timeout=61',
    'timeout=x',
    'session=%21',
  ])('refuse %s', async (query) => {
    const { ask } = await servedAlone();
    const refused = await ask(`/cache/k?${query}`, { method: 'PUT', body: 'x' });
    expect(refused.status).toBe(400);
  });
});

describe('all keys over HTTP', () => {
  it('come page by page', async () => {
    const { ask, cache } = await servedAlone();
    for (let index = 0; index < 25; index++) await cache.set(`a:${index}`, String(index));
    await cache.set('b', 'other');
    const found: string[] = [];
    let cursor: number | null = 0;
    while (cursor !== null) {
      const answer: Response = await ask(`/cache?prefix=a:&limit=10&values&cursor=${cursor}`);
      const page = (await answer.json()) as {
        entries: { key: string; text: string }[];
        cursor: number | null;
      };
      for (const { key, text } of page.entries) found.push(`${key}=${text}`);
      cursor = page.cursor;
    }
    expect(found.sort()).toEqual(
      Array.from({ length: 25 }, (_, index) => `a:${index}=${index}`).sort(),
    );
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'cursor=-1'])('refuse %s', async (query) => {
    const { ask } = await servedAlone();
    expect((await ask(`/cache?${query}`)).status).toBe(400);
    expect((await ask('/cache', { method: 'DELETE' })).status).toBe(405);
  });

  it('are counted, compared and backed up', async () => {
    const { caches } = await cacheMesh(2);
    const [first, second] = caches.map(served);
    await first?.ask('/cache/k?write=all', { method: 'PUT', body: 'x' });
    await second?.ask('/cache/k', { method: 'DELETE' });
    await second?.ask('/cache/k');
    const stats = (await (await second?.ask('/cache?stats'))?.json()) as Record<string, unknown>;
    expect(stats).toMatchObject({ keys: 0, tombstones: 1, misses: 1 });
    const doctor = await first?.ask('/cache?doctor');
    expect(await doctor?.json()).toMatchObject({ ok: true, peers: [{ verdict: 'equal' }] });
    const backup = await first?.ask('/cache?backup');
    expect((await backup?.arrayBuffer())?.byteLength).toBeGreaterThan(100);
  });

  it('are told to Prometheus and to whoever asks whether the peer is ready', async () => {
    const { ask, cache } = await servedAlone();
    await cache.set('k', 'x');
    await ask('/cache/k');
    const metrics = await (await ask('/metrics')).text();
    expect(metrics).toMatch(/^hearsay_cache_keys 1$/m);
    expect(metrics).toMatch(/^hearsay_cache_hits_total 1$/m);
    expect(metrics).toMatch(/^hearsay_cache_propagation_seconds\{quantile="0.99"\} 0$/m);
    const { reasons } = (await (await ask('/readyz')).json()) as { reasons: object };
    expect(reasons).not.toHaveProperty('cache');
  });
});

describe('watching over HTTP', () => {
  it('tells changes, and goes on where a connection broke', async () => {
    const { caches } = await cacheMesh(2);
    const [first, second] = caches.map(served);
    if (first === undefined || second === undefined) throw new Error('two');
    const watcher = await open(second.url, '/cache?watch&prefix=u:&values');
    await first.ask('/cache/x', { method: 'PUT', body: 'other' });
    await first.ask('/cache/u:1', { method: 'PUT', body: 'ana' });
    const set = await watcher.next();
    expect(set).toMatchObject({ event: 'set', data: { key: 'u:1', text: 'ana' } });
    watcher.close();
    await first.ask('/cache/u:1?write=all', { method: 'DELETE' });
    const again = await open(second.url, '/cache?watch&prefix=u:', { 'last-event-id': set.id });
    expect(await again.next()).toMatchObject({ event: 'delete', data: { key: 'u:1' } });
    again.close();
  });

  it('begins with all that is there, or says that it begins anew', async () => {
    const { url, cache } = await servedAlone();
    await cache.set('a', '1');
    const initial = await open(url, '/cache?watch&initial');
    expect(await initial.next()).toMatchObject({ event: 'set', data: { key: 'a' } });
    initial.close();
    const wrong = await fetch(`${url}/cache?watch&from=%21`);
    expect(wrong.status).toBe(400);
  });

  it('lets go of a watcher that went', async () => {
    const { url, cache, peer } = await servedAlone();
    const watcher = await open(url, '/cache?watch');
    watcher.close();
    await cache.set('a', '1');
    await until(cache, () => peer.status().live === 0);
  });
});

interface Told {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/** A reader of server-sent events that knows no more than it needs. */
async function open(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ next(): Promise<Told>; close(): void }> {
  const aborting = new AbortController();
  const response = await fetch(`${url}${path}`, { headers, signal: aborting.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    close: () => aborting.abort(),
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          if (!block.startsWith('event: ')) continue;
          const [event = '', id = '', data = ''] = block
            .split('\n')
            .map((line) => line.slice(line.indexOf(': ') + 2));
          return { event, id, data: JSON.parse(data) as unknown };
        }
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error('the stream ended');
        text += value;
      }
    },
  };
}
