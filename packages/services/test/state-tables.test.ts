import { seededRandom } from '@hearsay/core';
import { ConsecutiveBreaker } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { type Candidate, choose, type Strategy } from '../src/balance/balancer.js';
import { Latency } from '../src/balance/latency.js';
import { Agenda } from '../src/calls/agenda.js';
import { FairQueue } from '../src/calls/fair-queue.js';
import { Operations } from '../src/calls/operations.js';
import { type HealthSign, ProviderHealth } from '../src/health/provider-health.js';
import { fullJitterMs } from '../src/resilience/backoff.js';
import { Breaker, type Permit } from '../src/resilience/breaker.js';
import { RetryBudget } from '../src/resilience/retry-budget.js';
import { childOf, formatTraceParent, parseTraceParent } from '../src/trace/trace-context.js';

describe('a breaker', () => {
  const TIMES = { openMs: 1_000, openMsMax: 4_000 };

  function make(): { breaker: Breaker; states: string[]; enter: (nowMs: number) => Permit } {
    const states: string[] = [];
    const breaker = new Breaker({
      times: TIMES,
      trip: () => new ConsecutiveBreaker(5),
      onChange: (state) => states.push(state),
    });
    const enter = (nowMs: number): Permit => {
      const permit = breaker.enter(nowMs);
      if (permit === undefined) throw new Error('refused');
      return permit;
    };
    return { breaker, states, enter };
  }

  function open(nowMs = 0): ReturnType<typeof make> {
    const made = make();
    for (let count = 0; count < 5; count++) made.breaker.failed(made.enter(nowMs), nowMs);
    return made;
  }

  it('opens within 5 failures in a row', () => {
    const { breaker, states, enter } = make();
    for (let count = 0; count < 4; count++) breaker.failed(enter(0), 0);
    breaker.succeeded(enter(0));
    for (let count = 0; count < 4; count++) breaker.failed(enter(0), 0);
    expect(states).toEqual([]);
    breaker.failed(enter(0), 0);
    expect(states).toEqual(['open']);
  });

  it('that is open lets nothing through, then exactly one probe', () => {
    const { breaker, states } = open();
    expect(breaker.enter(999)).toBeUndefined();
    expect(breaker.admits(1_000)).toBe(true);
    expect(breaker.enter(1_000)).toBeDefined();
    expect(breaker.enter(1_000)).toBeUndefined();
    expect(breaker.enter(100_000)).toBeUndefined();
    expect(states).toEqual(['open', 'half-open']);
  });

  it('closes when the probe succeeds, and counts from the start', () => {
    const { breaker, states, enter } = open();
    breaker.succeeded(enter(1_000));
    expect(states).toEqual(['open', 'half-open', 'closed']);
    for (let count = 0; count < 4; count++) breaker.failed(enter(1_000), 1_000);
    expect(breaker.state).toBe('closed');
  });

  it('stays open twice as long after each probe that fails, up to a bound', () => {
    const { breaker, enter } = open();
    breaker.failed(enter(1_000), 1_000);
    expect(breaker.admits(2_999)).toBe(false);
    breaker.failed(enter(3_000), 3_000);
    expect(breaker.admits(6_999)).toBe(false);
    breaker.failed(enter(7_000), 7_000);
    expect(breaker.admits(10_999)).toBe(false);
    expect(breaker.admits(11_000)).toBe(true);
  });

  it('gives the place of a probe that told nothing to the next call', () => {
    const { breaker, enter } = open();
    breaker.forgot(enter(1_000), 1_000);
    expect(breaker.state).toBe('open');
    expect(breaker.enter(1_000)).toBeDefined();
  });

  it('ignores results of calls that began before its last change', () => {
    const { breaker, enter } = make();
    const old = enter(0);
    for (let count = 0; count < 5; count++) breaker.failed(enter(0), 0);
    breaker.succeeded(old);
    expect(breaker.state).toBe('open');
    const probe = enter(1_000);
    breaker.failed(old, 1_000);
    expect(breaker.state).toBe('half-open');
    breaker.succeeded(probe);
    breaker.failed(old, 1_000);
    expect(breaker.state).toBe('closed');
  });
});

