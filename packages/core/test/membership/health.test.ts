import { describe, expect, it } from 'vitest';
import { Health } from '../../src/membership/health.js';

function healthOf(score: number): Health {
  const health = new Health({ healthScoreMax: 8, loopDelayWarnMs: 100 });
  for (let point = 0; point < score; point++) health.refuted();
  return health;
}

describe('local health', () => {
  it('is well at first, and every timeout is as configured', () => {
    expect(healthOf(0).score).toBe(0);
    expect(healthOf(0).stretch(400)).toBe(400);
  });

  it('stretches timeouts by one unit a point', () => {
    expect([1, 2, 7].map((score) => healthOf(score).stretch(400))).toEqual([800, 1_200, 3_200]);
  });

  it.each([
    ['an answered probe', (health: Health) => health.probeAnswered(), 2],
    ['a probe that all helpers saw fail', (health: Health) => health.probeUnanswered(0), 3],
    ['a probe with two silent helpers', (health: Health) => health.probeUnanswered(2), 5],
    ['being suspected', (health: Health) => health.refuted(), 4],
    ['a short delay of the event loop', (health: Health) => health.loopDelayed(99), 3],
    ['a delay of two and a half units', (health: Health) => health.loopDelayed(250), 5],
  ])('is moved by %s', (_what, move, score) => {
    const health = healthOf(3);
    move(health);
    expect(health.score).toBe(score);
  });

  it('stays within its bounds', () => {
    const health = healthOf(0);
    health.probeAnswered();
    expect(health.score).toBe(0);
    health.loopDelayed(60_000);
    expect(health.score).toBe(7);
  });
});
