import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache, restoreCache } from '../../src/index.js';
import { CacheLog } from '../../src/persistence/cache-log.js';
import type { CacheRecord } from '../../src/persistence/cache-record.js';
import { folder, testCache, testPeer } from '../support/peers.js';

const KEYS = 3;

/** Opens a folder as a cache does, and closes it again. */
async function opened(dir: string) {
  const fails = (error: Error): never => {
    throw error;
  };
  const { log, records, damages } = CacheLog.open({
    dir,
    durability: 'process',
    onFailed: fails,
    onSafe: () => undefined,
  });
  await log.close();
  return { records, damages };
}

const asText = (records: readonly CacheRecord[]) =>
  records.map(({ kind, bytes }) => `${kind} ${Buffer.from(bytes).toString('hex')}`);

function logIn(dir: string): string {
  const [name = ''] = readdirSync(dir).filter((each) => each.endsWith('.log'));
  return join(dir, name);
}

async function written(): Promise<string> {
  const dir = folder();
  const cache = await testCache(await testPeer(), { dir, documents: false });
  for (let index = 0; index < KEYS; index += 1) await cache.set(`key ${index}`, `value ${index}`);
  await cache.close();
  return dir;
}

/** Each byte flipped, and each length cut to. */
function* spoilt(file: string): Generator<(path: string) => void> {
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at += 1) {
    yield (path) => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(path, bytes);
    };
    yield (path) => truncateSync(path, at);
  }
}

describe('the log of a cache', { timeout: 120_000 }, () => {
  it('with any byte flipped or cut is told of, and no more is used than what lies before', async () => {
    const dir = await written();
    const { records: whole } = await opened(dir);
    const before = asText(whole);
    const file = logIn(dir);
    for (const spoil of spoilt(file)) {
      const copy = folder();
      cpSync(dir, copy, { recursive: true });
      const path = logIn(copy);
      const { length } = readFileSync(path);
      spoil(path);
      const isCut = readFileSync(path).length < length;
      const { records, damages } = await opened(copy);
      const left = asText(records);
      expect(left.length).toBeLessThan(before.length);
      expect(left).toEqual(before.slice(0, left.length));
      // A file that ends between two records is as one that was written less: the clean end is missing.
      if (!isCut) expect(damages).toHaveLength(1);
    }
  });

  it('is told of to whoever listens, and a file that is of no use is kept beside', async () => {
    const dir = await written();
    const file = logIn(dir);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    writeFileSync(file, bytes);
    const cache = await openCache({ peer: await testPeer(), dir, documents: false });
    const damage = await new Promise((resolve) => cache.on('damaged', resolve));
    expect(damage).toEqual({ file, lostBytes: bytes.length, isWhole: true });
    expect(readFileSync(`${file}.damaged`)).toEqual(bytes);
    expect(cache.peek('key 0')).toBeUndefined();
    await cache.close();
  });
});

describe('a backup', { timeout: 120_000 }, () => {
  it('with any byte flipped or cut is not restored', async () => {
    const cache = await testCache(await testPeer(), { documents: false });
    await cache.set('a', 'one');
    const file = join(folder(), 'backup');
    await cache.backup(file);
    for (const spoil of spoilt(file)) {
      const copy = join(folder(), 'copy');
      cpSync(file, copy);
      spoil(copy);
      const restored = restoreCache(copy, folder());
      await expect(restored).rejects.toMatchObject({ code: 'backup-damaged' });
    }
  });
});
