import { describe, expect, it } from 'vitest';
import { SendQueue } from '../src/links/send-queue.js';
import { chunk } from './support/fake-wire.js';

const limits = { controlQueueBytesMax: 20, bulkQueueBytesMax: 10 };

describe('a send queue', () => {
  it('keeps the order within a class', () => {
    const queue = new SendQueue(limits);
    queue.push(chunk('b1'), 'bulk', 0);
    queue.push(chunk('c1'), 'control', 0);
    queue.push(chunk('b2'), 'bulk', 0);
    queue.push(chunk('c2'), 'control', 0);
    expect(queue.takeControl().map(String)).toEqual(['c1', 'c2']);
    expect(queue.takeBulk(100).map(String)).toEqual(['b1', 'b2']);
    expect(queue.bytes).toBe(0);
  });

  it('sends repairs behind what is said, whichever came first', () => {
    const queue = new SendQueue(limits);
    queue.push(chunk('r1'), 'repair', 0);
    queue.push(chunk('b1'), 'bulk', 0);
    queue.push(chunk('r2'), 'repair', 0);
    queue.push(chunk('b2'), 'bulk', 0);
    expect(queue.saidBytes).toBe(4);
    expect(queue.takeBulk(5).map(String)).toEqual(['b1', 'b2', 'r1']);
    expect(queue.hasBulk).toBe(true);
    expect(queue.takeBulk(5).map(String)).toEqual(['r2']);
    expect(queue.hasBulk).toBe(false);
    expect(queue.bytes).toBe(0);
  });

  it('bounds repairs and what is said together', () => {
    const queue = new SendQueue(limits);
    expect(queue.push(chunk('12345678'), 'repair', 0)).toBe('queued');
    expect(queue.push(chunk('abc'), 'repair', 0)).toBe('dropped');
    expect(queue.push(chunk('abc'), 'bulk', 0)).toBe('dropped');
    expect(queue.takeDropped()).toEqual({ frames: 2, bytes: 6 });
  });

  it('drops bulk at the end when it is full, and counts it', () => {
    const queue = new SendQueue(limits);
    expect(queue.push(chunk('12345678'), 'bulk', 0)).toBe('queued');
    expect(queue.push(chunk('abc'), 'bulk', 0)).toBe('dropped');
    expect(queue.push(chunk('de'), 'bulk', 0)).toBe('queued');
    expect(queue.takeDropped()).toEqual({ frames: 1, bytes: 3 });
    expect(queue.takeDropped()).toBeUndefined();
    expect(queue.takeBulk(100).map(String)).toEqual(['12345678', 'de']);
  });

  it('counts what the socket holds against the bound', () => {
    const queue = new SendQueue(limits);
    expect(queue.push(chunk('ab'), 'bulk', 9)).toBe('dropped');
    expect(queue.push(chunk('ab'), 'bulk', 8)).toBe('queued');
  });

  it('never drops control, and says when there is no room for it', () => {
    const queue = new SendQueue(limits);
    queue.push(chunk('bulk bulk!'), 'bulk', 0);
    expect(queue.push(chunk('x'.repeat(20)), 'control', 0)).toBe('queued');
    expect(queue.push(chunk('y'), 'control', 0)).toBe('overflow');
    expect(queue.takeDropped()).toBeUndefined();
  });

  it('gives bulk only while there is room', () => {
    const queue = new SendQueue({ ...limits, bulkQueueBytesMax: 100 });
    for (const text of ['aaaa', 'bbbb', 'cccc']) queue.push(chunk(text), 'bulk', 0);
    expect(queue.takeBulk(0)).toEqual([]);
    expect(queue.takeBulk(-5)).toEqual([]);
    expect(queue.takeBulk(5).map(String)).toEqual(['aaaa', 'bbbb']);
    expect(queue.bytes).toBe(4);
    expect(queue.takeBulk(1).map(String)).toEqual(['cccc']);
    expect(queue.hasBulk).toBe(false);
  });
});
