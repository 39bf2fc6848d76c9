import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signingKeysOf } from '../src/crypto/keys.js';
import { renderChecked } from '../src/files/checked-json.js';
import { freshIdentity, openIdentity } from '../src/profile/profile.js';
import { temporaryFolder } from './support/folders.js';

async function openAndRelease(folder: string, nick = 'ana') {
  const identity = await openIdentity(folder, nick);
  await identity.release();
  return identity;
}

const WHOLE = { version: 2, seed: 'ab'.repeat(32), generation: 1, nick: 'ana' };

describe('a profile', () => {
  it('keeps its id and counts every start', async () => {
    const folder = join(await temporaryFolder(), 'state', 'ana');
    const first = await openAndRelease(folder);
    const second = await openAndRelease(folder);
    expect(first.id).toMatch(/^[0-9a-f]{64}$/);
    expect(second.id).toBe(first.id);
    expect([first.generation, second.generation]).toEqual([1, 2]);
  });

  it('is on disk before it is used, for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'ana');
    const identity = await openIdentity(folder, 'ana');
    const path = join(folder, 'profile.json');
    const text = await readFile(path, 'utf8');
    const { seed, check, ...rest } = JSON.parse(text) as { seed: string; check: string };
    expect(check).toMatch(/^[0-9a-f]{32}$/);
    expect(rest).toEqual({ version: 2, generation: 1, nick: 'ana' });
    const keys = signingKeysOf(Buffer.from(seed, 'hex'));
    expect(Buffer.from(keys.publicKey).toString('hex')).toBe(identity.id);
    expect(keys).toEqual(identity.keys);
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
    ['no check', `{"version":2,"seed":"${'ab'.repeat(32)}","generation":1,"nick":"ana"}`],
    ['no key', renderChecked({ version: 2, generation: 1, nick: 'ana' })],
    ['a wrong key', renderChecked({ version: 2, seed: 'xyz', generation: 1, nick: 'ana' })],
    ['half a key', renderChecked({ ...WHOLE, seed: 'ab'.repeat(16) })],
    ['no generation', renderChecked({ ...WHOLE, generation: undefined })],
    ['half a generation', renderChecked({ ...WHOLE, generation: 1.5 })],
    ['no nick', renderChecked({ ...WHOLE, nick: undefined })],
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

  it('with any byte changed or cut is refused, and nothing of it is shown', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'profile.json');
    await openAndRelease(folder);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 7)), at);
      for (const bytes of [flipped, whole.subarray(0, at)]) {
        await writeFile(path, bytes);
        await expect(openIdentity(folder, 'ana')).rejects.toMatchObject({
          code: 'profile-damaged',
          message: expect.stringMatching(/ does not read: its? [^"{]*\. Move it away/),
        });
      }
    }
  });

  it('that others could read is theirs no longer, and says so', async () => {
    const folder = await temporaryFolder();
    const first = await openAndRelease(folder);
    const path = join(folder, 'profile.json');
    await chmod(path, 0o644);
    const second = await openAndRelease(folder);
    expect(second.id).toBe(first.id);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(second.notices).toEqual([
      { code: 'profile-rights', message: expect.stringContaining('(mode 0644)') },
    ]);
    expect((await openAndRelease(folder)).notices).toEqual([]);
  });

  it('of the kind without a key becomes a new identity, and says so', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'profile.json');
    await writeFile(path, `{"version":1,"id":"${'ab'.repeat(16)}","generation":7,"nick":"ana"}`);
    const identity = await openAndRelease(folder);
    expect(identity.id).toMatch(/^[0-9a-f]{64}$/);
    expect(identity.generation).toBe(1);
    expect(identity.notices).toMatchObject([{ code: 'profile-renewed' }]);
    const again = await openAndRelease(folder);
    expect(again).toMatchObject({ id: identity.id, generation: 2, notices: [] });
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
