import { describe, expect, it } from 'vitest';
import { addition, text } from './support/contracts.js';
import { leavesNothing, mesh, READY } from './support/peers.js';

describe('a call that fails', () => {
  it('is replaced by its fallback, unless the caller is at fault', async () => {
    const [ana] = await mesh(1);
    const options = { fallback: ({ code }: { readonly code: string }) => code };
    expect(await ana?.services.call('nobody', 1, options)).toBe('no-provider');
    await expect(ana?.services.call('nobody', () => 1, options)).rejects.toMatchObject({
      code: 'unencodable-input',
    });
  });

  it('is tried at another provider when it is idempotent', async () => {
    const [ana, bob, cy] = await mesh(3);
    if (ana === undefined || bob === undefined || cy === undefined) throw new Error('three');
    let taken = 0;
    bob.services.define(addition, async () => {
      taken += 1;
      await bob.peer.close();
      return -1;
    });
    cy.services.define(addition, ({ a, b }) => a + b);
    await ana.services.available('addition', { count: 2, ...READY });
    while (taken === 0) expect(await ana.services.call(addition, { a: 5, b: 3 })).toBe(8);
    expect(ana.services.counters()).toMatchObject({ failed: 0, retried: 1 });
  });

  it('is never run elsewhere when it is not, and says that its outcome is unknown', async () => {
    const [ana, bob, cy] = await mesh(3);
    if (ana === undefined || bob === undefined || cy === undefined) throw new Error('three');
    const runs: string[] = [];
    for (const { services, peer } of [bob, cy]) {
      services.define(text, async (said) => {
        runs.push(said);
        await peer.close();
        return said;
      });
    }
    await ana.services.available('text', { count: 2, ...READY });
    await expect(ana.services.call(text, 'once', { timeoutMs: 3_000 })).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
    expect(runs).toEqual(['once']);
    await leavesNothing(ana.services);
  });
});