describe('health', () => {
  it.each<[string, readonly HealthSign[], string]>([
    ['of nobody who was asked', [], 'unknown'],
    ['after a good check', ['check-passed'], 'healthy'],
    ['after an answered call', ['call-answered'], 'healthy'],
    ['after two failures', ['check-failed', 'call-lost'], 'unknown'],
    ['after three in a row', ['check-failed', 'call-lost', 'check-failed'], 'unhealthy'],
    [
      'after failures with a good one between',
      ['call-lost', 'call-lost', 'call-answered', 'call-lost'],
      'healthy',
    ],
    [
      'unhealthy, and one good check',
      ['call-lost', 'call-lost', 'call-lost', 'check-passed'],
      'unhealthy',
    ],
    [
      'unhealthy, and two',
      ['call-lost', 'call-lost', 'call-lost', 'check-passed', 'check-passed'],
      'healthy',
    ],
    [
      'unhealthy, and two with a bad one between',
      ['call-lost', 'call-lost', 'call-lost', 'check-passed', 'check-failed', 'check-passed'],
      'unhealthy',
    ],
    [
      'unhealthy, and answers of old calls',
      ['call-lost', 'call-lost', 'call-lost', 'call-answered', 'call-answered'],
      'unhealthy',
    ],
  ])('%s', (_when, signs, state) => {
    const health = new ProviderHealth();
    for (const sign of signs) health.take(sign);
    expect(health.state).toBe(state);
  });
});

describe('a retry budget', () => {
  it('allows a tenth of the calls, beyond a reserve', () => {
    const budget = new RetryBudget({ ratio: 0.1, reserve: 5 });
    let retries = 0;
    for (let call = 0; call < 1_000; call++) {
      budget.called();
      for (let tried = 0; tried < 3; tried++) if (budget.draw()) retries += 1;
    }
    expect(retries).toBeGreaterThanOrEqual(100);
    expect(retries).toBeLessThanOrEqual(105);
  });
});

it('backoff is anything up to an exponential bound, with a cap', () => {
  const random = seededRandom('backoff');
  const drawn = (retry: number) =>
    Array.from({ length: 500 }, () => fullJitterMs(retry, { baseMs: 20, capMs: 100 }, random));
  expect(Math.max(...drawn(0))).toBe(20);
  expect(Math.min(...drawn(0))).toBe(0);
  expect(Math.max(...drawn(1))).toBe(40);
  expect(Math.max(...drawn(10))).toBe(100);
});

describe('balancing', () => {
  const candidates: readonly Candidate[] = [
    { id: 'a', inFlight: 0, latencyMs: 1, weight: 1, sameHost: false },
    { id: 'b', inFlight: 0, latencyMs: 500, weight: 3, sameHost: true },
    { id: 'c', inFlight: 0, latencyMs: 1, weight: 6, sameHost: false },
  ];

  function shares(strategy: Strategy, key?: (turn: number) => string): Record<string, number> {
    const random = seededRandom(strategy);
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let turn = 0; turn < 3_000; turn++) {
      const { id = '' } = choose(candidates, { strategy, key: key?.(turn), turn, random }) ?? {};
      counts[id] = (counts[id] ?? 0) + 1;
    }
    return counts;
  }

  it('by two choices leaves the slow one alone', () => {
    expect(shares('two-choices')['b']).toBe(0);
  });

  it('by turns gives everybody the same', () => {
    expect(shares('round-robin')).toEqual({ a: 1_000, b: 1_000, c: 1_000 });
  });

  it('by weight gives shares like weights', () => {
    const { a = 0, b = 0, c = 0 } = shares('weighted');
    expect(a / 3_000).toBeCloseTo(0.1, 1);
    expect(b / 3_000).toBeCloseTo(0.3, 1);
    expect(c / 3_000).toBeCloseTo(0.6, 1);
  });

  it('by key is always the same, spreads keys, and moves only those of whoever went', () => {
    const at = (key: string, of = candidates) =>
      choose(of, { strategy: 'sticky', key, turn: 0, random: seededRandom('') })?.id;
    const keys = Array.from({ length: 900 }, (_, index) => `key-${index}`);
    const before = new Map(keys.map((key) => [key, at(key)]));
    for (const id of ['a', 'b', 'c']) {
      expect([...before.values()].filter((each) => each === id).length).toBeGreaterThan(200);
    }
    const left = candidates.filter(({ id }) => id !== 'b');
    for (const key of keys)
      if (before.get(key) !== 'b') expect(at(key, left)).toBe(before.get(key));
  });

  it('by host stays on the machine while somebody is there', () => {
    expect(shares('same-host')).toEqual({ a: 0, b: 3_000, c: 0 });
    const away = candidates.filter(({ sameHost }) => !sameHost);
    const choice = {
      strategy: 'same-host',
      key: undefined,
      turn: 0,
      random: seededRandom(''),
    } as const;
    expect(choose(away, choice)).toBeDefined();
  });

  it('of nobody is nobody', () => {
    const choice = {
      strategy: 'two-choices',
      key: undefined,
      turn: 0,
      random: seededRandom(''),
    } as const;
    expect(choose([], choice)).toBeUndefined();
  });
});

