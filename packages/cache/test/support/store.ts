import { peerId, type StreamId, seededRandom, streamId } from '@hearsay/core';
import type { Operation } from '../../src/index.js';
import { Store, type StoreOptions } from '../../src/index.js';

/** The stream of a peer named by a small number. */
export function stream(number: number, generation = 1): StreamId {
  return streamId(peerId(number.toString(16).padStart(32, '0')), generation);
}

export function createStore(options: Partial<StoreOptions> = {}): Store {
  return new Store({ random: seededRandom('store'), ...options });
}

/** A write of a register. */
export function set(key: string, value: string, ms: number, deadlineMs?: number): Operation {
  return { key, time: { ms, counter: 0 }, change: { kind: 'set', value, deadlineMs } };
}

/** A delete of a register. */
export function remove(key: string, ms: number): Operation {
  return { key, time: { ms, counter: 0 }, change: { kind: 'delete' } };
}

/** EXPIRE, or PERSIST. */
export function deadline(key: string, ms: number, deadlineMs?: number): Operation {
  return { key, time: { ms, counter: 0 }, change: { kind: 'deadline', deadlineMs } };
}
