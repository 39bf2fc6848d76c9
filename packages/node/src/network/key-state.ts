import { NETWORK_KEYS_MAX, REMOVED_KEYS_MAX } from '../limits.js';
import { type KeyId, keyIdOf } from './network-key.js';

/** When something was decided, by the clock that peers share; the peer breaks ties. */
export interface ChangeTime {
  readonly ms: number;
  readonly counter: number;
  readonly peer: string;
}

/**
 * The keys of a network. States can be merged in any order and as often as one likes: a removed key
 * never comes back, and the latest word on the primary counts.
 */
export interface KeyState {
  /** 1 to `NETWORK_KEYS_MAX`; the last one that was dialled with comes first. */
  readonly keys: readonly Uint8Array[];
  /** Which of them to dial with; when it is not among them, the first one. */
  readonly use: { readonly key: KeyId; readonly at: ChangeTime };
  /** Keys that were removed, the latest last. */
  readonly removed: readonly KeyId[];
}

/** One step of a rotation. */
export type KeyChange =
  | { readonly kind: 'install'; readonly key: Uint8Array }
  | { readonly kind: 'use'; readonly id: KeyId; readonly at: ChangeTime }
  | { readonly kind: 'remove'; readonly id: KeyId };

/**
 * - `done`: the state changed. `known`: it says so already, or a later word counts.
 * - `unknown-key`: that key is not here, which is remembered. `in-use`: it is the primary, which stays.
 * - `removed`: it was removed before, and never comes back. `full`: `NETWORK_KEYS_MAX` are here.
 */
export type KeyOutcome = 'done' | 'known' | 'unknown-key' | 'in-use' | 'removed' | 'full';

const NEVER: ChangeTime = { ms: 0, counter: 0, peer: '' };

export function initialKeyState(key: Uint8Array): KeyState {
  return { keys: [key], use: { key: keyIdOf(key), at: NEVER }, removed: [] };
}

/** The key to dial with. */
export function primaryKey({ keys, use }: KeyState): Uint8Array {
  const [first] = keys;
  const primary = keys.find((key) => isKey(key, use.key)) ?? first;
  if (primary === undefined) throw new Error('a network has at least one key');
  return primary;
}

export function applyKeyChange(
  state: KeyState,
  change: KeyChange,
): { readonly state: KeyState; readonly outcome: KeyOutcome } {
  switch (change.kind) {
    case 'install':
      return install(state, change.key);
    case 'use':
      return use(state, change);
    case 'remove':
      return remove(state, change.id);
  }
}

type Applied = ReturnType<typeof applyKeyChange>;

function install(state: KeyState, key: Uint8Array): Applied {
  const id = keyIdOf(key);
  if (state.removed.includes(id)) return { state, outcome: 'removed' };
  if (hasKey(state, id)) return { state, outcome: 'known' };
  if (state.keys.length >= NETWORK_KEYS_MAX) return { state, outcome: 'full' };
  return { state: { ...state, keys: [...state.keys, key] }, outcome: 'done' };
}

function use(state: KeyState, { id, at }: Extract<KeyChange, { kind: 'use' }>): Applied {
  if (state.removed.includes(id)) return { state, outcome: 'removed' };
  if (!isLater({ key: id, at }, state.use)) return { state, outcome: 'known' };
  // Remembered for a key that is not here too: it may still come.
  const keys = state.keys.toSorted(
    (left, right) => Number(isKey(right, id)) - Number(isKey(left, id)),
  );
  const used = { ...state, keys, use: { key: id, at } };
  return { state: used, outcome: hasKey(state, id) ? 'done' : 'unknown-key' };
}

function remove(state: KeyState, id: KeyId): Applied {
  if (state.removed.includes(id)) return { state, outcome: 'known' };
  if (keyIdOf(primaryKey(state)) === id) return { state, outcome: 'in-use' };
  const keys = state.keys.filter((key) => !isKey(key, id));
  const removed = [...state.removed, id].slice(-REMOVED_KEYS_MAX);
  const outcome = hasKey(state, id) ? 'done' : 'unknown-key';
  return { state: { ...state, keys, removed }, outcome };
}

/** What both know together. */
export function mergeKeyStates(left: KeyState, right: KeyState): KeyState {
  const use = isLater(right.use, left.use) ? right.use : left.use;
  const removed = new Set([...left.removed, ...right.removed]);
  const all = new Map([...left.keys, ...right.keys].map((key) => [keyIdOf(key), key]));
  const kept = [...all.values()].filter((key) => !removed.has(keyIdOf(key)));
  // Each side keeps what it dials with; should either have removed that of the other, ours stays.
  const keys = kept.length > 0 ? kept : [primaryKey(left)];
  const primary = primaryKey({ keys, use, removed: [] });
  const others = keys.filter((key) => key !== primary);
  for (const key of keys) removed.delete(keyIdOf(key));
  return {
    keys: [primary, ...others].slice(0, NETWORK_KEYS_MAX),
    use,
    removed: [...removed].slice(-REMOVED_KEYS_MAX),
  };
}

function hasKey(state: KeyState, id: KeyId): boolean {
  return state.keys.some((key) => isKey(key, id));
}

function isKey(key: Uint8Array, id: KeyId): boolean {
  return keyIdOf(key) === id;
}

function isLater(left: KeyState['use'], right: KeyState['use']): boolean {
  if (left.at.ms !== right.at.ms) return left.at.ms > right.at.ms;
  if (left.at.counter !== right.at.counter) return left.at.counter > right.at.counter;
  if (left.at.peer !== right.at.peer) return left.at.peer > right.at.peer;
  return left.key > right.key;
}
