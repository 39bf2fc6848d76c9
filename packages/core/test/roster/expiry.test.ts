import { describe, expect, it } from 'vitest';
import { Expiry } from '../../src/roster/expiry.js';
import { peer } from '../support/identities.js';

describe('expiry', () => {
  it('names each soon after its time, and once', () => {
    const expiry = new Expiry();
    expiry.watch(peer(1), 5_000);
    expiry.watch(peer(2), 25_000);
    expect([...expiry.due(5_000)]).toEqual([]);
    expect([...expiry.due(15_001)]).toEqual([peer(1)]);
    expect([...expiry.due(15_001)]).toEqual([]);
    expect([...expiry.due(35_001)]).toEqual([peer(2)]);
  });
});
