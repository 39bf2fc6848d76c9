import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '../src/api/contract.js';
import type { Services } from '../src/api/types.js';
import { leavesNothing, READY, two, until } from './support/peers.js';

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
