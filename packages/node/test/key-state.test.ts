import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyKeyChange,
  type ChangeTime,
  initialKeyState,
  type KeyChange,
  type KeyState,
  mergeKeyStates,
  primaryKey,
} from '../src/network/key-state.js';
import { keyIdOf } from '../src/network/network-key.js';

const OLD = key(1);
const NEW = key(2);

describe('keys of a network', () => {
  it('rotate: install, use, remove', () => {
    let state = initialKeyState(OLD);
    state = change(state, { kind: 'install', key: NEW }, 'done');
    expect(primaryKey(state)).toEqual(OLD);
    state = change(state, { kind: 'use', id: keyIdOf(NEW), at: at(1) }, 'done');
    expect(primaryKey(state)).toEqual(NEW);
    state = change(state, { kind: 'remove', id: keyIdOf(OLD) }, 'done');
    expect(state.keys).toEqual([NEW]);
  });

  it('never take a removed key back', () => {
    const both = change(initialKeyState(OLD), { kind: 'install', key: NEW }, 'done');
    const removed = change(both, { kind: 'remove', id: keyIdOf(NEW) }, 'done');
    change(removed, { kind: 'install', key: NEW }, 'removed');
    change(removed, { kind: 'use', id: keyIdOf(NEW), at: at(9) }, 'removed');
  });

  it('keep the key in use', () => {
    change(initialKeyState(OLD), { kind: 'remove', id: keyIdOf(OLD) }, 'in-use');
  });

  it('follow the latest word on which to use, whatever comes first', () => {
    const both = change(initialKeyState(OLD), { kind: 'install', key: NEW }, 'done');
    const later = change(both, { kind: 'use', id: keyIdOf(NEW), at: at(5) }, 'done');
    expect(
      primaryKey(change(later, { kind: 'use', id: keyIdOf(OLD), at: at(4) }, 'known')),
    ).toEqual(NEW);
    change(later, { kind: 'use', id: keyIdOf(OLD), at: { ...at(5), peer: 'b' } }, 'done');
  });

  it('go on with the key at hand until one that is to be used comes', () => {
    const both = change(initialKeyState(OLD), { kind: 'install', key: NEW }, 'done');
    const used = change(both, { kind: 'use', id: keyIdOf(NEW), at: at(1) }, 'done');
    const third = key(3);
    const waiting = change(used, { kind: 'use', id: keyIdOf(third), at: at(2) }, 'unknown-key');
    expect(primaryKey(waiting)).toEqual(NEW);
    expect(primaryKey(change(waiting, { kind: 'install', key: third }, 'done'))).toEqual(third);
  });

  it('are at most four at once', () => {
    let state = initialKeyState(OLD);
    for (const byte of [2, 3, 4])
      state = change(state, { kind: 'install', key: key(byte) }, 'done');
    change(state, { kind: 'install', key: key(5) }, 'full');
  });

  it('merge to the same, in any order and again', () => {
    const changes = fc.array(anyChange(), { maxLength: 12 });
    fc.assert(
      fc.property(changes, changes, (ones, others) => {
        const left = ones.reduce(applied, initialKeyState(OLD));
        const right = others.reduce(applied, initialKeyState(OLD));
        const merged = mergeKeyStates(left, right);
        expect(view(mergeKeyStates(merged, right))).toEqual(view(merged));
        expect(merged.keys.length).toBeGreaterThan(0);
        for (const each of merged.keys) expect(merged.removed).not.toContain(keyIdOf(each));
        const survivors = [...left.keys, ...right.keys].some(
          (each) => !left.removed.includes(keyIdOf(each)) && !right.removed.includes(keyIdOf(each)),
        );
        if (survivors) expect(view(mergeKeyStates(right, left))).toEqual(view(merged));
      }),
    );
  });
});

function key(byte: number): Uint8Array {
  return Buffer.alloc(32, byte);
}

function at(ms: number): ChangeTime {
  return { ms, counter: 0, peer: 'a' };
}

function change(state: KeyState, wanted: KeyChange, outcome: string): KeyState {
  const result = applyKeyChange(state, wanted);
  expect(result.outcome).toBe(outcome);
  return result.state;
}

function applied(state: KeyState, wanted: KeyChange): KeyState {
  return applyKeyChange(state, wanted).state;
}

/** What counts, whatever the order of the lists. */
function view(state: KeyState): object {
  const ids = state.keys.map(keyIdOf);
  const primary = keyIdOf(primaryKey(state));
  // While the key to use is not here, each goes on with its own.
  const used = primary === state.use.key ? primary : undefined;
  return { used, ids: ids.toSorted(), use: state.use };
}

function anyChange(): fc.Arbitrary<KeyChange> {
  const keys = fc.integer({ min: 1, max: 4 }).map(key);
  const ids = keys.map(keyIdOf);
  return fc.oneof(
    keys.map((each): KeyChange => ({ kind: 'install', key: each })),
    fc.tuple(ids, fc.nat(5)).map(([id, ms]): KeyChange => ({ kind: 'use', id, at: at(ms) })),
    ids.map((id): KeyChange => ({ kind: 'remove', id })),
  );
}
