import { expect, it } from 'vitest';
import { deedsOf } from '../../src/screen/keys.js';

it('takes keys as deeds', () => {
  expect(deedsOf({ kind: 'key', key: 'down' })).toEqual([{ kind: 'pick', by: 1 }]);
  expect(deedsOf({ kind: 'text', text: '3k' })).toEqual([
    { kind: 'pick-number', index: 2 },
    { kind: 'kill' },
  ]);
  expect(deedsOf({ kind: 'key', key: 'ctrl-c' })).toEqual([{ kind: 'quit' }]);
});

it('has keys for writes of the cache', () => {
  expect(deedsOf({ kind: 'text', text: 'wW' })).toEqual([{ kind: 'write' }, { kind: 'write-all' }]);
});

it('does nothing for what means nothing, and never what was pasted', () => {
  expect(deedsOf({ kind: 'key', key: 'f9' })).toEqual([]);
  expect(deedsOf({ kind: 'text', text: 'x' })).toEqual([]);
  expect(deedsOf({ kind: 'paste', text: 'kkk' })).toEqual([]);
});
