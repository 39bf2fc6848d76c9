import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '../src/api/contract.js';
import type { Services } from '../src/api/types.js';
import { mesh, type TestPeer, until } from './support/peers.js';

const READY = { timeoutMs: 30_000 };
const pair = z.object({ a: z.number(), b: z.number() });
const addition = contract('addition', { input: pair, output: z.number(), idempotent: true });
const text = contract('text', { input: z.string(), output: z.string() });

/** One that calls and one that provides. */
async function two(): Promise<{ ana: TestPeer; bob: TestPeer }> {
  const [ana, bob] = await mesh(2);
  if (ana === undefined || bob === undefined) throw new Error('two peers');
  return { ana, bob };
}

/** Everything that a call may leave behind. */
async function leavesNothing(...all: readonly Services[]): Promise<void> {
  for (const services of all) {
    await until(() => {
      const { calls, attempts, works } = services.sizes();
      return calls === 0 && attempts === 0 && works === 0;
    });
  }
}

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

describe('a stream', () => {
  const counting = contract('count', { input: z.number(), output: z.number() });

  it('comes in order, made as fast as it is read', async () => {
    const { ana, bob } = await two();
    let made = 0;
    bob.services.defineStream(counting, async function* count(to) {
      for (let number = 0; number < to; number++) {
        made += 1;
        yield number;
        await Promise.resolve();
      }
    });
    await ana.services.available('count', READY);
    const read: number[] = [];
    for await (const number of ana.services.stream(counting, 100)) {
      read.push(number);
      expect(made - read.length).toBeLessThanOrEqual(20);
    }
    expect(read).toEqual(Array.from({ length: 100 }, (_, number) => number));
    await leavesNothing(ana.services, bob.services);
  });

  it('ends at its source when the reader stops', async () => {
    const { ana, bob } = await two();
    let isOver = false;
    bob.services.defineStream(counting, async function* count() {
      try {
        for (let number = 0; ; number++) {
          yield number;
          await Promise.resolve();
        }
      } finally {
        isOver = true;
      }
    });
    await ana.services.available('count', READY);
    for await (const number of ana.services.stream(counting, 1)) if (number === 30) break;
    await until(() => isOver);
    await leavesNothing(ana.services, bob.services);
  });

  it('that breaks tells its reader after what came before', async () => {
    const { ana, bob } = await two();
    bob.services.defineStream(counting, async function* count() {
      yield 1;
      await Promise.resolve();
      throw new Error('out of numbers');
    });
    await ana.services.available('count', READY);
    const read: number[] = [];
    const reading = (async () => {
      for await (const number of ana.services.stream(counting, 1)) read.push(number);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'handler-failed',
      message: 'out of numbers',
    });
    expect(read).toEqual([1]);
    await leavesNothing(ana.services, bob.services);
  });
});

describe('a stream that cannot go on', () => {
  const counting = contract('count', { input: z.number(), output: z.unknown() });

  async function readAll(services: Services): Promise<unknown[]> {
    const read: unknown[] = [];
    for await (const item of services.stream(counting, 1)) read.push(item);
    return read;
  }

  it('as an item does not travel says so, and ends its handler', async () => {
    const { ana, bob } = await two();
    let isOver = false;
    bob.services.defineStream(counting, async function* count() {
      try {
        yield 1;
        await Promise.resolve();
        yield () => 2;
      } finally {
        isOver = true;
      }
    });
    await ana.services.available('count', READY);
    await expect(readAll(ana.services)).rejects.toMatchObject({ code: 'unencodable-output' });
    expect(isOver).toBe(true);
    await leavesNothing(ana.services, bob.services);
  });

  it('as a call within it failed is a handler that failed, however that call did', async () => {
    const { ana, bob } = await two();
    bob.services.define('inner', z.string(), () => () => 1);
    bob.services.defineStream(counting, async function* count(_from, { call }) {
      yield await call('inner', '');
    });
    await ana.services.available('count', READY);
    await bob.services.available('inner', READY);
    await expect(readAll(ana.services)).rejects.toMatchObject({ code: 'handler-failed' });
    await leavesNothing(ana.services, bob.services);
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
