import { describe, expect, it } from 'vitest';
import { Listeners } from '../../src/host/emitter.js';

const LONG_MS = 60_000;

describe('the next event that is wanted', () => {
  it('is the first that fits, and nobody listens afterwards', async () => {
    const listeners = new Listeners<number>();
    const next = listeners.next((event) => event > 1, { waitMs: LONG_MS, signal: undefined });
    for (const event of [1, 2, 3]) listeners.emit(event);
    expect(await next).toBe(2);
    expect(listeners.size).toBe(0);
  });

  it('is none when the time is over', async () => {
    const listeners = new Listeners<number>();
    expect(await listeners.next(() => true, { waitMs: 0, signal: undefined })).toBeUndefined();
    expect(listeners.size).toBe(0);
  });

  it.each([
    ['before', true],
    ['meanwhile', false],
  ])('is not waited for when the signal was given %s', async (_when, before) => {
    const listeners = new Listeners<number>();
    const controller = new AbortController();
    const reason = new Error('enough');
    if (before) controller.abort(reason);
    const next = listeners.next(() => true, { waitMs: LONG_MS, signal: controller.signal });
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(listeners.size).toBe(0);
  });
});
