import { openCache, Store } from '@hearsay/cache';
import { peerId, seededRandom, streamId, VectorClock } from '@hearsay/core';
import { createPeer, NetworkKeys } from '@hearsay/node';
import { LRUCache } from 'lru-cache';
import * as Y from 'yjs';
import { median } from '../../stats.js';
import { benchKey } from '../bench-key.js';

/** Rates a second of processor time, and bytes of heap. */
export interface LocalFigures {
  readonly sets: number;
  readonly gets: number;
  readonly entryBytes: number;
  readonly tombstoneBytes: number;
}

const KEYS = 100_000;
const VALUE_BYTES = 100;
const MS_PER_SECOND = 1_000;
const STREAM = streamId(peerId('ab'.repeat(32)), 1);

const keys: readonly string[] = Array.from({ length: KEYS }, (_, key) => `user:${100_000 + key}`);

/** The store itself, without a network. */
export function measureStore(rounds: number): LocalFigures {
  return figures(rounds, () => {
    const store = new Store({ random: seededRandom('bench') });
    let sequence = 0;
    return {
      set: (key, value) => {
        const change = store.prepareSet(key, value, undefined, sequence);
        sequence += 1;
        store.apply(
          STREAM,
          sequence,
          { key, time: { ms: sequence, counter: 0 }, change },
          sequence,
        );
      },
      get: (key) => store.read(key, sequence),
      remove: (key) => {
        const change = store.prepareDelete(key, sequence);
        sequence += 1;
        if (change === undefined) return;
        store.apply(
          STREAM,
          sequence,
          { key, time: { ms: sequence, counter: 0 }, change },
          sequence,
        );
      },
    };
  });
}

export function measureLruCache(rounds: number): LocalFigures {
  return figures(rounds, () => {
    const cache = new LRUCache<string, string>({ max: 2 * KEYS });
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      remove: (key) => cache.delete(key),
    };
  });
}

export function measureYMap(rounds: number): LocalFigures {
  return figures(rounds, () => {
    const map = new Y.Doc().getMap<string>('bench');
    return {
      set: (key, value) => map.set(key, value),
      get: (key) => map.get(key),
      remove: (key) => map.delete(key),
    };
  });
}

/** What an application calls, on a peer that nobody is linked with: frames are signed all the same. */
export async function measureApi(rounds: number): Promise<Pick<LocalFigures, 'sets' | 'gets'>> {
  const peer = await createPeer({
    nick: 'bench',
    network: `bench-${process.pid}`,
    keys: NetworkKeys.of(benchKey),
    port: 0,
    discover: false,
  });
  const cache = await openCache({ peer, documents: false });
  const [sets, gets]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const value = hundredBytes(round);
    let startMs = cpuMs();
    for (let index = 0; index < KEYS; index++) {
      const set = cache.set(keys[index] ?? '', value);
      if (index % 256 === 0) await set;
    }
    sets.push(rateSince(startMs));
    startMs = cpuMs();
    for (const key of keys) cache.peek(key);
    gets.push(rateSince(startMs));
  }
  await cache.close();
  await peer.close();
  return { sets: median(sets), gets: median(gets) };
}

/** Heap after each quarter of an hour in which every key is set and deleted, and all members know of it. */
export function measureChurn(distinct: number): readonly number[] {
  const store = new Store({ random: seededRandom('churn') });
  const [quarters, hourMs] = [4, 3_600_000];
  let sequence = 0;
  const heaps: number[] = [];
  for (let index = 0; index < distinct; index++) {
    const nowMs = Math.floor((index * hourMs) / distinct);
    const key = `churn:${index}`;
    const set = store.prepareSet(key, hundredBytes(index), undefined, nowMs);
    sequence += 1;
    store.apply(STREAM, sequence, { key, time: { ms: nowMs, counter: 0 }, change: set }, nowMs);
    const change = store.prepareDelete(key, nowMs);
    sequence += 1;
    if (change !== undefined) {
      store.apply(STREAM, sequence, { key, time: { ms: nowMs, counter: 1 }, change }, nowMs);
    }
    // As replication does: each second, of what all had 30 s ago.
    if (index % 1_000 === 0) store.forget(clockOf(sequence - 60_000));
    if ((index + 1) % Math.floor(distinct / quarters) === 0) heaps.push(heapBytes());
  }
  return heaps;
}

interface Subject {
  set(key: string, value: string): unknown;
  get(key: string): unknown;
  remove(key: string): unknown;
}

function figures(rounds: number, make: () => Subject): LocalFigures {
  const samples = Array.from({ length: rounds }, (_, round) => {
    const before = heapBytes();
    const subject = make();
    // Values of their own, as a cache holds them.
    for (const [index, key] of keys.entries()) subject.set(key, hundredBytes(index));
    const entryBytes = (heapBytes() - before) / KEYS;
    const value = hundredBytes(round);
    let startMs = cpuMs();
    for (const key of keys) subject.set(key, value);
    const sets = rateSince(startMs);
    startMs = cpuMs();
    for (const key of keys) subject.get(key);
    const gets = rateSince(startMs);
    for (const key of keys) subject.remove(key);
    const tombstoneBytes = (heapBytes() - before) / KEYS;
    subject.get('');
    return { sets, gets, entryBytes, tombstoneBytes };
  });
  const of = (name: keyof LocalFigures): number => median(samples.map((sample) => sample[name]));
  return {
    sets: of('sets'),
    gets: of('gets'),
    entryBytes: of('entryBytes'),
    tombstoneBytes: of('tombstoneBytes'),
  };
}

function hundredBytes(index: number): string {
  return `${index}:`.padEnd(VALUE_BYTES, 'x');
}

function rateSince(startMs: number): number {
  return (KEYS * MS_PER_SECOND) / (cpuMs() - startMs);
}

/** Of this process: what others do on the machine counts for less than on the wall. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MS_PER_SECOND;
}

/** What lives; this process is started with `--expose-gc`. */
function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

function clockOf(sequence: number): VectorClock {
  return VectorClock.from([[STREAM, Math.max(0, sequence)]]);
}
