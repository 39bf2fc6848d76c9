import { openCache } from '@hearsay/cache';
import { createPeer, NetworkKeys } from '@hearsay/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askCache, type CacheRequest, cacheRows } from '../../src/cache/cache-commands.js';
import { amountValue, levelValue, memoryValue } from '../../src/command-line/values.js';
import { parseCommand } from '../../src/input/commands.js';
import { parseRequest } from '../../src/json/requests.js';

describe('a line about the cache', () => {
  it.each<[string, CacheRequest]>([
    ['/set greeting good  morning', { op: 'set', key: 'greeting', value: 'good  morning' }],
    ['/set a b\nc', { op: 'set', key: 'a', value: 'b\nc' }],
    ['/get a', { op: 'get', key: 'a' }],
    ['/del a ', { op: 'del', key: 'a' }],
    ['/incr n', { op: 'incr', key: 'n', by: 1 }],
    ['/incr n -3', { op: 'incr', key: 'n', by: -3 }],
  ])('%j', (line, request) => {
    expect(parseCommand(line)).toEqual({ kind: 'cache', request });
  });

  it.each(['/set', '/set a', '/get', '/get a b', '/del', '/incr n x', '/incr n 1.5'])(
    '%j is told how it is written',
    (line) => {
      expect(parseCommand(line)).toMatchObject({
        kind: 'wrong',
        message: expect.stringContaining('usage: /'),
      });
    },
  );
});

describe('a request about the cache', () => {
  it.each([
    [
      { op: 'get', key: 'a' },
      { op: 'get', key: 'a' },
    ],
    [
      { op: 'set', key: 'a', value: 'x', ttl: 1.5 },
      { op: 'set', key: 'a', value: 'x', ttlMs: 1_500 },
    ],
    [
      { op: 'incr', key: 'a' },
      { op: 'incr', key: 'a', by: 1 },
    ],
    [
      { op: 'del', key: 'a' },
      { op: 'del', key: 'a' },
    ],
  ])('%j is read', (fields, request) => {
    expect(parseRequest(JSON.stringify({ type: 'cache', ...fields }))).toMatchObject({
      kind: 'request',
      request: { type: 'cache', request },
    });
  });

  it.each([
    { op: 'get' },
    { op: 'get', key: 7 },
    { op: 'set', key: 'a' },
    { op: 'set', key: 'a', value: 7 },
    { op: 'set', key: 'a', value: 'x', ttl: 0 },
    { op: 'incr', key: 'a', by: '1' },
    { op: 'drop', key: 'a' },
  ])('%j is refused', (fields) => {
    expect(parseRequest(JSON.stringify({ type: 'cache', ...fields }))).toMatchObject({
      kind: 'wrong',
      code: 'bad-request',
    });
  });
});

describe('the cache in the chat', () => {
  it('is written, counted, read and told in words that do nothing to a terminal', async () => {
    const peer = await createPeer({
      nick: 'ana',
      keys: NetworkKeys.of(),
      port: 0,
      discover: false,
    });
    onTestFinished(() => peer.close());
    const cache = await openCache({ peer, documents: false });
    onTestFinished(() => cache.close());
    const rows = async (request: CacheRequest): Promise<readonly string[]> =>
      cacheRows(await askCache(cache, request));
    expect(await rows({ op: 'get', key: 'a' })).toEqual(['"a" holds nothing']);
    expect(await rows({ op: 'set', key: 'a', value: 'x\u001b[31m\ny' })).toEqual(['"a" = x', 'y']);
    expect(await rows({ op: 'incr', key: 'n', by: 2 })).toEqual(['"n" = 2']);
    await cache.setOf('s').add(['b', 'a']);
    expect(await rows({ op: 'get', key: 's' })).toEqual(['"s" = ["a","b"]']);
    await cache.hash('h').set('name', 'ana');
    expect(await rows({ op: 'get', key: 'h' })).toEqual(['"h" = {"name":"ana"}']);
    expect(await rows({ op: 'del', key: 'a' })).toEqual(['deleted "a"']);
    await expect(askCache(cache, { op: 'incr', key: 's', by: 1 })).rejects.toMatchObject({
      code: 'wrong-type',
    });
  });
});

describe('values of the command line', () => {
  it.each([
    ['1mb', 1_048_576],
    ['2GB', 2_147_483_648],
    ['5000000', 5_000_000],
  ])('%s of memory', (text, bytes) => {
    expect(memoryValue(text)).toBe(bytes);
  });

  it.each(['', '1', '-1mb', '1tb', '0gb'])('%j is no size', (text) => {
    expect(() => memoryValue(text)).toThrow('256mb');
  });

  it('knows levels and amounts', () => {
    expect(['2', 'majority', 'all'].map(levelValue)).toEqual(['2', 'majority', 'all']);
    for (const wrong of ['0', 'most', '1.5']) expect(() => levelValue(wrong)).toThrow('A level');
    expect([amountValue('-3'), amountValue('+3')]).toEqual([-3, 3]);
    for (const wrong of ['1.5', 'x', '9'.repeat(16)]) expect(() => amountValue(wrong)).toThrow();
  });
});
