import { describe, expect, it } from 'vitest';
import { NETWORK_KEYS_MAX } from '../src/limits.js';
import { metaOf, resolveOptions } from '../src/settings.js';
import { testPeer } from './support/peers.js';

/** As long as ids of keys can get. */
const KEYS = { ids: Array.from({ length: NETWORK_KEYS_MAX }, () => '0'.repeat(16)) };

describe('what a peer says of itself', () => {
  it('takes no longer nick than leaves room for the keys that may come', async () => {
    const metaBytesMax = metaOf('bob', resolveOptions({ nick: 'bob' }), KEYS).length;
    const peer = await testPeer({ nick: 'ana', limits: { metaBytesMax } });
    expect(() => peer.rename('x'.repeat(32))).toThrow(
      expect.objectContaining({ code: 'meta-too-large' }),
    );
    expect(peer.nick).toBe('ana');
    peer.rename('bob');
    for (let more = 1; more < NETWORK_KEYS_MAX; more++) peer.keys.install();
    expect(peer.keys.ids).toHaveLength(NETWORK_KEYS_MAX);
    peer.rename('eve');
    expect(peer.nick).toBe('eve');
  });
});
