import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addition } from './support/contracts.js';
import { READY, two, until } from './support/peers.js';

describe('the registry', () => {
  it('tells who comes, drains and goes', async () => {
    const { ana, bob } = await two();
    const seen: string[] = [];
    const aborting = new AbortController();
    const watching = (async () => {
      for await (const { kind, provider } of ana.services.watch({ signal: aborting.signal })) {
        seen.push(`${kind} ${provider.service} ${provider.status}`);
      }
    })();
    let finish: () => void = () => undefined;
    const definition = bob.services.define('work', z.string(), () => {
      return new Promise<string>((resolve) => {
        finish = () => resolve('done');
      });
    });
    await ana.services.available('work', READY);
    const working = ana.services.call('work', '');
    await until(() => bob.services.sizes()['works'] === 1);
    const drained = definition.drain();
    await until(() => seen.includes('changed work draining'));
    await expect(ana.services.call('work', '')).rejects.toMatchObject({ code: 'unavailable' });
    finish();
    expect(await working).toBe('done');
    await drained;
    await until(() => seen.includes('removed work draining'));
    aborting.abort();
    await watching;
    expect(seen).toEqual(['added work ready', 'changed work draining', 'removed work draining']);
    await expect(ana.services.call('work', '')).rejects.toMatchObject({ code: 'no-provider' });
  });

  it('shows a provider as unready while it says so, and /readyz with it', async () => {
    const { ana, bob } = await two();
    let reason: string | undefined = 'warming up';
    bob.services.define('warm', z.string(), (said) => said, { ready: () => reason });
    await until(() => ana.services.providers('warm').length === 1);
    await expect(ana.services.call('warm', '')).rejects.toMatchObject({ code: 'unavailable' });
    const url = `${bob.peer.url.replace('ws:', 'http:')}/readyz`;
    expect(await (await fetch(url)).text()).toContain('warm: warming up');
    reason = undefined;
    await ana.services.available('warm', READY);
    expect(await ana.services.call('warm', 'hi')).toBe('hi');
  });

  it('takes a function that breaks for trouble, and goes on', async () => {
    const { ana, bob } = await two();
    let isBroken = true;
    const ready = (): undefined => {
      if (isBroken) throw new Error('a bug');
    };
    bob.services.define('work', z.string(), (said) => said, { ready });
    await until(() => ana.services.providers('work')[0]?.status === 'unready');
    isBroken = false;
    await ana.services.available('work', READY);
  });

  it('drops a provider as soon as its link falls', async () => {
    const { ana, bob } = await two();
    bob.services.define(addition, ({ a, b }) => a + b);
    await ana.services.available('addition', READY);
    await bob.peer.close();
    await until(() => ana.services.providers('addition')[0]?.status !== 'ready');
    await expect(ana.services.call(addition, { a: 1, b: 1 })).rejects.toMatchObject({
      name: 'ServiceError',
    });
  });
});
