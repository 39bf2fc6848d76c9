import { describe, expect, it } from 'vitest';
import { Bench } from '../support/bench.js';
import { events } from '../support/context.js';

describe('a process that stood still', () => {
  it('notices it by a wake that comes true too late, and says so from a second on', () => {
    const bench = new Bench({ config: { probeIntervalMs: 500, syncIntervalMs: 500 } });
    bench.open(0x60);
    bench.run(2_000);
    bench.nowMs += 5_000;
    const told = events(bench.feed({ kind: 'wake' })).filter((event) => event.kind === 'stalled');
    expect(told.map(({ ms }) => ms > 4_000)).toEqual([true]);
    expect(bench.engine.counters().stalls).toBe(1);
  });

  it('fails no probe that was under way, for its answer may wait unread', () => {
    const bench = new Bench();
    bench.open(0x60);
    while (bench.engine.counters().probesSent === 0) bench.run(50);
    expect(bench.engine.counters().probesFailed).toBe(0);
    bench.nowMs += 9_000;
    bench.feed({ kind: 'wake' });
    expect(bench.engine.counters().probesFailed).toBe(0);
    expect(bench.member(0x60)).toMatchObject({ state: 'alive', link: { id: 1 } });
  });

  it('gives no verdict for a grace, though a suspicion ended meanwhile', () => {
    const bench = new Bench();
    const link = bench.open(0x60);
    bench.open(0x61);
    bench.break(link);
    bench.nowMs += 9_000;
    bench.feed({ kind: 'wake' });
    bench.run(1_400);
    expect(bench.member(0x60)?.state).toBe('suspect');
    bench.run(1_000);
    expect(bench.member(0x60)?.state).toBe('dead');
  });

  it('is not seen in wakes that come true on time, though suspicions outlive their end', () => {
    const bench = new Bench();
    const links = [0x60, 0x61, 0x62].map((byte) => bench.open(byte));
    for (const link of links) bench.break(link);
    const effects = bench.run(7_000);
    expect(events(effects).map((event) => event.kind)).toContain('isolated');
    // One of them is back: the ends of the others' suspicions are reckoned anew, and lie in the past.
    bench.open(0x60, { incarnation: 1 });
    effects.push(...bench.run(1_000));
    expect(bench.engine.counters().stalls).toBe(0);
    expect(events(effects).map((event) => event.kind)).not.toContain('stalled');
  });
});
