import type { StatusView } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { Health } from '../../src/http/health.js';

const WELL = { live: 2, inSync: 2, isolated: false, left: false };

function healthOf(over: Partial<StatusView> = {}) {
  const vitals = {
    status: { ...WELL, ...over },
    ageMs: 0,
    loopDelayMs: 1,
    disk: undefined as string | undefined,
    clocksDiffer: false,
  };
  const health = new Health(
    {
      status: () => vitals.status as StatusView,
      ageMs: () => vitals.ageMs,
      loopDelayMs: () => vitals.loopDelayMs,
      diskFailure: () => vitals.disk,
      clocksDiffer: () => vitals.clocksDiffer,
    },
    { unhealthyLoopMs: 5_000, readyAloneMs: 3_000 },
  );
  return { health, vitals };
}

describe('a peer', () => {
  it('is ready when it has joined and is in sync', () => {
    expect(healthOf().health.ready()).toEqual({ ok: true, reasons: {} });
  });

  it.each([
    ['joined', { left: true }, 'this peer has left'],
    ['isolated', { isolated: true }, 'most links broke at once: others may go on'],
    ['sync', { inSync: 1 }, '1 of 2 others in sync'],
  ] as const)('is not ready: %s', (name, over, reason) => {
    const { health } = healthOf(over);
    expect(health.ready()).toEqual({ ok: false, reasons: { [name]: reason } });
    expect(health.alive().ok).toBe(true);
  });

  it('is not alive when its loop was held up for long', () => {
    const { health, vitals } = healthOf();
    vitals.loopDelayMs = 5_000;
    expect(health.alive().ok).toBe(true);
    vitals.loopDelayMs = 6_200;
    const report = { ok: false, reasons: { loop: 'the event loop was held up for 6.2 s' } };
    expect(health.alive()).toEqual(report);
    expect(health.ready()).toEqual(report);
  });

  it('is not ready when its disk failed', () => {
    const { health, vitals } = healthOf();
    vitals.disk = 'no space';
    expect(health.ready().reasons).toEqual({ disk: 'no space' });
  });

  it('that meets nobody is ready a while after its start', () => {
    const { health, vitals } = healthOf({ live: 0, inSync: 0 });
    vitals.ageMs = 2_999;
    expect(health.ready().reasons).toEqual({ sync: 'nobody was met yet' });
    vitals.ageMs = 3_000;
    expect(health.ready().ok).toBe(true);
  });

  it('stays ready when it falls behind later', () => {
    const { health, vitals } = healthOf();
    expect(health.ready().ok).toBe(true);
    vitals.status = { ...WELL, inSync: 0 };
    expect(health.ready().ok).toBe(true);
  });

  it('whose clock differs from all is not ready, unless it is linked to somebody', () => {
    const { health, vitals } = healthOf({ live: 0 });
    vitals.ageMs = 9_000;
    vitals.clocksDiffer = true;
    expect(health.ready().reasons).toEqual({ clock: expect.stringContaining('set the time') });
    vitals.status = { ...WELL };
    expect(health.ready().ok).toBe(true);
  });
});

describe('a condition that was added', () => {
  it('counts until it is removed, and breaks nothing when it breaks', () => {
    const { health } = healthOf();
    const remove = health.addReadiness('cache', () => 'it loads');
    expect(() => health.addReadiness('cache', () => undefined)).toThrow('already');
    expect(health.ready().reasons).toEqual({ cache: 'it loads' });
    remove();
    health.addReadiness('cache', () => {
      throw new Error('a bug');
    });
    expect(health.ready().reasons).toEqual({ cache: 'a bug' });
    expect(health.alive().ok).toBe(true);
  });

  it('of life is one of readiness too, whatever is said of that by the same name', () => {
    const { health } = healthOf();
    const remove = health.addLiveness('work', () => 'its thread ended');
    health.addReadiness('work', () => 'it loads');
    expect(health.alive()).toEqual({ ok: false, reasons: { work: 'its thread ended' } });
    expect(health.ready().reasons).toEqual({ work: 'its thread ended' });
    remove();
    expect(health.alive().ok).toBe(true);
    expect(health.ready().reasons).toEqual({ work: 'it loads' });
  });
});
