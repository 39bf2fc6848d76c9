import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Peer } from '../../src/api.js';
import { temporaryFolder } from '../support/folders.js';
import { addressOf, nextEvent, testPeer } from '../support/peers.js';

const TIMEOUT_MS = 10_000;
const limits = { segmentBytes: 2_000 };

function logFiles(folder: string): string[] {
  const log = join(folder, 'log', '@local');
  const names = readdirSync(log).filter((name) => name.endsWith('.log'));
  return names.sort().map((name) => join(log, name));
}

function textsOf(peer: Peer): string[] {
  return peer.history().map(({ text }) => text);
}

async function sayAll(peers: readonly Peer[], count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const peer = peers[index % peers.length];
    const { id } = peer?.publish('room', `${peer.nick} ${index}`) ?? {};
    if (id !== undefined) await peer?.stored(id);
  }
}

describe('a peer whose log was damaged', () => {
  it.each([0, 1, 2])('gets back from others what was lost in file %i, and keeps it', async (at) => {
    const folder = await temporaryFolder();
    const other = await testPeer({ nick: 'bob' });
    const options = { stateFolder: folder, join: [addressOf(other)], limits };
    const first = await testPeer(options);
    await first.synced({ timeoutMs: TIMEOUT_MS });
    await sayAll([first, other], 40);
    await first.synced({ timeoutMs: TIMEOUT_MS });
    const said = textsOf(other).sort();
    expect(said).toHaveLength(40);
    await first.leave();

    const path = logFiles(folder)[at] ?? '';
    const bytes = readFileSync(path);
    bytes[900] = (bytes[900] ?? 0) ^ 1;
    writeFileSync(path, bytes);

    const second = await testPeer(options);
    const warning = await nextEvent(second, 'warning');
    expect(warning).toMatchObject({ code: 'log-damaged' });
    expect(warning.message).toContain(path);
    await second.synced({ timeoutMs: TIMEOUT_MS });
    expect(textsOf(second).sort()).toEqual(said);
    expect(second.status().stateHash).toBe(other.status().stateHash);
    await second.leave();

    // What was set aside is taken once more, waits for nothing, and is gone after that.
    for (const _ of [3, 4]) {
      const again = await testPeer(options);
      await again.synced({ timeoutMs: TIMEOUT_MS });
      expect(textsOf(again).sort()).toEqual(said);
      await again.leave();
    }
    expect(readdirSync(join(folder, 'log', '@local'))).not.toContain('damaged');
  });
});

describe('a peer that starts again', () => {
  it('has what it had before it met anybody, and says nothing twice', async () => {
    const folder = await temporaryFolder();
    const first = await testPeer({ stateFolder: folder });
    await sayAll([first], 5);
    await first.close();
    const second = await testPeer({ stateFolder: folder });
    const heard: string[] = [];
    second.on('message', ({ text }) => heard.push(text));
    expect(textsOf(second)).toEqual([0, 1, 2, 3, 4].map((index) => `ana ${index}`));
    expect(second.generation).toBe(2);
    expect(second.history().map(({ own }) => own)).toEqual(Array(5).fill(true));
    const other = await testPeer({ nick: 'bob', join: [addressOf(second)] });
    await other.synced({ timeoutMs: TIMEOUT_MS });
    expect(textsOf(other)).toEqual(textsOf(second));
    expect(heard).toEqual([]);
  });

  it('from an old copy of its profile is refused, since it would use numbers twice', async () => {
    const folder = await temporaryFolder();
    const first = await testPeer({ stateFolder: folder });
    await first.close();
    const profile = readFileSync(join(folder, 'profile.json'));
    const second = await testPeer({ stateFolder: folder });
    await sayAll([second], 1);
    await second.close();
    writeFileSync(join(folder, 'profile.json'), profile);
    await expect(testPeer({ stateFolder: folder })).rejects.toMatchObject({
      code: 'profile-damaged',
      message: expect.stringContaining('is an old copy: it says run 2, its log has run 2'),
    });
  });
});
