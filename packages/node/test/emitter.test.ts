import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../src/events/emitter.js';

describe('events', () => {
  it('wait until they are released, and keep their order', () => {
    const emitter = new Emitter();
    const seen: string[] = [];
    emitter.emit('stalled', { ms: 1 });
    emitter.emit('warning', { code: 'a', message: 'b' });
    emitter.on('stalled', ({ ms }) => seen.push(`stalled ${ms}`));
    emitter.on('warning', ({ code }) => seen.push(`warning ${code}`));
    expect(seen).toEqual([]);
    emitter.release();
    emitter.emit('stalled', { ms: 2 });
    expect(seen).toEqual(['stalled 1', 'warning a', 'stalled 2']);
  });

  it('reach each listener until it is removed, also one added twice', () => {
    const emitter = new Emitter();
    emitter.release();
    const listener = vi.fn();
    const first = emitter.on('stalled', listener);
    emitter.on('stalled', listener);
    emitter.emit('stalled', { ms: 1 });
    first();
    first();
    emitter.emit('stalled', { ms: 2 });
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('tell whether anybody listens', () => {
    const emitter = new Emitter();
    expect(emitter.has('message')).toBe(true);
    emitter.release();
    expect(emitter.has('message')).toBe(false);
    const remove = emitter.on('message', () => undefined);
    expect(emitter.has('message')).toBe(true);
    remove();
    expect(emitter.has('message')).toBe(false);
  });

  it('reach the others when a listener throws, and the error surfaces by itself', () => {
    const emitter = new Emitter();
    emitter.release();
    const errors: unknown[] = [];
    const surfaced = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        errors.push(error);
      }
    });
    const other = vi.fn();
    const bug = new Error('a bug of the application');
    emitter.on('stalled', () => {
      throw bug;
    });
    emitter.on('stalled', other);
    emitter.emit('stalled', { ms: 1 });
    surfaced.mockRestore();
    expect(other).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([bug]);
  });
});
