import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Waits } from '../src/host/waits.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function makeWaits(intervalMs = 0) {
  return new Waits(intervalMs, () => performance.now());
}

const missing = () => 'it did not come';

describe('a wait', () => {
  it('is over at once when it is there already', async () => {
    await expect(makeWaits().wait({ ready: () => 7, missing })).resolves.toBe(7);
  });

  it('is over at the first look that finds it', async () => {
    const waits = makeWaits();
    let value: number | undefined;
    const waiting = waits.wait({ ready: () => value, missing });
    waits.check();
    value = 3;
    waits.check();
    await expect(waiting).resolves.toBe(3);
  });

  it('looks no more often than it may, and not too late', () => {
    const waits = makeWaits(10);
    const ready = vi.fn(() => undefined);
    void waits.wait({ ready, missing });
    for (let count = 0; count < 5; count++) waits.check();
    expect(ready).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10);
    expect(ready).toHaveBeenCalledTimes(3);
    vi.advanceTimersByTime(100);
    expect(ready).toHaveBeenCalledTimes(3);
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 31])('of %d ms is not cut short', async (timeoutMs) => {
    const waits = makeWaits();
    let value: number | undefined;
    const waiting = waits.wait({ ready: () => value, timeoutMs, missing });
    vi.advanceTimersByTime(1_000);
    value = 3;
    waits.check();
    await expect(waiting).resolves.toBe(3);
  });

  it('fails when its time is up, after a last look', async () => {
    const waits = makeWaits();
    const failing = waits.wait({ ready: () => undefined, timeoutMs: 50, missing });
    const failed = expect(failing).rejects.toMatchObject({
      code: 'timeout',
      message: 'it did not come',
    });
    let value: number | undefined;
    const last = waits.wait({ ready: () => value, timeoutMs: 50, missing });
    value = 1;
    vi.advanceTimersByTime(50);
    await failed;
    await expect(last).resolves.toBe(1);
  });

  it('ends with the reason of its signal', async () => {
    const waits = makeWaits();
    const controller = new AbortController();
    const waiting = waits.wait({ ready: () => undefined, signal: controller.signal, missing });
    const failed = expect(waiting).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await failed;
    const signal = AbortSignal.abort(new Error('before'));
    await expect(waits.wait({ ready: () => 1, signal, missing })).rejects.toThrow('before');
  });

  it('ends with its owner, and none begins later', async () => {
    const waits = makeWaits();
    const waiting = waits.wait({ ready: () => undefined, timeoutMs: 50, missing });
    const failed = expect(waiting).rejects.toThrow('closed');
    waits.close(new Error('closed'));
    await failed;
    await expect(waits.wait({ ready: () => 1, missing })).rejects.toThrow('closed');
    expect(vi.getTimerCount()).toBe(0);
  });
});
