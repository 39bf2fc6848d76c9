import { HearsayError, type PeerId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import type { FrameCrypto } from '../../src/wire/frame.js';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';
import { testCrypto, testPeer } from '../support/crypto.js';

/** A mesh of which one peer may sign nonsense, and of which all checks are counted. */
function meshOf(count: number, liar?: PeerId) {
  const mesh = new CacheMesh('claims');
  mesh.closesLinks = true;
  const checks = new Map<PeerId, number>();
  mesh.cryptoOf = (peer): FrameCrypto => {
    const crypto = testCrypto(peer);
    return {
      ...crypto,
      sign: (bytes) => (peer === liar ? new Uint8Array(64) : crypto.sign(bytes)),
      verify: (by, bytes, signature) => {
        checks.set(peer, (checks.get(peer) ?? 0) + 1);
        return crypto.verify(by, bytes, signature);
      },
    };
  };
  const nodes = Array.from({ length: count }, (_, index) => mesh.start(index + 1));
  mesh.linkAll();
  mesh.run(10);
  return { mesh, nodes: nodes as [CacheNode, CacheNode, CacheNode], checks };
}

const forgedEvents = (node: CacheNode) => node.events.filter(({ kind }) => kind === 'forged');

describe('frames on the link of their author', () => {
  it('are shown without a look at their signature, and of many only the newest is checked', () => {
    const { mesh, nodes, checks } = meshOf(3);
    const [first, second] = nodes;
    for (let index = 0; index < 100; index++) mesh.set(first, `key ${index}`, 'value');
    mesh.run(20);
    expect(second.read('key 99', mesh.nowMs)).toBe('value');
    expect(checks.get(second.peer)).toBeUndefined();
    mesh.run(5_000);
    // Once after the writes, and not once for each.
    expect(checks.get(second.peer)).toBeLessThanOrEqual(2);
    expect(second.replication.heads.map(({ last }) => last)).toEqual([100]);
  });

  it('are proven before anybody else is shown how far the stream reaches', () => {
    const { mesh, nodes, checks } = meshOf(2);
    const [first, second] = nodes;
    mesh.set(first, 'a', 'one');
    mesh.run(10);
    mesh.crash(first);
    const third = mesh.start(3);
    mesh.linkAll();
    mesh.run(3_000);
    expect(third.read('a', mesh.nowMs)).toBe('one');
    expect(third.replication.vector.get(first.replication.stream)).toBe(1);
    expect(checks.get(second.peer)).toBe(1);
  });

  it('that nobody signed are told, close the link, and prove nothing to others', () => {
    const liar = testPeer(1);
    const { mesh, nodes } = meshOf(3, liar);
    const [lying, second] = nodes;
    mesh.set(lying, 'a', 'a lie');
    mesh.run(20);
    // It said so itself, and may say what it likes.
    expect(second.read('a', mesh.nowMs)).toBe('a lie');
    mesh.run(2_000);
    expect(forgedEvents(second)).toEqual([
      { kind: 'forged', peer: liar, stream: lying.replication.stream, sequence: 1 },
    ]);
    mesh.set(lying, 'b', 'more');
    mesh.run(20);
    expect(mesh.isLinked(lying.peer, second.peer)).toBe(false);
    expect(second.read('b', mesh.nowMs)).toBeUndefined();
    expect(second.replication.heads).toEqual([]);
    const late = mesh.start(4);
    mesh.link(late, second);
    mesh.run(5_000);
    expect(late.replication.vector.get(lying.replication.stream)).toBe(0);
  });

  it('of a peer that was caught are checked before they count', () => {
    const { mesh, nodes } = meshOf(2, testPeer(1));
    const [lying, second] = nodes;
    mesh.set(lying, 'a', 'a lie');
    mesh.run(2_000);
    mesh.cut(lying, second);
    mesh.link(lying, second);
    mesh.run(10);
    mesh.set(lying, 'b', 'another');
    mesh.run(20);
    expect(mesh.isLinked(lying.peer, second.peer)).toBe(false);
    expect(second.read('b', mesh.nowMs)).toBeUndefined();
    expect(forgedEvents(second)).toHaveLength(1);
  });

  it('are checked at once when somebody else brings them', () => {
    const { nodes, mesh } = meshOf(3, testPeer(1));
    const [lying, second, third] = nodes;
    mesh.cut(lying, second);
    lying.replication.write(
      [{ key: 'a', change: { kind: 'set', value: 'x', deadlineMs: undefined } }],
      mesh.now(lying),
    );
    const post = lying.replication
      .handle({ kind: 'flush' }, mesh.now(lying))
      .find((effect) => effect.kind === 'post');
    if (post?.kind !== 'post') throw new Error('nothing was sent');
    const bring = () =>
      second.replication.handle(
        { kind: 'post', from: third.peer, bytes: post.bytes },
        mesh.now(second),
      );
    expect(bring).toThrow(HearsayError);
    expect(bring).toThrow(/is not signed by it/);
    expect(second.read('a', mesh.nowMs)).toBeUndefined();
  });

  it('are proven after a restart too', () => {
    const { mesh, nodes, checks } = meshOf(2);
    const [first, second] = nodes;
    mesh.set(first, 'a', 'one');
    mesh.run(20);
    const disk = mesh.crash(second);
    const again = mesh.start(2, disk);
    expect(checks.get(second.peer)).toBeUndefined();
    expect(again.replication.heads.map(({ last }) => last)).toEqual([1]);
    expect(checks.get(second.peer)).toBe(1);
  });
});
