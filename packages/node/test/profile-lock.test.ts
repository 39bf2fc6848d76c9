import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askPs, isRunning, ownProcess } from '../src/profile/process-identity.js';
import { lockFolder } from '../src/profile/profile-lock.js';
import { temporaryFolder } from './support/folders.js';

/** No process: numbers this high are not given out. */
const NOBODY = 2_147_483_646;

describe('a process', () => {
  it('is told apart from an earlier one with its number', async () => {
    const own = await ownProcess();
    expect(await isRunning(own)).toBe(true);
    expect(await isRunning({ pid: own.pid, start: 0 })).toBe(true);
    const known = own.start > 0; // Where the system tells start times.
    expect(await isRunning({ pid: own.pid, start: own.start + 1 })).toBe(!known);
  });

  it.skipIf(process.platform === 'win32')(
    'tells when it began where there is no /proc',
    async () => {
      const nowSeconds = Date.now() / 1_000;
      const { start = 0, ended, tolerance = 0 } = (await askPs(process.pid)) ?? {};
      expect(ended).toBe(false);
      expect(Math.abs(start - (nowSeconds - process.uptime()))).toBeLessThanOrEqual(tolerance);
      expect(await askPs(NOBODY)).toBeUndefined();
    },
  );

  it.each([0, -1, 1.5, Number.NaN, NOBODY, 2 ** 40])('%d does not run', async (pid) => {
    expect(await isRunning({ pid, start: 0 })).toBe(false);
  });

  it('of somebody else may run too', async () => {
    expect(await isRunning({ pid: process.ppid, start: 0 })).toBe(true);
  });
});

describe('the lock of a folder', () => {
  it('is held by one, and free again when released', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const second = lockFolder(folder);
    await expect(second).rejects.toMatchObject({ code: 'profile-in-use', pid: process.pid });
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    await lock.release();
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not left behind by whoever could not take it', async () => {
    const folder = await temporaryFolder();
    const inTheWay = `lock-${NOBODY}-5-00000000`;
    await mkdir(join(folder, inTheWay)); // What cannot be removed like a file.
    await expect(lockFolder(folder)).rejects.toThrow(inTheWay);
    expect(await readdir(folder)).toEqual([inTheWay]);
  });

  it('of a process that is gone is taken over', async () => {
    const folder = await temporaryFolder();
    const { pid, start } = await ownProcess();
    await writeFile(join(folder, `lock-${NOBODY}-5-00000000`), '');
    if (start > 0) await writeFile(join(folder, `lock-${pid}-${start - 1}-00000000`), '');
    const lock = await lockFolder(folder);
    expect(await readdir(folder)).toHaveLength(1);
    await lock.release();
  });

  it('minds only its own files', async () => {
    const folder = await temporaryFolder();
    const names = ['lock', 'lock-1-2-xyz', 'notes.txt'];
    for (const name of names) await writeFile(join(folder, name), '');
    const lock = await lockFolder(folder);
    await lock.release();
    expect((await readdir(folder)).sort()).toEqual(names);
  });

  it('is never held by two that come at once', async () => {
    const folder = await temporaryFolder();
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
    const held = attempts.filter(({ status }) => status === 'fulfilled');
    expect(held.length).toBeLessThanOrEqual(1);
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') await attempt.value.release();
      else expect(attempt.reason).toMatchObject({ code: 'profile-in-use' });
    }
    await (await lockFolder(folder)).release();
  });
});
