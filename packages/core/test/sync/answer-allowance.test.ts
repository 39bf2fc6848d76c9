import { describe, expect, it } from 'vitest';
import { AnswerAllowance } from '../../src/sync/answer-allowance.js';
import { peer } from '../support/identities.js';

const KIB = 1_024;
const LIMITS = { burstBytes: 64 * KIB, bytesPerSecond: 16 * KIB, accountsMax: 2 };
const HELD = { heldBytes: 128 * KIB, arrivedBytes: 128 * KIB };
/** Everything once and a half, and what is free. */
const MOST = 64 * KIB + 1.5 * 128 * KIB;
/** What an answer costs beside its bytes. */
const LEAST = 16 * KIB;
const [ana, bob, cy] = [peer(1), peer(2), peer(3)];

function told(bytes: number): AnswerAllowance {
  const allowance = new AnswerAllowance(LIMITS);
  allowance.began(ana, 0, HELD);
  allowance.spent(ana, bytes - LEAST);
  return allowance;
}

describe('the allowance of a neighbour', () => {
  it('is all there is, and a half more', () => {
    expect(told(MOST - 1).pauseMs(ana, 0, HELD)).toBe(0);
    expect(told(MOST).pauseMs(ana, 0, HELD)).toBeGreaterThan(0);
  });

  it('comes back by the second', () => {
    const allowance = told(MOST + 16 * KIB);
    expect(allowance.pauseMs(ana, 0, HELD)).toBe(1_001);
    expect(allowance.pauseMs(ana, 900, HELD)).toBeGreaterThan(100);
    expect(allowance.pauseMs(ana, 1_001, HELD)).toBe(0);
  });

  it('grows by what is new, which nobody was told', () => {
    const allowance = told(MOST + 16 * KIB);
    const more = { ...HELD, arrivedBytes: HELD.arrivedBytes + 12 * KIB };
    expect(allowance.pauseMs(ana, 0, more)).toBe(0);
    // Once only.
    allowance.spent(ana, 3 * KIB);
    expect(allowance.pauseMs(ana, 0, more)).toBeGreaterThan(0);
  });

  it('is spent by questions alone, too', () => {
    const allowance = new AnswerAllowance(LIMITS);
    let answers = 0;
    while (allowance.pauseMs(ana, 0, HELD) === 0) {
      allowance.began(ana, 0, HELD);
      answers += 1;
    }
    expect(answers).toBe(MOST / LEAST);
  });

  it('is one for each, and only so many are remembered', () => {
    const allowance = told(MOST);
    allowance.began(bob, 0, HELD);
    expect(allowance.pauseMs(bob, 0, HELD)).toBe(0);
    expect(allowance.pauseMs(ana, 0, HELD)).toBeGreaterThan(0);
    allowance.began(cy, 0, HELD);
    expect(allowance.pauseMs(ana, 0, HELD)).toBe(0);
  });
});