it('latency that nobody measured is taken for the least, however late it is', () => {
  const latency = new Latency();
  const atFirst = latency.read(0);
  expect(latency.read(1e9)).toBe(atFirst);
  latency.measured(3, 1e9);
  expect(latency.read(1e9)).toBe(3);
  expect(latency.read(1e9)).toBeGreaterThan(atFirst);
});

it('latency jumps up at once and comes down with time', () => {
  const latency = new Latency();
  latency.measured(2, 0);
  latency.measured(500, 1);
  expect(latency.read(1)).toBe(500);
  expect(latency.read(30_000)).toBeLessThan(100);
});

describe('trace context', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const span = 'b7ad6b7169203331';

  it.each([
    [`00-${trace}-${span}-01`, true],
    [`00-${trace}-${span}-00`, true],
    [`cc-${trace}-${span}-01-what-the-future-brings`, true],
    [`00-${trace}-${span}-01-more`, false],
    [`ff-${trace}-${span}-01`, false],
    [`00-${'0'.repeat(32)}-${span}-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace.toUpperCase()}-${span}-01`, false],
    [`00-${trace.slice(1)}-${span}-01`, false],
    [`00-${trace}-${span}-1`, false],
    [` 00-${trace}-${span}-01`, false],
    ['', false],
  ])('%j is read: %s', (header, isRead) => {
    expect(parseTraceParent(header) !== undefined).toBe(isRead);
  });

  it('is written as it was read, and goes on in children', () => {
    const header = `00-${trace}-${span}-01`;
    const parent = parseTraceParent(header, 'vendor=1');
    if (parent === undefined) throw new Error('unread');
    expect(formatTraceParent(parent)).toBe(header);
    const child = childOf(parent, seededRandom('trace'));
    expect(child).toMatchObject({ traceId: trace, sampled: true, state: 'vendor=1' });
    expect(child.spanId).not.toBe(span);
    expect(parseTraceParent(formatTraceParent(child))).toBeDefined();
  });
});

describe('an agenda', () => {
  it('does what is due in order, without what was cancelled, and forgets it', () => {
    const agenda = new Agenda();
    const done: number[] = [];
    const made = [5, 3, 9, 3, 1].map((atMs, index) => agenda.add(atMs, () => done.push(index)));
    made[0]?.cancel();
    made[0]?.cancel();
    expect(agenda.size).toBe(4);
    agenda.run(4);
    expect(done).toEqual([4, 1, 3]);
    expect(agenda.size).toBe(1);
    agenda.run(100);
    expect(done).toEqual([4, 1, 3, 2]);
    expect(agenda.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps little of thousands that were cancelled', () => {
    const agenda = new Agenda();
    for (let count = 0; count < 5_000; count++) agenda.add(count, () => undefined).cancel();
    agenda.add(3, () => undefined);
    expect(agenda.size).toBe(1);
    expect(agenda.nextMs).toBeLessThanOrEqual(3 + 5_000);
  });
});

it('a fair queue serves callers in turn', () => {
  const queue = new FairQueue<string, number>();
  for (const number of [1, 2, 3]) queue.add('ana', number);
  for (const number of [10, 11]) queue.add('bob', number);
  expect(queue.remove('ana', 2)).toBe(true);
  expect(queue.remove('ana', 2)).toBe(false);
  expect([queue.take(), queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([
    1,
    10,
    3,
    11,
    undefined,
  ]);
  expect(queue.size).toBe(0);
});

describe('remembered operations', () => {
  const reply = { kind: 'reply', attempt: 0, payload: new Uint8Array(100) } as const;

  it('are found while they run and after their end, until their time', () => {
    const operations = new Operations<string>({ operationsMax: 10, operationBytesMax: 10_000 });
    operations.begin('a', 'work');
    expect(operations.find('a', 0)).toMatchObject({ work: 'work' });
    operations.end('a', reply, 50);
    expect(operations.find('a', 49)).toMatchObject({ outcome: reply });
    expect(operations.find('a', 50)).toBeUndefined();
    expect(operations.size).toBe(0);
  });

  it('are never pushed out: there is no room then', () => {
    const operations = new Operations<string>({ operationsMax: 2, operationBytesMax: 10_000 });
    for (const key of ['a', 'b']) {
      expect(operations.hasRoom(0)).toBe(true);
      operations.begin(key, key);
      operations.end(key, reply, 50);
    }
    expect(operations.hasRoom(49)).toBe(false);
    expect(operations.find('a', 49)).toBeDefined();
    expect(operations.hasRoom(50)).toBe(true);
  });
});
