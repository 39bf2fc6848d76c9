import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PeerId, peerId } from '@hearsay/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RunEntry } from '../src/discovery/run-file.js';
import { defaultRunFolder, RunFolder } from '../src/discovery/run-folder.js';
import { temporaryFolder } from './support/folders.js';

const ANA = peerId('a1'.repeat(16));
const BOB = peerId('b2'.repeat(16));
const NOBODY = 2_147_483_646;

const entryOf = (peer: PeerId, port: number): RunEntry => ({
  network: 'local',
  key: '0123456789abcdef',
  peer,
  generation: 1,
  address: `127.0.0.1:${port}`,
});

async function openRunFolder(folder: string, own: RunEntry) {
  const found: RunEntry[] = [];
  const runFolder = await RunFolder.open({
    folder,
    own: () => own,
    scanMs: 20,
    filesMax: 10,
    onEntry: (entry) => found.push(entry),
    onTrouble: (error) => expect.fail(String(error)),
  });
  onTestFinished(() => runFolder.close());
  return { runFolder, found };
}

describe('the run folder', () => {
  it('shows peers of this machine to each other, until they close', async () => {
    const folder = join(await temporaryFolder(), 'run');
    const ana = await openRunFolder(folder, entryOf(ANA, 7_340));
    const bob = await openRunFolder(folder, entryOf(BOB, 7_341));
    await vi.waitFor(() => {
      expect(ana.found).toContainEqual(entryOf(BOB, 7_341));
      expect(bob.found).toContainEqual(entryOf(ANA, 7_340));
    }, 30_000);
    await ana.runFolder.close();
    await ana.runFolder.close();
    expect(await readdir(folder)).toEqual([`${process.pid}-b2b2b2b2.json`]);
    await bob.runFolder.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'run');
    await openRunFolder(folder, entryOf(ANA, 7_340));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const [name] = await readdir(folder);
    expect((await stat(join(folder, name ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('is closed to others when it was open to them', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o777);
    await openRunFolder(folder, entryOf(ANA, 7_340));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is refused when it is a link to somewhere else', async () => {
    const real = await temporaryFolder();
    const link = join(await temporaryFolder(), 'run');
    await symlink(real, link);
    await expect(openRunFolder(link, entryOf(ANA, 7_340))).rejects.toThrow('is no folder');
  });

  it('removes the files of processes that are gone, and ignores what it cannot read', async () => {
    const folder = await temporaryFolder();
    const file = { hearsay: 2, start: 0, ...entryOf(BOB, 7_341) };
    const put = (name: string, content: unknown) =>
      writeFile(
        join(folder, name),
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    await put('1-00000000.json', { ...file, pid: NOBODY });
    await put('2-00000000.json', '{');
    await put('3-00000000.json', { ...file, pid: 'x' });
    await put('4-00000000.json', { ...file, pid: process.pid, address: 'http://x/' });
    await put('5-00000000.json', { ...file, pid: process.pid, peer: 'x' });
    await put('6-00000000.json', { ...file, pid: process.pid, generation: -1 });
    await put('7-00000000.json', 'x'.repeat(9_000));
    await put('notes.txt', file);
    const { found } = await openRunFolder(folder, entryOf(ANA, 7_340));
    await vi.waitFor(
      async () => expect(await readdir(folder)).not.toContain('1-00000000.json'),
      30_000,
    );
    await vi.waitFor(async () => {
      const own = await readFile(join(folder, `${process.pid}-a1a1a1a1.json`), 'utf8');
      expect(JSON.parse(own)).toMatchObject(entryOf(ANA, 7_340));
    }, 30_000);
    expect(found).toEqual([]);
    expect(await readdir(folder)).toHaveLength(8);
  });

  it('is found where the system keeps such things', () => {
    expect(defaultRunFolder({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/hearsay');
    expect(defaultRunFolder({})).toMatch(/hearsay-\d+$/);
  });
});
