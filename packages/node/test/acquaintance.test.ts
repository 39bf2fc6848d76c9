import { describe, expect, it } from 'vitest';
import { Acquaintance } from '../src/discovery/acquaintance.js';

const OURS = '0123456789abcdef';
const strange = (index: number) => index.toString(16).padStart(16, 'f');

describe('who is worth a knock', () => {
  it('is everybody of our network and key, each time', () => {
    const acquaintance = new Acquaintance('local', () => [OURS]);
    const known = { network: 'local', key: OURS };
    expect([1, 2, 3].map(() => acquaintance.isWorthDialling(known))).toEqual([true, true, true]);
    expect(acquaintance.isWorthDialling({ network: 'other', key: OURS })).toBe(false);
  });

  it('is one of each other network of that name, so that both sides are told', () => {
    const acquaintance = new Acquaintance('local', () => [OURS]);
    const other = { network: 'local', key: strange(1) };
    expect([1, 2, 3].map(() => acquaintance.isWorthDialling(other))).toEqual([true, false, false]);
    expect(acquaintance.isWorthDialling({ ...other, key: strange(2) })).toBe(true);
  });

  it('is everybody of a key that we came to have', () => {
    const ids = [OURS];
    const acquaintance = new Acquaintance('local', () => ids);
    const other = { network: 'local', key: strange(1) };
    acquaintance.isWorthDialling(other);
    ids.push(strange(1));
    expect([1, 2].map(() => acquaintance.isWorthDialling(other))).toEqual([true, true]);
  });

  it('is nobody any more after many invented keys', () => {
    const acquaintance = new Acquaintance('local', () => [OURS]);
    const keys = Array.from({ length: 100 }, (_, index) => strange(index));
    const dialled = keys.filter((key) => acquaintance.isWorthDialling({ network: 'local', key }));
    expect(dialled.length).toBe(64);
  });
});
