import { describe, expect, it } from 'vitest';
import { Ledger } from '../src/crash/ledger.js';

const id = (generation: number, sequence: number): string => `aa.${generation}:${sequence}`;

describe('the ledger of a crash test', () => {
  it('finds nothing wrong where all that was acknowledged is shown once', () => {
    const ledger = new Ledger();
    ledger.acknowledged({ id: id(1, 1), text: 'a' });
    ledger.check([
      { id: id(1, 1), text: 'a' },
      { id: id(1, 2), text: 'b' },
    ]);
    expect(ledger.verdict).toEqual({ lost: 0, duplicated: 0, reused: 0 });
    expect(ledger.acknowledgedCount).toBe(1);
  });

  it('counts what is lost, shown twice, and numbered twice', () => {
    const ledger = new Ledger();
    ledger.acknowledged({ id: id(1, 1), text: 'a' });
    ledger.check([{ id: id(2, 1), text: 'b' }]);
    expect(ledger.verdict).toEqual({ lost: 1, duplicated: 0, reused: 0 });
    ledger.check([
      { id: id(1, 1), text: 'a' },
      { id: id(1, 1), text: 'a' },
      { id: id(2, 1), text: 'c' },
      { id: id(2, 2), text: 'a' },
    ]);
    expect(ledger.verdict).toEqual({ lost: 1, duplicated: 2, reused: 1 });
  });
});
