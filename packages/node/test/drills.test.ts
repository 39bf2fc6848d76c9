import { streamId } from '@hearsay/core';
import { expect, it, vi } from 'vitest';
import { localProcessOf } from '../src/discovery/local-process.js';
import { RunFolder } from '../src/discovery/run-folder.js';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, testPeer } from './support/peers.js';

const TIMEOUT = { timeoutMs: 20_000 };

it('a cut is silent until it is found, and healed the peers agree again', async () => {
  const ana = await testPeer({ nick: 'ana' });
  const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
  await Promise.all([ana, bob].map((peer) => peer.synced(TIMEOUT)));
  const suspected = nextEvent(ana, 'member', ({ member }) => member.state === 'suspect');
  const lost = vi.fn();
  ana.on('link', lost);
  ana.drills.cut(bob.id);
  expect(ana.drills.cuts).toEqual([bob.id]);
  expect(ana.links()).toMatchObject([{ peer: bob.id, cut: true }]);
  ana.publish('lobby', 'into the void');
  expect((await suspected).reason).not.toBe('goodbye');
  expect(bob.history('lobby')).toEqual([]);
  const heard = nextEvent(bob, 'message');
  ana.drills.heal();
  expect(ana.drills.cuts).toEqual([]);
  expect((await heard).text).toBe('into the void');
  await Promise.all([ana, bob].map((peer) => peer.synced(TIMEOUT)));
}, 40_000);

it('links are counted, and holdings of others are told', async () => {
  const ana = await testPeer({ nick: 'ana' });
  const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
  await bob.synced(TIMEOUT);
  const { id } = ana.publish('lobby', 'one');
  await ana.held(id, 1, TIMEOUT);
  const [link] = ana.links();
  expect(link).toMatchObject({ peer: bob.id, direction: 'in', droppedFrames: 0, cut: false });
  expect(link?.sentFrames).toBeGreaterThan(0);
  expect(link?.receivedBytes).toBeGreaterThan(0);
  expect(ana.holdings(bob.id)?.get(streamId(ana.id, ana.generation))).toBe(1);
  expect(ana.holdings(ana.id)).toBeUndefined();
});

it('the process of a peer is found by its file alone, and only while it runs', async () => {
  const folder = await temporaryFolder();
  const ana = await testPeer({ nick: 'ana' });
  const own = {
    network: 'local',
    key: '0123456789abcdef',
    peer: ana.id,
    generation: 1,
    address: '127.0.0.1:7340',
  };
  expect(await localProcessOf(ana.id, folder)).toBeUndefined();
  const runFolder = await RunFolder.open({
    folder,
    own: () => own,
    scanMs: 1_000,
    filesMax: 10,
    onEntry: () => undefined,
    onTrouble: (error) => expect.fail(String(error)),
  });
  expect(await localProcessOf(ana.id, folder)).toBe(process.pid);
  await runFolder.close();
  expect(await localProcessOf(ana.id, folder)).toBeUndefined();
  expect(await localProcessOf(ana.id, `${folder}/missing`)).toBeUndefined();
});
