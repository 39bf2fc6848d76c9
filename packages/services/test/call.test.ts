import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Services } from '../src/api/types.js';
import { addition, text } from './support/contracts.js';
import { leavesNothing, mesh, READY, two, until } from './support/peers.js';

describe('a call', () => {
  it('runs the handler of another peer and gives its result', async () => {
    const { ana, bob } = await two();
    bob.services.define(addition, ({ a, b }) => a + b);
    await ana.services.available('addition', READY);
    expect(await ana.services.call(addition, { a: 5, b: 3 })).toBe(8);
    expect(await ana.services.call('addition', { a: 1, b: 1 })).toBe(2);
    await leavesNothing(ana.services, bob.services);
  });

  it('reaches what the peer provides itself', async () => {
    const [ana] = await mesh(1);
    ana?.services.define('echo', v.string(), (said) => said);
    await ana?.services.available('echo', READY);
    expect(await ana?.services.call('echo', 'hi')).toBe('hi');
  });

  it('is typed by the schema of its definition', async () => {
    const { ana, bob } = await two();
    const lengthOf = bob.services.define('length', v.string(), (said) => said.length);
    await ana.services.available('length', READY);
    const length: number = await ana.services.call(lengthOf, 'four');
    expect(length).toBe(4);
    // @ts-expect-error a number is no text
    await expect(ana.services.call(lengthOf, 4)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('carries bytes as they are, and nothing as nothing', async () => {
    const { ana, bob } = await two();
    bob.services.define('bytes', z.instanceof(Uint8Array), (bytes) =>
      bytes.map((byte) => byte + 1),
    );
    bob.services.define('nothing', z.undefined(), () => undefined);
    await ana.services.available('nothing', READY);
    expect(await ana.services.call('bytes', Uint8Array.of(1, 2))).toEqual(Uint8Array.of(2, 3));
    expect(await ana.services.call('nothing', undefined)).toBeUndefined();
  });
});

describe('bad input and bad handlers', () => {
  it.each<[string, (services: Services) => Promise<unknown>]>([
    ['no-provider', (services) => services.call('nobody', 1)],
    ['invalid-input', (services) => services.call('text', 1)],
    ['unencodable-input', (services) => services.call('text', () => 1)],
    ['unencodable-input', (services) => services.call('text', 10n)],
    ['unencodable-input', (services) => services.call('text', Number.NaN)],
    ['too-large', (services) => services.call('text', 'x'.repeat(200_000))],
    ['handler-failed', (services) => services.call('throws', 'no such order')],
    ['unencodable-output', (services) => services.call('unencodable', '')],
    ['unencodable-output', (services) => services.call('huge', '')],
    ['timeout', (services) => services.call('silent', '', { timeoutMs: 60 })],
    ['invalid-output', (services) => services.call({ ...text, name: 'liar' }, '')],
    ['bad-option', (services) => services.call('text', '', { timeoutMs: 0 })],
    ['not-a-stream', (services) => services.stream('text', '')[Symbol.asyncIterator]().next()],
  ])('is %s where it belongs, and leaves nothing', async (code, call) => {
    const { ana, bob } = await two();
    bob.services.define(text, (said) => said);
    bob.services.define('throws', z.string(), (what) => {
      throw new Error(what);
    });
    bob.services.define('unencodable', z.string(), () => ({ deep: { down: () => 1 } }));
    bob.services.define('huge', z.string(), () => 'x'.repeat(200_000));
    bob.services.define('silent', z.string(), () => new Promise<string>(() => undefined));
    bob.services.define('liar', z.string(), () => 1);
    await ana.services.available('liar', READY);
    await expect(call(ana.services)).rejects.toMatchObject({ name: 'ServiceError', code });
    await leavesNothing(ana.services, bob.services);
  });

  it('tells the handler that the deadline has passed', async () => {
    const { ana, bob } = await two();
    const reasons: unknown[] = [];
    bob.services.define('slow', z.string(), async (_input, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      await sleep(10_000, undefined, { signal });
    });
    await ana.services.available('slow', READY);
    await expect(ana.services.call('slow', '', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    await until(() => reasons.length === 1);
  });

  it.each([
    ['bad-name', (services: Services) => services.define('no name', z.string(), () => 1)],
    ['name-taken', (services: Services) => services.define('addition', z.string(), () => 1)],
    [
      'bad-option',
      (services: Services) => services.define('x', z.string(), () => 1, { concurrency: 0 }),
    ],
  ])('a definition is refused with %s', async (code, define) => {
    const [ana] = await mesh(1);
    if (ana === undefined) throw new Error('a peer');
    ana.services.define(addition, ({ a, b }) => a + b);
    expect(() => define(ana.services)).toThrow(expect.objectContaining({ code }));
  });
});

describe('cancelling', () => {
  it('rejects with the reason of the signal, and reaches the handler', async () => {
    const { ana, bob } = await two();
    let aborted = false;
    let started = false;
    bob.services.define('slow', z.string(), async (_input, { signal }) => {
      started = true;
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      await sleep(10_000, undefined, { signal });
    });
    await ana.services.available('slow', READY);
    const aborting = new AbortController();
    const call = ana.services.call('slow', '', { signal: aborting.signal });
    const rejected = expect(call).rejects.toThrow('enough');
    await until(() => started);
    aborting.abort(new Error('enough'));
    await rejected;
    await until(() => aborted);
    await leavesNothing(ana.services, bob.services);
  });

  it('of a caller that vanishes reaches the handler', async () => {
    const { ana, bob } = await two();
    let aborted = false;
    let started = false;
    bob.services.define({ ...text, name: 'slow', idempotent: true }, async (_input, { signal }) => {
      started = true;
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      await sleep(10_000, undefined, { signal });
      return '';
    });
    await ana.services.available('slow', READY);
    const call = ana.services.call('slow', '', { idempotent: true });
    const rejected = expect(call).rejects.toMatchObject({ name: 'ServiceError' });
    await until(() => started);
    await ana.peer.close();
    await until(() => aborted);
    ana.services.close();
    await rejected;
    await leavesNothing(ana.services, bob.services);
  });
});

it('what must not run twice is finished when its caller vanishes, and nothing of it stays under way', async () => {
  const { ana, bob } = await two();
  const done: string[] = [];
  let finish: () => void = () => undefined;
  bob.services.define(text, async (said) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    done.push(said);
    return said;
  });
  await ana.services.available('text', READY);
  const rejected = expect(ana.services.call(text, 'order')).rejects.toMatchObject({
    name: 'ServiceError',
  });
  await until(() => bob.services.sizes()['works'] === 1);
  ana.services.close();
  await ana.peer.close();
  await rejected;
  finish();
  await until(() => done.length === 1 || bob.services.sizes()['works'] === 0);
  await leavesNothing(ana.services, bob.services);
});

describe('nested calls', () => {
  it('share the deadline, the trace and the end of the outer one', async () => {
    const [ana, bob, cy] = await mesh(3);
    if (ana === undefined || bob === undefined || cy === undefined) throw new Error('three');
    const seen: { trace: string; remainingMs: number }[] = [];
    cy.services.define('inner', z.string(), (_input, { trace, remainingMs }) => {
      seen.push({ trace: trace.traceId, remainingMs: remainingMs() });
    });
    bob.services.define('outer', z.string(), async (input, context) => {
      seen.push({ trace: context.trace.traceId, remainingMs: context.remainingMs() });
      await context.call('inner', input, { timeoutMs: 600_000 });
    });
    await ana.services.available('outer', READY);
    await bob.services.available('inner', READY);
    await ana.services.call('outer', '', { timeoutMs: 3_000 });
    expect(seen).toHaveLength(2);
    expect(new Set(seen.map(({ trace }) => trace)).size).toBe(1);
    expect(seen[1]?.remainingMs).toBeLessThanOrEqual(seen[0]?.remainingMs ?? 0);
  });
});

describe('bounds', () => {
  it('turn away what is too much with overloaded, and serve callers in turn', async () => {
    const [ana, bob, cy] = await mesh(3);
    if (ana === undefined || bob === undefined || cy === undefined) throw new Error('three');
    const order: string[] = [];
    const releases: (() => void)[] = [];
    cy.services.define(
      'narrow',
      z.string(),
      async (who) => {
        order.push(who);
        await new Promise<void>((resolve) => releases.push(resolve));
      },
      { concurrency: 1, queuePerCaller: 3 },
    );
    await ana.services.available('narrow', READY);
    await bob.services.available('narrow', READY);
    const options = { retry: false } as const;
    const greedy = Array.from({ length: 8 }, () => ana.services.call('narrow', 'ana', options));
    const settled = Promise.allSettled(greedy);
    await until(() => ana.services.counters()['failed'] === 4);
    const modest = bob.services.call('narrow', 'bob', options);
    await until(() => cy.services.sizes()['works'] === 5);
    for (let count = 0; count < 5; count++) {
      await until(() => releases.length > 0);
      releases.shift()?.();
    }
    await modest;
    const failures = (await settled).filter(({ status }) => status === 'rejected');
    expect(failures).toHaveLength(4);
    expect(failures.every((each) => 'reason' in each && each.reason.code === 'overloaded')).toBe(
      true,
    );
    expect(order.indexOf('bob')).toBeLessThanOrEqual(2);
    await leavesNothing(ana.services, bob.services, cy.services);
  });
});
