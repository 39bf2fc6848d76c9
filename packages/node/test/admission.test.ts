import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Admission } from '../src/links/admission.js';
import { zeroLinkCounters } from '../src/links/link-counters.js';

function admissionOf(pendingHandshakesMax: number, pendingPerAddressMax: number) {
  const counters = zeroLinkCounters();
  const limits = { pendingHandshakesMax, pendingPerAddressMax };
  const admission = new Admission({ limits, handshakeTimeoutMs: 1_000, counters });
  const cuts: string[] = [];
  const enter = (address: string, name: string) =>
    admission.enter(address, (reason) => cuts.push(`${name} ${reason}`));
  return { admission, counters, cuts, enter };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('who waits to be let in', () => {
  it('is cut when it takes too long', () => {
    const { counters, cuts, enter } = admissionOf(4, 4);
    enter('a', 'one');
    vi.advanceTimersByTime(999);
    expect(cuts).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(cuts).toEqual(['one late']);
    expect(counters.handshakesLate).toBe(1);
  });

  it('has no deadline once it is in', () => {
    const { admission, cuts, enter } = admissionOf(4, 4);
    const ticket = enter('a', 'one');
    ticket.leave();
    ticket.leave();
    vi.advanceTimersByTime(9_999);
    expect(cuts).toEqual([]);
    expect(admission.size).toBe(0);
  });

  it('is cut by its last word, and soon when it is on its way out', () => {
    const { counters, cuts, enter } = admissionOf(4, 4);
    const ticket = enter('a', 'one');
    ticket.cut = (reason) => cuts.push(`then ${reason}`);
    ticket.hurry(10);
    vi.advanceTimersByTime(10);
    expect(cuts).toEqual(['then late']);
    expect(counters.handshakesLate).toBe(0);
  });

  it('makes room when its own address holds too many', () => {
    const { admission, counters, cuts, enter } = admissionOf(9, 2);
    enter('a', 'a1');
    enter('b', 'b1');
    enter('a', 'a2');
    enter('a', 'a3');
    enter('a', 'a4');
    expect(cuts).toEqual(['a1 crowded', 'a2 crowded']);
    expect(counters.handshakesCrowded).toBe(2);
    expect(admission.size).toBe(3);
  });

  it('makes room for others when its address holds most places', () => {
    const { cuts, enter } = admissionOf(4, 3);
    enter('b', 'b1');
    for (const name of ['a1', 'a2', 'a3']) enter('a', name);
    enter('c', 'c1');
    enter('d', 'd1');
    expect(cuts).toEqual(['a1 crowded', 'a2 crowded']);
  });

  it('is one of 64 at most', () => {
    const { admission, cuts, enter } = admissionOf(64, 64);
    for (let count = 1; count <= 65; count++) enter('a', `${count}`);
    expect(admission.size).toBe(64);
    expect(cuts).toEqual(['1 crowded']);
  });

  it('is sent away when all ends', () => {
    const { admission, cuts, enter } = admissionOf(4, 4);
    enter('a', 'one');
    enter('b', 'two');
    admission.close();
    vi.advanceTimersByTime(9_999);
    expect(cuts).toEqual(['one crowded', 'two crowded']);
    expect(admission.size).toBe(0);
  });
});
