import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHash } from '../../src/log/state-hash.js';
import { LogModel, type Move } from '../support/log-model.js';
import { holds } from '../support/property.js';

const SITES = 4;

const site = fc.nat({ max: SITES - 1 });
const at = fc.nat({ max: 30 });
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish'),
      site,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver'), site, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('duplicate'), site, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), site, at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pull'),
      site,
      from: site,
      pieces: fc.nat({ max: 6 }),
    }),
  },
);
/** Long enough that most scripts leave something held back. */
const moves = fc.array(move, { minLength: 10, maxLength: 50, size: 'max' });

describe('a causal log, whatever is delayed, swapped, repeated or lost', {
  timeout: 60_000,
}, () => {
  it('delivers each message once, in order, after its causes, and sync repairs the rest', () => {
    let held = 0;
    holds(
      moves,
      (script) => {
        const model = new LogModel(Array.from({ length: SITES }, () => ({})));
        model.play(script);
        held += model.sites.reduce((sum, each) => sum + each.log.heldBack, 0);
        model.repair();
        for (const each of model.sites) {
          expect(each.delivered.length).toBe(model.published);
          expect(each.log.heldBack).toBe(0);
        }
        const hashes = new Set(model.sites.map((each) => formatHash(each.log.hash)));
        expect(hashes.size).toBe(1);
      },
      250,
    );
    expect(held).toBeGreaterThan(250);
  });

  it('keeps the same promises when almost nothing can be held back', () => {
    holds(
      moves,
      (script) => {
        const model = new LogModel(
          Array.from({ length: SITES }, () => ({ holdBackBatchesMax: 1 })),
        );
        model.play(script);
        model.repair();
        for (const each of model.sites) expect(each.delivered.length).toBe(model.published);
      },
      150,
    );
  });

  it('holds equal hashes exactly when it holds equal messages', () => {
    holds(
      moves,
      (script) => {
        const model = new LogModel(Array.from({ length: SITES }, () => ({})));
        model.play(script);
        for (const left of model.sites) {
          for (const right of model.sites) {
            const sameSet = left.delivered.toSorted().join() === right.delivered.toSorted().join();
            const sameHash = formatHash(left.log.hash) === formatHash(right.log.hash);
            expect(sameHash).toBe(sameSet);
          }
        }
      },
      250,
    );
  });

  it('keeps its promises when some keep only the newest messages', () => {
    holds(
      moves,
      (script) => {
        const model = new LogModel([{}, { logMessagesMax: 4 }, { logMessagesMax: 1 }, {}]);
        model.play(script);
        model.repair();
        const hashes = new Set(model.sites.map((each) => formatHash(each.log.hash)));
        expect(hashes.size).toBe(1);
      },
      400,
    );
  });
});
