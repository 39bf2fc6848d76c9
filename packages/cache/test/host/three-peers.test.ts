import { describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.js';
import { ConditionalError, QuorumError } from '../../src/index.js';
import { cacheMesh, folder, testCache, testPeer, until } from '../support/peers.js';

async function three(): Promise<[Cache, Cache, Cache]> {
  const { caches } = await cacheMesh(3);
  const [first, second, third] = caches;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three');
  return [first, second, third];
}

describe('a cache on three peers', () => {
  it('gives what another peer wrote', async () => {
    const [first, second, third] = await three();
    await first.set('greeting', 'good morning', { write: 'all' });
    for (const cache of [second, third]) {
      expect((await cache.get('greeting'))?.text).toBe('good morning');
    }
  });

  it('acknowledges a write by as many as it was to reach, and says when it cannot', async () => {
    const [first, second] = await three();
    expect(await first.set('a', '1', { write: 2 })).toMatchObject({ copies: expect.any(Number) });
    const failed = first.set('a', '2', { write: 4 });
    await expect(failed).rejects.toBeInstanceOf(QuorumError);
    await expect(failed).rejects.toMatchObject({ outcomeUnknown: false, wanted: 4 });
    expect((await first.get('a'))?.text).toBe('1');
    expect((await second.get('a', { read: 3 }))?.text).toBe('1');
  });

  it('refuses conditions with the reason', async () => {
    const [first] = await three();
    await expect(first.set('lock', 'me', { ifAbsent: true })).rejects.toBeInstanceOf(
      ConditionalError,
    );
  });

  it('carries values of a mebibyte', async () => {
    const [first, second, third] = await three();
    const value = new Uint8Array(1_048_576).map((_, index) => index * 31);
    await first.set('large', value, { write: 'all', timeoutMs: 20_000 });
    for (const cache of [second, third]) {
      expect(Buffer.from(cache.peek('large')?.bytes ?? []).equals(value)).toBe(true);
    }
  });

  it('refuses a batch that no peer could take as one', async () => {
    const [first, second] = await three();
    const half = new Uint8Array(600_000);
    const writing = first.setMany([
      ['left', half],
      ['right', half],
    ]);
    await expect(writing).rejects.toMatchObject({ code: 'too-large' });
    expect(first.peek('left')).toBeUndefined();
    await first.setMany(
      Array.from({ length: 1_000 }, (_, index) => [`key ${index}`, 'x'.repeat(900)] as const),
      { write: 'all' },
    );
    expect(second.peek('key 999')?.text).toBe('x'.repeat(900));
  });

  it('keeps to what a session has seen on any peer', async () => {
    const [first, , third] = await three();
    const session = first.session();
    await session.set('cart', 'apples');
    const elsewhere = third.session(session.token());
    expect((await elsewhere.get('cart'))?.text).toBe('apples');
  });

  it('computes a value once for everybody', async () => {
    const caches = await three();
    let computed = 0;
    const loader = async (): Promise<string> => {
      computed += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'dear';
    };
    const entries = await Promise.all(
      caches.flatMap((cache) => [1, 2, 3].map(() => cache.getOrCompute('report', loader))),
    );
    expect(entries.map(({ text }) => text)).toEqual(Array.from({ length: 9 }, () => 'dear'));
    expect(computed).toBe(1);
  });

  it('tells who watches, also on another peer and after a break', async () => {
    const [first, second] = await three();
    const watching = second.watch('user:', { initial: true });
    await first.set('user:1', 'ana');
    const change = await watching.next();
    expect(change.value).toMatchObject({ type: 'set', key: 'user:1' });
    await until(second, () => second.status().linked.length === 2);
    const { cursor } = change.value;
    await watching.return?.();
    await first.set('other', 'x');
    await first.delete('user:1', { write: 'all' });
    const resumed = second.watch('user:', { from: cursor });
    expect((await resumed.next()).value).toMatchObject({ key: 'user:1' });
    await resumed.return?.();
  });

  it('goes on after a clean close, and after none', async () => {
    const dir = folder();
    const profile = folder();
    const peer = await testPeer({ nick: 'ana', stateFolder: profile });
    const cache = await testCache(peer, { dir });
    await cache.set('a', 'one');
    await cache.close();
    const again = await testCache(peer, { dir });
    expect((await again.get('a'))?.text).toBe('one');
    await again.set('a', 'two');
    const other = await testPeer({ nick: 'bob', join: [`127.0.0.1:${peer.port}`] });
    const copy = await testCache(other);
    await until(copy, () => copy.peek('a')?.text === 'two');
  });
});

describe('values that merge', () => {
  it('count, collect and hold fields on every peer', async () => {
    const [first, second, third] = await three();
    const adding = [first, second, third].map((cache) =>
      cache.counter('hits').add(5, { write: 'all' }),
    );
    await Promise.all(adding);
    await second.counter('hits').add(-2, { write: 'all' });
    await Promise.all([
      first.setOf('tags').add(['blue', 'red'], { write: 'all' }),
      second.setOf('tags').add('grün', { write: 'all' }),
      third.hash('user').setMany(
        [
          ['name', 'ana'],
          ['town', 'Zürich'],
        ],
        { write: 'all' },
      ),
    ]);
    await first.setOf('tags').delete('red', { write: 'all' });
    for (const cache of [first, second, third]) {
      expect(await cache.counter('hits').value()).toBe(13);
      expect([...(await cache.setOf('tags').values())].sort()).toEqual(['blue', 'grün']);
      expect(await cache.hash('user').get('town')).toBe('Zürich');
    }
    expect(await first.delete('tags', { write: 'all' })).toBe(true);
    expect((await third.setOf('tags').values()).size).toBe(0);
  });
});
