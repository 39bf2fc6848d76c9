import { peerId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import type { Peer } from '../src/api.js';
import {
  decodeKeyNews,
  encodeKeyNews,
  installNews,
  type KeyNews,
} from '../src/network/key-news.js';
import { memberKeys } from '../src/network/member-keys.js';
import { keyIdOf } from '../src/network/network-key.js';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, TEST_KEY, testPeer } from './support/peers.js';

const OLD = keyIdOf(TEST_KEY);
const PATIENCE_MS = 10_000;

/** Waits until all members, seen from each of them, have these keys, the first one in use. */
async function untilAllHave(peers: readonly Peer[], ids: readonly string[]): Promise<void> {
  await expect
    .poll(() => peers.flatMap((peer) => peer.members().map(memberKeys)), { timeout: PATIENCE_MS })
    .toEqual(Array(peers.length ** 2).fill(ids));
}

async function mesh(...nicks: readonly string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const nick of nicks) {
    const [first] = peers;
    peers.push(await testPeer({ nick, join: first === undefined ? [] : [addressOf(first)] }));
  }
  for (const peer of peers) await peer.synced({ live: nicks.length - 1, timeoutMs: PATIENCE_MS });
  return peers;
}

describe('the keys of a network', () => {
  it('are changed at all members under way, and nobody loses anything', async () => {
    const [ana, bob, cy] = await mesh('ana', 'bob', 'cy');
    if (ana === undefined || bob === undefined || cy === undefined) throw new Error('three peers');
    const peers = [ana, bob, cy];
    const deaths: string[] = [];
    for (const peer of peers) {
      peer.on('member', ({ member }) => {
        if (member.state === 'dead') deaths.push(`${peer.nick} buried ${member.nick}`);
      });
    }
    let said = 0;
    const chatter = setInterval(() => {
      for (const peer of peers) peer.publish('chat', `${peer.nick} ${said}`);
      said += 1;
    }, 5);
    try {
      const id = ana.keys.install();
      await untilAllHave(peers, [OLD, id]);
      bob.keys.use(id);
      await untilAllHave(peers, [id, OLD]);
      const rekeyed = nextEvent(cy, 'link', ({ up }) => up);
      cy.keys.remove(OLD);
      await untilAllHave(peers, [id]);
      await rekeyed;
      await expect
        .poll(
          () => peers.map((peer) => peer.members().filter(({ link }) => link !== 'none').length),
          {
            timeout: PATIENCE_MS,
          },
        )
        .toEqual([2, 2, 2]);
    } finally {
      clearInterval(chatter);
    }
    for (const peer of peers) await peer.synced({ live: 2, timeoutMs: PATIENCE_MS });
    for (const peer of peers) expect(peer.history('chat')).toHaveLength(3 * said);
    expect(said).toBeGreaterThan(10);
    expect(deaths).toEqual([]);

    const outsider = await testPeer({ nick: 'eve', join: [addressOf(ana)] });
    const refused = await nextEvent(outsider, 'refused');
    expect(refused).toMatchObject({ by: 'them', reason: expect.stringContaining('network key') });
    expect(outsider.status().live).toBe(0);
  }, 60_000);

  it('are not handed to whom they are not meant for', async () => {
    const [ana, bob, eve] = await mesh('ana', 'bob', 'eve');
    if (ana === undefined || bob === undefined || eve === undefined) throw new Error('three peers');
    const installed = nextEvent(bob, 'keys');
    const id = ana.keys.install({ to: [bob.id] });
    expect(await installed).toEqual({ change: 'installed', key: id, by: ana.id });
    await eve.synced({ live: 2, timeoutMs: PATIENCE_MS });
    expect(eve.keys.ids).toEqual([OLD]);
    expect(bob.keys.ids).toEqual([OLD, id]);
    expect(eve.history()).toEqual([]);
  });

  it('reach a member that was away, when it returns in time', async () => {
    const ana = await testPeer({ nick: 'ana' });
    const stateFolder = await temporaryFolder();
    const options = { nick: 'bob', stateFolder, join: [addressOf(ana)] };
    const before = await testPeer(options);
    await before.synced({ timeoutMs: PATIENCE_MS });
    await before.close();
    const id = ana.keys.install();
    ana.keys.use(id);
    const after = await testPeer(options);
    await expect.poll(() => after.keys.ids, { timeout: PATIENCE_MS }).toEqual([id, OLD]);
  });

  it('refuse a change that cannot be', async () => {
    const ana = await testPeer();
    const unknown = 'ab'.repeat(8);
    expect(() => ana.keys.use(unknown)).toThrow(expect.objectContaining({ code: 'unknown-key' }));
    expect(() => ana.keys.install({ id: unknown })).toThrow(
      expect.objectContaining({ code: 'unknown-key' }),
    );
    expect(() => ana.keys.remove(OLD)).toThrow(expect.objectContaining({ code: 'key-in-use' }));
    for (let count = 0; count < 3; count++) ana.keys.install();
    expect(() => ana.keys.install()).toThrow(expect.objectContaining({ code: 'too-many-keys' }));
  });
});

describe('a word on keys', () => {
  const id = 'ab'.repeat(8);
  const boxes = new Map([['cd'.repeat(32), Buffer.from([1, 2, 3])]]);

  it.each<[KeyNews]>([
    [{ kind: 'install', id, boxes }],
    [{ kind: 'use', id }],
    [{ kind: 'remove', id }],
  ])('%j is read as it was written', (news) => {
    expect(decodeKeyNews(encodeKeyNews(news))).toEqual(news);
  });

  it('is split when there are many to tell', () => {
    const peers = Array.from({ length: 600 }, (_none, index) => peerOf(index));
    const all = installNews(id, peers, () => Buffer.alloc(73));
    expect(all).toHaveLength(3);
    for (const news of all) expect(encodeKeyNews(news).length).toBeLessThan(48 * 1_024);
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', '7'],
    ['another version', `{"v":2,"op":"use","key":"${id}"}`],
    ['another word', `{"v":1,"op":"steal","key":"${id}"}`],
    ['no key', '{"v":1,"op":"use","key":"x"}'],
    ['no boxes', `{"v":1,"op":"install","key":"${id}"}`],
    ['boxes that are none', `{"v":1,"op":"install","key":"${id}","for":{"a":7}}`],
  ])('that is %s is ignored', (_what, text) => {
    expect(decodeKeyNews(Buffer.from(text))).toBeUndefined();
  });
});

function peerOf(index: number): ReturnType<typeof peerId> {
  return peerId(index.toString(16).padStart(64, '0'));
}
