import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseChecked, renderChecked } from '../src/files/checked-json.js';
import type { Invite } from '../src/network/invite.js';
import { networkFolder } from '../src/network/network-file.js';
import { keyIdOf } from '../src/network/network-key.js';
import { defaultStateFolder } from '../src/network/state-folder.js';
import { joinNetwork, networkNames, openNetwork } from '../src/network/stored-network.js';
import { temporaryFolder } from './support/folders.js';

const KEY = Buffer.alloc(32, 9);
const INVITE: Invite = {
  network: 'ops',
  id: 'ab'.repeat(6),
  key: KEY,
  addresses: ['192.168.1.20:7340'],
};

describe('the network of a start', () => {
  it('is made on first use, and is the same from then on', async () => {
    const base = join(await temporaryFolder(), 'state');
    const first = await openNetwork(base);
    const again = await openNetwork(base);
    expect(first).toMatchObject({ name: 'local', network: 'local', isNew: true, seeds: [] });
    expect(again.isNew).toBe(false);
    expect(again.keys.all).toEqual(first.keys.all);
    expect((await stat(first.file)).mode & 0o777).toBe(0o600);
    expect((await stat(base)).mode & 0o777).toBe(0o700);
    expect(await readdir(base)).toEqual(['@network.json']);
  });

  it('has one key when many start at once', async () => {
    const base = await temporaryFolder();
    const networks = await Promise.all(Array.from({ length: 20 }, () => openNetwork(base, 'ops')));
    expect(new Set(networks.map(({ keys }) => keys.ids.join())).size).toBe(1);
    expect(networks.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await readdir(join(base, '@ops'))).toEqual(['@network.json']);
  });

  it('is not made where it must be there', async () => {
    const base = await temporaryFolder();
    await expect(openNetwork(base, 'ops', { create: false })).rejects.toMatchObject({
      code: 'no-such-network',
      message: `there is no network ops in ${base}. Start a peer in it, or join it with an invite`,
    });
  });

  it('keeps its file from others', async () => {
    const { file } = await openNetwork(await temporaryFolder());
    await chmod(file, 0o644);
    const { keys } = await openNetwork(join(file, '..'));
    expect(keys.notices).toMatchObject([
      { code: 'network-rights', message: expect.stringContaining('(mode 0644)') },
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('a network file', () => {
  it('from before networks had an id is refused with that reason, and no id made up', async () => {
    const base = await temporaryFolder();
    const { file } = await openNetwork(base);
    const { id: _id, ...before } = parseChecked(await readFile(file, 'utf8'));
    await writeFile(file, renderChecked(before));
    await expect(openNetwork(base)).rejects.toMatchObject({
      code: 'network-damaged',
      message: expect.stringContaining('it is from before networks had an id. Move it away'),
    });
  });

  it('with any byte changed or cut is refused in one line that names it', async () => {
    const base = await temporaryFolder();
    const { file } = await openNetwork(base);
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 8)), at);
      for (const bytes of [flipped, whole.subarray(0, at)]) {
        await writeFile(file, bytes);
        await expect(openNetwork(base)).rejects.toMatchObject({
          code: 'network-damaged',
          message: expect.stringMatching(
            new RegExp(
              `^${file} does not read: [^\\n]+\\. Move it away, and join again with an invite from a member\\.$`,
            ),
          ),
        });
      }
    }
    await writeFile(file, whole);
    expect((await openNetwork(base)).isNew).toBe(false);
  });
});

describe('joining by an invite', () => {
  it('keeps the network and whom it named', async () => {
    const base = await temporaryFolder();
    const joined = await joinNetwork(base, INVITE);
    expect(joined).toMatchObject({ name: 'ops', network: 'ops', isNew: true });
    const later = await openNetwork(base, 'ops');
    expect(later.seeds).toEqual(INVITE.addresses);
    expect(later.keys.primary).toEqual(KEY);
    const again = await joinNetwork(base, { ...INVITE, addresses: ['10.0.0.7:7340'] });
    expect(again.isNew).toBe(false);
    expect((await openNetwork(base, 'ops')).seeds).toEqual(['10.0.0.7:7340']);
    expect(await networkNames(base)).toEqual(['ops']);
  });

  it('keeps networks of one name apart', async () => {
    const base = await temporaryFolder();
    const own = await openNetwork(base);
    const other = await joinNetwork(base, { ...INVITE, network: 'local' });
    expect(other).toMatchObject({ name: 'local-2', network: 'local' });
    expect((await openNetwork(base)).keys.all).toEqual(own.keys.all);
    expect((await joinNetwork(base, { ...INVITE, network: 'local' })).name).toBe('local-2');
    expect((await joinNetwork(base, INVITE, 'work')).name).toBe('work');
    await expect(
      joinNetwork(base, { ...INVITE, id: 'cd'.repeat(6) }, 'work'),
    ).rejects.toMatchObject({ code: 'bad-invite' });
    expect(await networkNames(base)).toEqual(['local', 'local-2', 'work']);
  });

  it('brings one back whose key was changed while it was away', async () => {
    const base = await temporaryFolder();
    await joinNetwork(base, INVITE);
    const key = Buffer.alloc(32, 1);
    const back = await joinNetwork(base, { ...INVITE, key });
    expect(back).toMatchObject({ name: 'ops', isNew: false });
    expect(back.keys.all).toEqual([key, KEY]);
    for (const byte of [2, 3, 4])
      await joinNetwork(base, { ...INVITE, key: Buffer.alloc(32, byte) });
    const { keys } = await openNetwork(base, 'ops');
    expect(keys.all.map((each) => each[0])).toEqual([4, 3, 2, 1]);
  });

  it('tells that its key was removed', async () => {
    const base = await temporaryFolder();
    const { keys } = await joinNetwork(base, INVITE);
    const key = Buffer.alloc(32, 10);
    const id = keyIdOf(key);
    await keys.change({ kind: 'install', key }).saved;
    await keys.change({ kind: 'use', id, at: { ms: 1, counter: 0, peer: 'a' } }).saved;
    await keys.change({ kind: 'remove', id: keyIdOf(KEY) }).saved;
    await expect(joinNetwork(base, INVITE)).rejects.toMatchObject({
      code: 'bad-invite',
      message: `the key ${keyIdOf(KEY).slice(0, 8)} of this invite was removed from ops; ask a member for a new invite`,
    });
  });
});

describe('keys that change', () => {
  it('are on disk, and those of other processes are learnt', async () => {
    const base = await temporaryFolder();
    const [one, other] = await Promise.all([openNetwork(base), openNetwork(base)]);
    const heard: number[] = [];
    other.keys.onChange(() => heard.push(other.keys.all.length));
    await one.keys.change({ kind: 'install', key: KEY }).saved;
    await other.keys.change({ kind: 'install', key: Buffer.alloc(32, 10) }).saved;
    expect(heard).toEqual([2, 3]);
    expect(new Set((await openNetwork(base)).keys.ids)).toEqual(new Set(other.keys.ids));
  });
});

describe('the state folder', () => {
  it('follows XDG', () => {
    expect(defaultStateFolder({ XDG_STATE_HOME: '/x' }, '/homes/ana')).toBe('/x/hearsay');
    expect(defaultStateFolder({}, '/homes/ana')).toBe('/homes/ana/.local/state/hearsay');
    expect(defaultStateFolder({ XDG_STATE_HOME: 'relative' }, '/homes/ana')).toBe(
      '/homes/ana/.local/state/hearsay',
    );
  });

  it('keeps profiles of different networks apart', () => {
    expect(networkFolder('/x', 'local')).toBe('/x');
    expect(networkFolder('/x', 'team')).toBe('/x/@team');
  });
});
