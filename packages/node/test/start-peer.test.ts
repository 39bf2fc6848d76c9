import { type Effect, type Engine, type Input, InvariantError } from '@hearsay/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Peer } from '../src/api.js';
import { createPeer } from '../src/create-peer.js';
import { readNow } from '../src/host/clock.js';
import { NetworkKeys } from '../src/network/network-keys.js';
import { startPeer } from '../src/start-peer.js';
import { temporaryFolder } from './support/folders.js';
import { nextEvent, TEST_KEY } from './support/peers.js';
import { secureSocket } from './support/secure-socket.js';

const NOBODY = {
  members: [],
  live: 0,
  inSync: 0,
  isolated: false,
  left: false,
  health: 0,
  stateHash: '0'.repeat(16),
  clock: new Map(),
  messages: 0,
  heldBack: 0,
  equivocations: [],
};

/** A peer around an engine that answers as the test says. */
async function peerWith(
  handle: (input: Input) => readonly Effect[],
  stateFolder?: string,
): Promise<Peer> {
  const engine: Engine = {
    handle,
    status: () => NOBODY,
    member: () => undefined,
    edges: () => ({ eager: 0, lazy: 0 }),
    holdings: () => undefined,
    receipt: () => ({ held: 0, live: 0 }),
    history: () => [],
    counters: () => {
      throw new Error('not used here');
    },
  };
  const options = { nick: 'ana', port: 0, discover: false, keys: NetworkKeys.of(TEST_KEY) };
  const peer = await startPeer(stateFolder === undefined ? options : { ...options, stateFolder }, {
    createEngine: () => engine,
    readNow,
  });
  onTestFinished(() => peer.close());
  return peer;
}

describe('a peer whose engine', () => {
  it('breaks an invariant fails aloud and closes', async () => {
    const peer = await peerWith(({ kind }) => {
      if (kind === 'link-opened') throw new InvariantError('sequences have a hole');
      return [];
    });
    const failing = nextEvent(peer, 'failed');
    await secureSocket(peer);
    const { error } = await failing;
    expect(error).toMatchObject({ code: 'internal' });
    expect(error.message).toContain('sequences have a hole');
    expect(() => peer.publish('lobby', 'x')).toThrow('closed');
  });

  it('breaks at once tells it to listeners that come after the await', async () => {
    const peer = await peerWith(() => {
      throw new InvariantError('broken from the start');
    });
    expect((await nextEvent(peer, 'failed')).error.message).toContain('broken from the start');
  });

  it('is superseded starts above that generation next time', async () => {
    const stateFolder = await temporaryFolder();
    const superseded: Effect = { kind: 'event', event: { kind: 'superseded', generation: 7 } };
    const peer = await peerWith(({ kind }) => (kind === 'start' ? [superseded] : []), stateFolder);
    expect((await nextEvent(peer, 'failed')).error).toMatchObject({ code: 'superseded' });
    await peer.close();
    expect((await peerWith(() => [], stateFolder)).generation).toBe(8);
  });

  it('does not answer a publish is not trusted', async () => {
    const peer = await peerWith(() => []);
    expect(() => peer.publish('lobby', 'x')).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('is told once that it starts, where others dial it', async () => {
    const inputs: Input[] = [];
    const peer = await peerWith((input) => {
      inputs.push(input);
      return [];
    });
    expect(inputs[0]).toEqual({ kind: 'start', addresses: [`127.0.0.1:${peer.port}`] });
  });
});

describe('a start', () => {
  it('that is aborted while it looks where others reach it leaves nothing running', async () => {
    const aborting = new AbortController();
    vi.doMock('../src/discovery/interfaces.js', () => ({
      reachableHosts: () => {
        aborting.abort(new Error('enough'));
        return [];
      },
    }));
    onTestFinished(() => void vi.doUnmock('../src/discovery/interfaces.js'));
    const stateFolder = await temporaryFolder();
    const options = { nick: 'ana', port: 0, discover: false, keys: NetworkKeys.of(TEST_KEY) };
    const starting = createPeer({
      ...options,
      stateFolder,
      host: '0.0.0.0',
      signal: aborting.signal,
    });
    await expect(starting.then((peer) => peer.close())).rejects.toThrow('enough');
    await (await createPeer({ ...options, stateFolder })).close();
  });
});
