import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mesh, until } from './support/peers.js';

describe('over real links', () => {
  it('a breaker opens, lets one probe through, and closes; others are told', async () => {
    const times = { openMs: 50, openMsMax: 100 };
    const [ana, bob] = await mesh(2, { breaker: { times, failures: 5, calls: 1_000 } });
    if (ana === undefined || bob === undefined) throw new Error('two peers');
    let fails = true;
    bob.services.define('work', z.number(), () => {
      if (fails) throw new Error('on purpose');
      return 1;
    });
    await ana.services.available('work', { timeoutMs: 30_000 });
    const states: string[] = [];
    ana.services.on('breaker', ({ was, state }) => states.push(`${was} -> ${state}`));
    for (let count = 0; count < 5; count++) {
      await expect(ana.services.call('work', 1)).rejects.toMatchObject({ code: 'handler-failed' });
    }
    expect(ana.services.breakers()).toMatchObject([{ caller: ana.peer.id, state: 'open' }]);
    await until(() => bob.services.breakers().some(({ caller }) => caller === ana.peer.id));
    fails = false;
    let isOver = false;
    while (!isOver)
      isOver = await ana.services.call('work', 1).then(
        () => true,
        () => false,
      );
    await until(() => states.length === 3);
    expect(states).toEqual(['closed -> open', 'open -> half-open', 'half-open -> closed']);
    await until(() => bob.services.breakers().length === 0);
  });

  it('a provider that says it does no work is left alone, and called again when it does', async () => {
    let reason: string | undefined;
    // A machine that is busy must not fail a check: only what is answered counts.
    const checks = { intervalMs: 40, timeoutMs: 10_000 };
    const [ana, bob] = await mesh(2, { checks, alive: () => reason });
    if (ana === undefined || bob === undefined) throw new Error('two peers');
    bob.services.define('work', z.number(), () => 1);
    await ana.services.available('work', { timeoutMs: 30_000 });
    await ana.services.call('work', 1);
    const health = () => ana.services.providers('work')[0]?.health;
    const ask = async (path: string): Promise<unknown> => {
      const response = await fetch(`${bob.peer.url.replace('ws:', 'http:')}${path}`);
      const { reasons } = JSON.parse(await response.text());
      return [response.status, reasons.services];
    };
    expect(await ask('/healthz')).toEqual([200, undefined]);
    reason = 'its disk is gone';
    expect(await ask('/healthz')).toEqual([503, reason]);
    expect(await ask('/readyz')).toEqual([503, reason]);
    await until(() => health() === 'unhealthy');
    await expect(ana.services.call('work', 1)).rejects.toMatchObject({ code: 'unavailable' });
    reason = undefined;
    await until(() => health() === 'healthy');
    expect(await ana.services.call('work', 1)).toBe(1);
  });
});
