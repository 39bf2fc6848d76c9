import { describe, expect, it } from 'vitest';
import { Replay, snapshotRecords } from '../../src/replication/replay.js';
import { StoreBox } from '../../src/replication/store-box.js';
import { CacheMesh, type DiskRecord } from '../support/cache-mesh.js';
import { createStore } from '../support/store.js';

/** What comes back of records. */
function replayed(records: readonly DiskRecord[]) {
  const box = new StoreBox(() => createStore());
  const replay = new Replay(box, 0);
  for (const { kind, bytes } of records) expect(replay.add(kind, bytes)).toBe(true);
  return { box, vector: replay.finish().vector };
}

describe('a snapshot that takes many turns', () => {
  it('does not say that it holds what was written since it was begun', () => {
    const mesh = new CacheMesh('snapshot');
    const node = mesh.start(1);
    // So much that it is several records.
    for (let key = 0; key < 1_000; key++) mesh.set(node, `before ${key}`, 'x'.repeat(200));
    const snapshot = snapshotRecords(node.replication, node.box);
    const records: DiskRecord[] = [];
    const take = (): boolean => {
      const { value, done } = snapshot.next();
      if (done !== true) records.push({ kind: value.kind, bytes: value.bytes.slice() });
      return done !== true;
    };
    take();
    take();
    const meanwhile = node.records.length;
    for (let key = 0; key < 100; key++) {
      mesh.set(node, `meanwhile ${key}`, 'written in between');
      mesh.set(node, `before ${key}`, 'overwritten in between');
    }
    while (take());
    const alone = replayed(records);
    expect(alone.vector.get(node.replication.stream)).toBe(1_000);
    // A log has what was written meanwhile behind its snapshot.
    const { box, vector } = replayed([...records, ...node.records.slice(meanwhile)]);
    expect(vector.get(node.replication.stream)).toBe(1_200);
    for (let key = 0; key < 100; key++) {
      expect(box.store.read(`meanwhile ${key}`, 0)).toBe('written in between');
    }
    expect(box.digests(0)).toEqual(node.box.digests(0));
  });
});
