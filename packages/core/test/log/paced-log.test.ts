import { describe, expect, it } from 'vitest';
import { Bench } from '../support/bench.js';
import type { ReadEffect } from '../support/context.js';
import { sent } from '../support/context.js';

const KIB = 1_024;
const LIMITS = { logAnswerBurstBytes: 32 * KIB, logAnswerBytesPerSecond: 16 * KIB };
/** A clock (0) without entries: "I hold nothing". */
const everything = { kind: 'want', replica: 0, summary: Uint8Array.of(0, 0) } as const;
const TEXT = 'x'.repeat(1_000);
const MESSAGES = 50;

function toldIn(effects: readonly ReadEffect[]): number {
  return sent(effects, 'delta').reduce((sum, { frame }) => sum + frame.bytes.length, 0);
}

/** Asks for everything each 20 ms, which is as often as it is answered. */
function askWithoutEnd(bench: Bench, link: number, forMs: number): number {
  let told = 0;
  for (let passed = 0; passed < forMs; passed += 20) {
    told += toldIn(bench.say(link, everything)) + toldIn(bench.run(20));
  }
  return told;
}

describe('a log that a neighbour asks for again and again', () => {
  it('is told once and a half, then at a rate, and to others as before', () => {
    const bench = new Bench({ limits: LIMITS });
    const greedy = bench.open(0x61);
    for (let count = 0; count < MESSAGES; count++) bench.publish(TEXT);
    bench.run(10);
    const all = toldIn(bench.say(bench.open(0x62), everything));
    expect(all).toBeGreaterThan(MESSAGES * TEXT.length);
    const first = askWithoutEnd(bench, greedy, 1_000);
    expect(first).toBeGreaterThan(all);
    expect(first).toBeLessThan(3.5 * all);
    // One answer more than what a rate allows, as the last one is whole.
    expect(askWithoutEnd(bench, greedy, 10_000)).toBeLessThan(10 * 16 * KIB + all);
    expect(bench.engine.counters().answersDelayed).toBeGreaterThan(100);
    expect(toldIn(bench.say(bench.open(0x63), everything))).toBe(all);
  });

  it('goes on telling what is new', () => {
    const bench = new Bench({ limits: { ...LIMITS, logAnswerBytesPerSecond: 1 } });
    const greedy = bench.open(0x61);
    for (let count = 0; count < MESSAGES; count++) bench.publish(TEXT);
    askWithoutEnd(bench, greedy, 1_000);
    expect(askWithoutEnd(bench, greedy, 1_000)).toBe(0);
    for (let count = 0; count < 10 * MESSAGES; count++) bench.publish(TEXT);
    expect(askWithoutEnd(bench, greedy, 1_000)).toBeGreaterThan(MESSAGES * TEXT.length);
  });
});
