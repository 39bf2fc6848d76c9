import { describe, expect, it } from 'vitest';
import { servedAlone } from '../support/http.js';

describe('a key over HTTP', () => {
  it('is put, read with its version, and deleted', async () => {
    const { ask } = await servedAlone();
    const put = await ask('/cache/greeting', { method: 'PUT', body: 'good morning' });
    expect(put.status).toBe(204);
    const got = await ask('/cache/greeting');
    expect(await got.text()).toBe('good morning');
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'));
    expect(got.headers.get('hearsay-type')).toBe('register');
    expect(got.headers.get('cache-control')).toBe('no-cache');
    expect((await ask('/cache/greeting', { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/cache/greeting')).status).toBe(404);
    expect((await ask('/cache/greeting', { method: 'DELETE' })).status).toBe(404);
  });

  it('is named by its path, decoded once', async () => {
    const { ask, cache } = await servedAlone();
    await ask('/cache/a%2Fb%2520c/d', { method: 'PUT', body: 'x' });
    expect([...cache.keys()]).toEqual(['a/b%20c/d']);
    const broken = await ask('/cache/%ff');
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: 'bad-key', outcome: 'none' });
  });

  it.each([
    ['text/plain; charset=utf-8', 'grüß dich'],
    ['text/plain; charset=utf-8', '42'],
    ['text/plain; charset=utf-8', '<script>alert(1)</script>'],
    ['text/plain; charset=utf-8', '{not json}'],
    ['text/plain; charset=utf-8', ''],
    ['application/json', '{"a":[1,2]}'],
    ['application/json', '[]'],
    ['application/octet-stream', new Uint8Array([0xff, 0x00, 0xfe])],
  ])('is told as %s, never as what a browser runs: %j', async (type, body) => {
    const { ask } = await servedAlone();
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    await ask('/cache/k', { method: 'PUT', body: bytes, headers: { 'content-type': 'text/html' } });
    const got = await ask('/cache/k');
    expect(got.headers.get('content-type')).toBe(type);
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await got.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
  });

  it('is not sent again to who has it', async () => {
    const { ask } = await servedAlone();
    const put = await ask('/cache/k', { method: 'PUT', body: 'x' });
    const etag = put.headers.get('etag') ?? '';
    for (const list of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const got = await ask('/cache/k', { headers: { 'if-none-match': list } });
      expect([got.status, await got.text()]).toEqual([304, '']);
    }
    const other = await ask('/cache/k', { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  it.each([
    ['PUT', { 'if-match': '"1"' }],
    ['PUT', { 'if-none-match': '*' }],
    ['DELETE', { 'if-match': '*' }],
    ['POST', { 'if-match': '*' }],
  ])('takes no condition on %s %j, and says why', async (method, headers) => {
    const { ask, cache } = await servedAlone();
    await cache.set('k', 'before');
    const body = method === 'DELETE' ? null : 'x';
    const refused = await ask('/cache/k', { method, headers, body });
    expect(refused.status).toBe(501);
    expect(await refused.json()).toMatchObject({
      code: 'needs-strong',
      outcome: 'none',
      error: expect.stringContaining('consensus'),
    });
    expect(cache.peek('k')?.text).toBe('before');
  });

  it.each([
    [{ 'hearsay-ttl': '60' }, ''],
    [{ 'cache-control': 'public, max-age=60' }, ''],
    [{}, '?ttl=60'],
    [{}, '?ttl=59.9999'],
  ])('lives as long as %j %s says', async (headers: Record<string, string>, query) => {
    const { ask } = await servedAlone();
    await ask(`/cache/k${query}`, { method: 'PUT', body: 'x', headers });
    const got = await ask('/cache/k');
    expect(Number(got.headers.get('hearsay-ttl'))).toBeGreaterThan(50);
    expect(Number(got.headers.get('hearsay-ttl'))).toBeLessThanOrEqual(60);
    const expires = Date.parse(got.headers.get('expires') ?? '') - Date.now();
    expect(expires).toBeGreaterThan(50_000);
  });

  it.each(['0', '-1', 'soon', '1e3', '1'.repeat(20)])('refuses a life of %s', async (ttl) => {
    const { ask } = await servedAlone();
    const refused = await ask(`/cache/k?ttl=${ttl}`, { method: 'PUT', body: 'x' });
    expect(refused.status).toBe(400);
  });

  it('is at most a mebibyte', async () => {
    const { ask } = await servedAlone();
    const most = new Uint8Array(1_048_576);
    expect((await ask('/cache/k', { method: 'PUT', body: most })).status).toBe(204);
    const over = await ask('/cache/k', { method: 'PUT', body: new Uint8Array(1_048_577) });
    expect(over.status).toBe(413);
    expect(await over.json()).toMatchObject({ code: 'body-too-large', outcome: 'none' });
    const longKey = await ask(`/cache/${'k'.repeat(513)}`, { method: 'PUT', body: 'x' });
    expect(longKey.status).toBe(400);
  });

  it('tells HEAD what GET would, and OPTIONS what there is', async () => {
    const { ask } = await servedAlone();
    await ask('/cache/k', { method: 'PUT', body: 'four' });
    const head = await ask('/cache/k', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '4']);
    expect(await head.text()).toBe('');
    const options = await ask('/cache/k', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([
      204,
      'GET, HEAD, PUT, DELETE, POST, OPTIONS',
    ]);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
    const patch = await ask('/cache/k', { method: 'PATCH', body: 'x' });
    expect([patch.status, patch.headers.get('allow')]).toEqual([
      405,
      'GET, HEAD, PUT, DELETE, POST, OPTIONS',
    ]);
  });

  it('is not for web pages of other sites', async () => {
    const { ask } = await servedAlone();
    const headers = { origin: 'https://elsewhere.example' };
    for (const method of ['GET', 'PUT', 'OPTIONS']) {
      expect((await ask('/cache/k', { method, headers })).status).toBe(403);
    }
  });
});

describe('counters, sets and hashes over HTTP', () => {
  const post = (change: object) => ({ method: 'POST', body: JSON.stringify(change) });

  it('count', async () => {
    const { ask } = await servedAlone();
    expect(await (await ask('/cache/n', post({ op: 'incr' }))).json()).toEqual({
      type: 'counter',
      value: 1,
    });
    await ask('/cache/n', post({ op: 'incr', by: -5 }));
    const got = await ask('/cache/n');
    expect(got.headers.get('hearsay-type')).toBe('counter');
    expect(await got.json()).toEqual({ type: 'counter', value: -4 });
  });

  it('gather', async () => {
    const { ask } = await servedAlone();
    await ask('/cache/s', post({ op: 'add', values: ['b', 'a', 'ü'] }));
    const left = await ask('/cache/s', post({ op: 'rem', values: ['b'] }));
    expect(await left.json()).toEqual({ type: 'set', values: ['a', 'ü'] });
    const none = await ask('/cache/s', post({ op: 'rem', values: ['a', 'ü'] }));
    expect(none.status).toBe(204);
  });

  it('keep fields', async () => {
    const { ask } = await servedAlone();
    await ask('/cache/h', post({ op: 'hset', fields: { name: 'ana', age: '30' } }));
    const left = await ask('/cache/h', post({ op: 'hdel', fields: ['age'] }));
    expect(await left.json()).toEqual({ type: 'hash', fields: { name: 'ana' } });
  });

  it('live for a while or for ever', async () => {
    const { ask } = await servedAlone();
    await ask('/cache/k', { method: 'PUT', body: 'x' });
    const touched = await ask('/cache/k', post({ op: 'touch', ttl: 60 }));
    expect(touched.headers.get('expires')).not.toBeNull();
    const kept = await ask('/cache/k', post({ op: 'persist' }));
    expect(kept.headers.get('expires')).toBeNull();
    expect((await ask('/cache/none', post({ op: 'touch', ttl: 60 }))).status).toBe(404);
  });

  it('refuse what fits another type', async () => {
    const { ask } = await servedAlone();
    await ask('/cache/k', { method: 'PUT', body: 'x' });
    const refused = await ask('/cache/k', post({ op: 'incr' }));
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'wrong-type', outcome: 'none' });
  });

  it.each([
    'no json',
    '7',
    'null',
    '{}',
    '{"op":"drop"}',
    '{"op":"incr","by":1.5}',
    '{"op":"incr","by":"1"}',
    '{"op":"add","values":[]}',
    '{"op":"add","values":"a"}',
    '{"op":"add","values":["a",1]}',
    '{"op":"hset","fields":{"a":1}}',
    '{"op":"hset","fields":{}}',
    '{"op":"touch","ttl":0}',
    '{"op":"touch","ttl":-1}',
    '{"op":"touch"}',
  ])('refuse %s', async (body) => {
    const { ask, cache } = await servedAlone();
    const refused = await ask('/cache/k', { method: 'POST', body });
    expect(refused.status).toBe(400);
    expect(cache.status().keys).toBe(0);
  });
});
