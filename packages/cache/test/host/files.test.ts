import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache, restoreCache } from '../../src/index.js';
import { folder, testCache, testPeer } from '../support/peers.js';

describe('the files of a cache', () => {
  it('hold what was written, also when nobody closed it and the last record is torn', async () => {
    const dir = folder();
    const peer = await testPeer();
    const cache = await openCache({ peer, dir, durability: 'always' });
    for (let index = 0; index < 100; index++) await cache.set(`key ${index}`, `value ${index}`);
    await cache.setOf('tags').add(['blue', 'red']);
    await cache.delete('key 7');
    await peer.close(); // As much of a sudden end as one process can give itself.
    const [log = ''] = readdirSync(dir).filter((name) => name.endsWith('.log'));
    appendFileSync(join(dir, log), Buffer.from([1, 2, 3]));
    const again = await testCache(await testPeer(), { dir });
    expect(again.peek('key 99')?.text).toBe('value 99');
    expect(again.peek('key 7')).toBeUndefined();
    expect([...(await again.setOf('tags').values())].sort()).toEqual(['blue', 'red']);
  });

  it('come back from a backup into a new folder only, and not when it is too old', async () => {
    const dir = folder();
    const file = join(folder(), 'backup');
    const cache = await testCache(await testPeer(), { dir });
    await cache.set('a', 'one');
    await cache.backup(file);
    await expect(restoreCache(file, dir)).rejects.toMatchObject({ code: 'folder-in-use' });
    const old = restoreCache(file, folder(), { forgetAfterMs: -1 });
    await expect(old).rejects.toMatchObject({ code: 'backup-too-old' });
    const target = folder();
    await restoreCache(file, target);
    const restored = await testCache(await testPeer(), { dir: target });
    expect(restored.peek('a')?.text).toBe('one');
    appendFileSync(file, 'x');
    await expect(restoreCache(file, folder())).rejects.toMatchObject({ code: 'backup-damaged' });
  });
});
