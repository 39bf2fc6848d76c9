import { describe, expect, it } from 'vitest';
import { testCache, testPeer, until } from '../support/peers.js';

const VALUE = 'x'.repeat(200);
const KEYS = 40;

/** Two peers, of which the second has room for a few values only. */
async function two() {
  const first = await testPeer({ nick: 'ana' });
  const second = await testPeer({ nick: 'ben', join: [`127.0.0.1:${first.port}`] });
  const full = await testCache(first, { documents: false });
  const small = await testCache(second, {
    documents: false,
    maxMemory: 6_000,
    eviction: 'lru',
    limits: { forgetIntervalMs: 20, forgetGraceMs: 20, haveIntervalMs: 10 },
  });
  await until(small, () => [full, small].every((cache) => cache.status().linked.length === 1));
  for (let key = 0; key < KEYS; key++) await full.set(`k${key}`, `${key} ${VALUE}`, { write: 2 });
  const evicted = [...full.keys()].filter((key) => small.peek(key) === undefined);
  expect(evicted.length).toBeGreaterThan(KEYS / 2);
  return { full, small, evicted };
}

describe('a value that was evicted here', () => {
  it('is a miss, and is fetched from a peer when that is asked for', async () => {
    const { small, evicted } = await two();
    const [key = ''] = evicted;
    expect(await small.get(key)).toBeUndefined();
    expect((await small.get(key, { onMiss: 'peers' }))?.text).toBe(`${key.slice(1)} ${VALUE}`);
    expect(small.peek(key)?.text).toBe(`${key.slice(1)} ${VALUE}`);
  });

  it('is fetched also when it is forgotten that it was there', async () => {
    const { small, evicted } = await two();
    await until(small, () => small.status().counters.forgotten > 0);
    for (const key of evicted) {
      const found = await small.get(key, { onMiss: 'peers' });
      expect(found?.text, key).toBe(`${key.slice(1)} ${VALUE}`);
    }
  });

  it('stays a miss when it was deleted, or was never there', async () => {
    const { full, small, evicted } = await two();
    const [key = ''] = evicted;
    await full.delete(key, { write: 2 });
    expect(await small.get(key, { onMiss: 'peers' })).toBeUndefined();
    expect(await small.get('nobody wrote this', { onMiss: 'peers' })).toBeUndefined();
  });

  it('is not computed anew when a peer has it', async () => {
    const { small, evicted } = await two();
    const [key = ''] = evicted;
    const entry = await small.getOrCompute(key, () => expect.unreachable(), { onMiss: 'peers' });
    expect(entry.text).toBe(`${key.slice(1)} ${VALUE}`);
    expect((await small.getOrCompute('new', () => 'made', { onMiss: 'peers' })).text).toBe('made');
  });
});
