import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { zeroCounters } from '../../src/view.js';
import { Bench, batchBytes, batchOf } from '../support/bench.js';
import { events } from '../support/context.js';
import { stream } from '../support/identities.js';
import { isBatchBy } from '../support/signer.js';

const A = 0x0a;
const B = 0x0b;

function newLog(): CausalLog {
  return new CausalLog({ limits: DEFAULT_LIMITS, counters: zeroCounters(), isBatchBy });
}

/** An effect of B whose cause, by A, may be gone for ever. */
const EFFECT = batchBytes(B, 1, { causes: [[stream(A), 1]] });

describe('a batch that waits for what nobody brings', () => {
  it('is let go of after so many looks, and that is told', () => {
    const log = newLog();
    log.receive(EFFECT);
    for (let look = 0; look < 4; look++) log.giveUpHeld(4);
    expect([log.heldBack, log.takeProgress()]).toEqual([1, []]);
    log.giveUpHeld(4);
    const missing = { stream: stream(A), sequence: 1 };
    expect([log.heldBack, log.takeProgress()]).toEqual([
      0,
      [{ kind: 'gave-up', stream: stream(B), from: 1, to: 1, missing }],
    ]);
  });

  it('comes again with its cause, from whoever holds both', () => {
    const log = newLog();
    log.receive(EFFECT);
    for (let look = 0; look < 5; look++) log.giveUpHeld(4);
    const whole = newLog();
    whole.receive(batchBytes(A, 1));
    whole.receive(EFFECT);
    for (const delta of whole.missing(log.summary())) log.merge(delta);
    expect(log.hash).toEqual(whole.hash);
    expect([...log.clock.entries()]).toEqual([
      [stream(A), 1],
      [stream(B), 1],
    ]);
  });

  it('is no duplicate when it comes once more by itself: it waits anew', () => {
    const log = newLog();
    log.receive(EFFECT);
    for (let look = 0; look < 5; look++) log.giveUpHeld(4);
    expect(log.receive(EFFECT)).toBe('cause');
    log.giveUpHeld(4);
    expect(log.receive(batchBytes(A, 1))).toBe('delivered');
    expect([log.clock.get(stream(B)), log.heldBack]).toEqual([1, 0]);
  });

  it('is let go of by an engine within a quarter more than its time, and makes room', () => {
    const bench = new Bench({ config: { holdBackMs: 4_000 }, limits: { holdBackBatchesMax: 1 } });
    const link = bench.open(0x60);
    bench.say(link, { kind: 'batch', bytes: EFFECT });
    const gaveUp = (ms: number) => events(bench.run(ms)).filter(({ kind }) => kind === 'gave-up');
    expect(gaveUp(3_900)).toEqual([]);
    expect(gaveUp(1_200)).toHaveLength(1);
    expect(bench.engine.counters().batchesGivenUp).toBe(1);
    const again = bench.open(0x60);
    bench.say(again, batchOf(B, 2));
    expect(bench.engine.status({ monotonicMs: bench.nowMs, wallMs: 0 }).heldBack).toBe(1);
  });
});
