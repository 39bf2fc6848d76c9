import { type PeerId, seededRandom } from '@hearsay/core';
import { Replication } from '../../src/replication/replication.js';
import { StoreBox } from '../../src/replication/store-box.js';
import { Store } from '../../src/store/store.js';
import type { Change } from '../../src/values/operation.js';
import { encodePost, type Post } from '../../src/wire/post.js';
import { testCrypto, testPeer } from './crypto.js';
import { stream } from './store.js';

const NOW = { monotonicMs: 1_000, wallMs: 1_700_000_000_000 };

/** One post of every kind. */
const POSTS: readonly Exclude<Post, { kind: 'frame' | 'part' }>[] = [
  { kind: 'have', all: true, reply: false, entries: [[stream(1), 300]] },
  { kind: 'applied', generation: 7, sequence: 300 },
  { kind: 'ask', id: 5, key: 'user:1', entries: [[stream(2), 1]] },
  { kind: 'answer', id: 5, behind: false, index: 0, count: 2, bytes: Uint8Array.of(1, 2, 3) },
  {
    kind: 'digests',
    id: 9,
    vector: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    digests: Uint8Array.of(9, 9),
  },
  { kind: 'partition', partition: 1_023, reply: true, items: new Uint8Array(0) },
  { kind: 'flight', step: 'want', id: 4, key: 'report' },
  { kind: 'compared', id: 9, verdict: 'different', partitions: [3, 1_000] },
];

/** A replication with nothing in it. */
export function replicationOf(number: number): { peer: PeerId; replication: Replication } {
  const peer = testPeer(number);
  const box = new StoreBox(() => new Store({ random: seededRandom(`${number}`) }));
  const replication = new Replication({
    self: peer,
    generation: 7,
    store: box,
    crypto: testCrypto(peer),
    random: seededRandom(`${number}`),
  });
  replication.at(NOW);
  return { peer, replication };
}

const CHANGES: readonly (readonly [string, Change])[] = [
  ['a', { kind: 'set', value: 'one', deadlineMs: undefined }],
  ['b', { kind: 'set', value: 'two', deadlineMs: 1_700_000_100_000 }],
  ['a', { kind: 'deadline', deadlineMs: 1_700_000_200_000 }],
  ['c', { kind: 'delete' }],
  ['hits', { kind: 'count', birth: 0, plus: 5n, minus: 1n }],
  ['tags', { kind: 'set-add', elements: [{ element: 'x', dots: [] }] }],
  ['user', { kind: 'hash-set', fields: [{ element: 'name', dots: [], value: 'ana' }] }],
  ['tags', { kind: 'clear', of: 'set', seen: [{ stream: stream(1), sequence: 3 }] }],
];

/** What a peer posts that has written one of everything, and what it answers to one that has nothing. */
export function written(): {
  readonly posts: readonly Uint8Array[];
  readonly deltas: readonly Uint8Array[];
  readonly summary: Uint8Array;
} {
  const { replication } = replicationOf(1);
  const posts: Uint8Array[] = POSTS.map(encodePost);
  for (const [key, change] of CHANGES) {
    replication.write([{ key, change }], NOW);
    for (const effect of replication.handle({ kind: 'flush' }, NOW)) {
      if (effect.kind === 'post') posts.push(effect.bytes);
    }
  }
  const nothing = replicationOf(2).replication.replica.summary();
  const deltas = [...replication.replica.missing(nothing)];
  return { posts, deltas, summary: replication.replica.summary() };
}

export { NOW };
