import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshIdentity, openIdentity } from '../src/profile/profile.js';
import { temporaryFolder } from './support/folders.js';

async function openAndRelease(folder: string, nick = 'ana') {
  const identity = await openIdentity(folder, nick);
  await identity.release();
  return identity;
}

describe('a profile', () => {
  it('keeps its id and counts every start', async () => {
    const folder = join(await temporaryFolder(), 'state', 'ana');
    const first = await openAndRelease(folder);
    const second = await openAndRelease(folder);
    expect(first.id).toMatch(/^[0-9a-f]{32}$/);
    expect(second.id).toBe(first.id);
    expect([first.generation, second.generation]).toEqual([1, 2]);
  });

  it('is on disk before it is used, for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'ana');
    const identity = await openIdentity(folder, 'ana');
    const path = join(folder, 'profile.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      version: 1,
      id: identity.id,
      generation: 1,
      nick: 'ana',
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await identity.release();
    await identity.release();
    expect(await readdir(folder)).toEqual(['profile.json']);
  });

  it('remembers a nick and a generation seen elsewhere', async () => {
    const folder = await temporaryFolder();
    const identity = await openIdentity(folder, 'ana');
    void identity.saveSeenGeneration(9);
    void identity.saveSeenGeneration(4);
    void identity.saveNick('dia');
    await identity.release();
    const text = await readFile(join(folder, 'profile.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ nick: 'dia', generation: 9 });
    expect((await openAndRelease(folder)).generation).toBe(10);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"version":1,"id":"ab'],
    ['no object', '7'],
    ['no id', '{"generation":1,"nick":"ana"}'],
    ['a wrong id', '{"id":"xyz","generation":1,"nick":"ana"}'],
    ['no generation', `{"id":"${'ab'.repeat(16)}","nick":"ana"}`],
    ['half a generation', `{"id":"${'ab'.repeat(16)}","generation":1.5,"nick":"ana"}`],
    ['no nick', `{"id":"${'ab'.repeat(16)}","generation":1}`],
    ['too much', JSON.stringify({ nick: 'x'.repeat(5_000) })],
  ])('with %s in its file is left alone, and the file is named', async (_what, text) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'profile.json');
    await writeFile(path, text);
    const opening = openIdentity(folder, 'ana');
    await expect(opening).rejects.toMatchObject({ code: 'profile-damaged' });
    await expect(opening).rejects.toThrow(path);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['profile.json']);
  });

  it('that cannot be written says so', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(openIdentity(join(file, 'ana'), 'ana')).rejects.toMatchObject({
      code: 'profile-unwritable',
    });
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'profile.json'));
    await expect(openIdentity(folder, 'ana')).rejects.toMatchObject({ code: 'profile-damaged' });
  });

  it('that nobody keeps is another one each time', () => {
    expect(freshIdentity().id).not.toBe(freshIdentity().id);
  });
});
