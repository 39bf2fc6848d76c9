import type { PeerEvent, PeerId } from '@hearsay/core';
import {
  createSimulation,
  type NodeRef,
  type Program,
  type ProgramHost,
  type Simulation,
} from '@hearsay/sim';
import { describe, expect, it } from 'vitest';
import type { CallRequest, Outcome } from '../src/calls/call.js';
import type { Run } from '../src/calls/dispatcher.js';
import { ServicesEngine } from '../src/engine.js';
import { DEFAULT_SETTINGS, type EngineEvent, type EngineSettings } from '../src/engine-settings.js';
import { SERVICES_PORT } from '../src/limits.js';
import { TraceStep } from '../src/trace/trace-context.js';

const SEEDS = ['1', '2', '3', '4', '5', '6'];
const SERVICE = 'work';

interface Result {
  readonly name: string;
  readonly outcome: Outcome;
}

/** How the handlers of a node behave; a script changes it. */
interface Manner {
  /** Milliseconds until the answer; undefined: never. */
  delayMs: number | undefined;
  fails: boolean;
}

/** A peer with the whole machine of services behind its port. */
class ServicesProgram implements Program {
  readonly engine: ServicesEngine;
  readonly events: EngineEvent[] = [];
  readonly results: Result[] = [];
  readonly #host: ProgramHost;

  constructor(host: ProgramHost, settings: Partial<EngineSettings>) {
    this.#host = host;
    this.engine = new ServicesEngine(host, {
      ...DEFAULT_SETTINGS,
      ...settings,
      session: String(host.random.split('session').next()),
      host: host.peer,
      onEvent: (event) => this.events.push(event),
    });
  }

  get replica() {
    return this.engine.replica;
  }

  received(from: PeerId, bytes: Uint8Array): void {
    this.engine.received(from, bytes);
  }

  repaired(): void {
    this.engine.repaired();
  }

  happened(event: PeerEvent): void {
    this.engine.happened(event);
  }

  wake(): void {
    this.engine.wake();
  }

  serve(begin: (run: Run) => void, concurrency = 100): void {
    const entry = {
      name: SERVICE,
      version: '1',
      status: 'ready',
      stream: false,
      weight: 1,
      metadata: [],
    } as const;
    this.engine.serve(entry, {
      name: SERVICE,
      stream: false,
      concurrency,
      queuePerCaller: 10,
      begin,
    });
  }

  call(name: string, options: Partial<CallRequest> = {}): void {
    this.engine.call({
      service: SERVICE,
      payload: new TextEncoder().encode(name),
      timeoutMs: 5_000,
      startedMs: this.#host.now().monotonicMs,
      idempotent: false,
      operation: undefined,
      strategy: 'two-choices',
      key: undefined,
      attemptsMax: 4,
      attemptTimeoutMs: 1_000,
      hedgeAfterMs: undefined,
      trace: new TraceStep([1, 1, 1, 1, 1, 1], true, ''),
      stream: false,
      settled: (outcome) => this.results.push({ name, outcome }),
      item: () => undefined,
      ...options,
    });
  }

  /** What the breakers of this caller went through, of one provider. */
  breakerOf(provider: PeerId): string[] {
    return this.events.flatMap((event) =>
      event.kind === 'breaker' && event.provider === provider ? [event.state] : [],
    );
  }
}

interface World {
  readonly sim: Simulation;
  readonly at: (ref: NodeRef) => ServicesProgram;
  /** Every run of a handler, by name of the call. */
  readonly runs: Map<string, number>;
  readonly manners: Map<string, Manner>;
}

/** `a` calls; the others provide. */
function world(seed: string, count = 4, settings: Partial<EngineSettings> = {}): World {
  const sim = createSimulation({ seed });
  sim.start(count, { seeds: 'first' });
  sim.until(() => sim.live.length === count, 10_000);
  const runs = new Map<string, number>();
  const manners = new Map<string, Manner>();
  const decoder = new TextDecoder();
  const find = sim.install(sim.nodes, SERVICES_PORT, (host) => {
    const node = sim.nodes.find(({ id }) => id === host.peer);
    const program = new ServicesProgram(host, settings);
    if (node === undefined || node.name === 'a') return program;
    const manner = manners.get(node.name) ?? { delayMs: 5, fails: false };
    manners.set(node.name, manner);
    program.serve((run) => {
      const name = decoder.decode(run.payload);
      runs.set(name, (runs.get(name) ?? 0) + 1);
      if (manner.fails) run.fail('handler-failed', 'on purpose');
      else if (manner.delayMs !== undefined) {
        const reply = new TextEncoder().encode(name);
        sim.timeline.afterMs(manner.delayMs, () => run.reply(reply));
      }
    });
    return program;
  });
  const at = (ref: NodeRef): ServicesProgram => {
    const found = find(ref);
    if (found === undefined) throw new Error('no program there');
    return found;
  };
  sim.until(() => at('a').engine.providers.candidates(SERVICE, 0).length === count - 1, 10_000);
  return { sim, at, runs, manners };
}

function codes({ results }: ServicesProgram): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) {
    const code = outcome.kind === 'replied' ? 'ok' : outcome.code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

function expectNothingLeft({ engine }: ServicesProgram): void {
  const { calls, attempts, works } = engine.sizes;
  expect({ calls, attempts, works }).toEqual({ calls: 0, attempts: 0, works: 0 });
}

function bootAll(sim: Simulation): void {
  for (const node of sim.nodes) if (node.state !== 'running') sim.boot(node);
}

/** However the calls ended. */
function expectNoneTwice(runs: ReadonlyMap<string, number>): void {
  const twice = [...runs].filter(([name, count]) => name.startsWith('n') && count > 1);
  expect(twice).toEqual([]);
}

describe('calls while providers are killed and started again', () => {
  it.each(SEEDS)(
    'lose none that is idempotent, and run none twice that is not (seed %s)',
    (seed) => {
      const { sim, at, runs } = world(seed);
      for (let step = 0; step < 1_200; step++) {
        at('a').call(`i${step}`, { idempotent: true });
        at('a').call(`n${step}`);
        if (step % 200 === 100) sim.kill(['b', 'c', 'd'][Math.floor(step / 200) % 3] ?? 'b');
        if (step % 200 === 150) bootAll(sim);
        sim.run(10);
      }
      sim.run(10_000);
      const results = at('a').results;
      const failed = results.filter(({ outcome }) => outcome.kind === 'failed');
      expect(results).toHaveLength(2_400);
      expect(failed.filter(({ name }) => name.startsWith('i'))).toEqual([]);
      expectNoneTwice(runs);
      for (const { outcome } of failed) expect(outcome).toMatchObject({ code: 'outcome-unknown' });
      for (const node of sim.live) expectNothingLeft(at(node));
    },
  );
});

describe('calls while links are cut', () => {
  it.each(SEEDS)('without a sign go elsewhere, and never run twice (seed %s)', (seed) => {
    const { sim, at, runs } = world(seed);
    for (let step = 0; step < 600; step++) {
      at('a').call(`i${step}`, { idempotent: true });
      at('a').call(`n${step}`);
      if (step === 100) sim.cut(['a'], ['b'], { mode: 'lose' });
      if (step === 400) sim.heal();
      sim.run(10);
    }
    sim.run(20_000);
    const results = at('a').results;
    expect(results).toHaveLength(1_200);
    const failedOf = (first: string) =>
      results.filter(({ name, outcome }) => name.startsWith(first) && outcome.kind === 'failed');
    expect(failedOf('i')).toEqual([]);
    expectNoneTwice(runs);
    for (const node of sim.live) expectNothingLeft(at(node));
  });
});

describe('a provider whose link falls and comes back', () => {
  it.each(SEEDS)('answers what it was asked, having run it once (seed %s)', (seed) => {
    const { sim, at, runs, manners } = world(seed, 2);
    const manner = manners.get('b');
    if (manner === undefined) throw new Error('b provides');
    manner.delayMs = 800;
    at('a').call('order', { timeoutMs: 60_000 });
    sim.run(100);
    sim.cut(['a'], ['b'], { mode: 'lose' });
    sim.run(10_000);
    sim.heal();
    sim.until(() => at('a').results.length === 1, 60_000);
    expect(runs.get('order')).toBe(1);
    const [result] = at('a').results;
    const isKnown = result?.outcome.kind === 'replied';
    if (!isKnown) expect(result?.outcome).toMatchObject({ code: 'outcome-unknown' });
    expectNothingLeft(at('a'));
  });
});

describe('a provider that fails', () => {
  it.each(SEEDS)(
    'is left alone after five failures, probed by one call, and called again (seed %s)',
    (seed) => {
      const { sim, at, manners } = world(seed);
      const b = sim.node('b').id;
      const manner = manners.get('b');
      if (manner === undefined) throw new Error('b provides');
      manner.fails = true;
      const step = (count: number): void => {
        for (let index = 0; index < count; index++) {
          at('a').call(`x${sim.nowMs}`, { strategy: 'round-robin' });
          sim.run(20);
        }
      };
      step(100);
      expect(at('a').breakerOf(b)).toEqual(['open']);
      expect(codes(at('a'))['handler-failed']).toBe(5);
      // Everybody else sees it, too.
      expect(
        [...at('c').engine.registry.records()].flatMap(({ breakers }) => breakers),
      ).toContainEqual({
        service: SERVICE,
        provider: b,
        state: 'open',
      });
      step(50); // The first probe finds that it still fails.
      expect(at('a').breakerOf(b)).toEqual(['open', 'half-open', 'open']);
      expect(codes(at('a'))['handler-failed']).toBe(6);
      manner.fails = false;
      step(300);
      expect(at('a').breakerOf(b)).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
      expect(codes(at('a'))['handler-failed']).toBe(6);
      expect(at('a').engine.providers.peek(b)?.peek(SERVICE)?.served).toBeGreaterThan(10);
    },
  );
});

describe('a breaker that is half open', () => {
  it.each(SEEDS)('lets one of many calls at once through (seed %s)', (seed) => {
    const breaker = { ...DEFAULT_SETTINGS.breaker, calls: 1_000 };
    const { sim, at, runs, manners } = world(seed, 2, { breaker });
    const b = sim.node('b').id;
    const manner = manners.get('b');
    if (manner === undefined) throw new Error('b provides');
    manner.fails = true;
    for (let count = 0; count < 5; count++) {
      at('a').call(`x${count}`);
      sim.run(20);
    }
    expect(at('a').breakerOf(b)).toEqual(['open']);
    sim.run(2_100);
    manner.fails = false;
    manner.delayMs = 500;
    const before = runs.size;
    for (let count = 0; count < 20; count++) at('a').call(`y${count}`, { attemptsMax: 1 });
    sim.run(400);
    expect(runs.size - before).toBe(1);
    sim.run(2_000);
    expect(codes(at('a'))).toEqual({ 'handler-failed': 5, unavailable: 19, ok: 1 });
    expect(at('a').breakerOf(b)).toEqual(['open', 'half-open', 'closed']);
  });
});

describe('a provider that hangs', () => {
  it.each(SEEDS)(
    'is found unhealthy, not called, and called again when it goes on (seed %s)',
    (seed) => {
      const { sim, at } = world(seed);
      const b = sim.node('b').id;
      const health = () => at('a').engine.providers.peek(b)?.health.state;
      const step = (count: number): void => {
        for (let index = 0; index < count; index++) {
          at('a').call(`x${sim.nowMs}`, {
            idempotent: true,
            attemptTimeoutMs: 200,
            strategy: 'round-robin',
          });
          sim.run(20);
        }
      };
      step(30);
      expect(health()).toBe('healthy');
      sim.freeze('b');
      step(25);
      expect(health() === 'unhealthy' || !at('a').engine.providers.isLinked(b)).toBe(true);
      sim.resume('b');
      sim.run(10_000);
      step(300);
      expect(health()).toBe('healthy');
      expect(codes(at('a'))).toEqual({ ok: 355 });
      expectNothingLeft(at('a'));
    },
  );
});

describe('a service that nobody can run', () => {
  it('causes no more retries than its budget, though every call would like some', () => {
    const { sim, at, manners } = world('1');
    for (const manner of manners.values()) manner.delayMs = undefined;
    for (let step = 0; step < 400; step++) {
      at('a').call(`x${step}`, { idempotent: true, timeoutMs: 900, attemptTimeoutMs: 100 });
      sim.run(10);
    }
    sim.run(5_000);
    const { calls, retried } = at('a').engine.counters;
    expect(calls).toBe(400);
    expect(retried).toBeLessThanOrEqual(10 + calls / 10);
    expect(codes(at('a'))['ok']).toBeUndefined();
    for (const node of sim.live) expectNothingLeft(at(node));
  });

  it('is not asked any more when its breaker opens, but for a probe', () => {
    const breaker = { ...DEFAULT_SETTINGS.breaker, failures: 1_000 };
    const { sim, at, manners } = world('1', 4, { breaker });
    for (const manner of manners.values()) manner.fails = true;
    const step = (count: number): void => {
      for (let index = 0; index < count; index++) {
        at('a').call(`x${sim.nowMs}`);
        sim.run(10);
      }
    };
    const states = () =>
      at('a').events.flatMap((event) =>
        event.kind === 'breaker' && event.provider === undefined ? [event.state] : [],
      );
    step(150);
    expect(states()).toEqual(['open']);
    expect(codes(at('a'))).toEqual({ 'handler-failed': 20, unavailable: 130 });
    for (const manner of manners.values()) manner.fails = false;
    step(150);
    expect(states()).toEqual(['open', 'half-open', 'closed']);
  });
});

describe('calls that begin while nobody may be called', () => {
  it('are different operations, and each runs once', () => {
    const { sim, at, runs } = world('1', 2);
    const setStatus = (status: 'ready' | 'unready'): void => {
      at('b').engine.setStatus(SERVICE, status);
      const isReady = () => at('a').engine.providers.candidates(SERVICE, sim.nowMs).length > 0;
      sim.until(() => isReady() === (status === 'ready'), 10_000);
    };
    setStatus('unready');
    at('a').call('n1', { attemptsMax: 10 });
    at('a').call('n2', { attemptsMax: 10 });
    setStatus('ready');
    sim.run(5_000);
    expect(codes(at('a'))).toEqual({ ok: 2 });
    expect(Object.fromEntries(runs)).toEqual({ n1: 1, n2: 1 });
  });
});

describe('a hedged call', () => {
  it('takes the first answer, and cancels the other', () => {
    const { sim, at, manners, runs } = world('1', 3);
    const [slow] = manners.values();
    if (slow === undefined) throw new Error('two provide');
    slow.delayMs = 2_000;
    for (let step = 0; step < 4; step++) {
      at('a').call(`x${step}`, { idempotent: true, hedgeAfterMs: 50, strategy: 'round-robin' });
      sim.run(200);
    }
    sim.run(3_000);
    expect(codes(at('a'))).toEqual({ ok: 4 });
    const { hedged } = at('a').engine.counters;
    expect(hedged).toBeGreaterThan(0);
    expect([...runs.values()].reduce((sum, count) => sum + count)).toBe(4 + hedged);
    for (const node of sim.live) expectNothingLeft(at(node));
  });
});

describe('announcements', () => {
  it('of a dead provider end with their lease, at everybody, and do not come back', () => {
    const { sim, at } = world('1');
    const b = sim.node('b').id;
    sim.kill('b');
    sim.run(30_000);
    for (const node of sim.live) expect(at(node).engine.registry.get(b)).toBeUndefined();
    sim.run(10_000);
    for (const node of sim.live) expect(at(node).engine.registry.get(b)).toBeUndefined();
  });

  it('reach a peer that comes late, and are renewed', () => {
    const { sim, at } = world('1');
    sim.cut(['a'], ['b', 'c', 'd'], { mode: 'lose' });
    sim.run(40_000);
    sim.heal();
    sim.until(() => at('a').engine.providers.candidates(SERVICE, 0).length === 3, 60_000);
    sim.run(60_000);
    expect(at('a').engine.providers.candidates(SERVICE, 0)).toHaveLength(3);
  });

  it('of a peer are not believed from another, and cost it its link', () => {
    const { sim, at } = world('1', 3);
    const stolen = at('b').engine.registry.get(sim.node('b').id);
    expect(stolen).toBeDefined();
    const [delta] = at('b').engine.registry.missing(Uint8Array.of(0));
    if (delta === undefined) throw new Error('nothing is announced');
    const damaged = Uint8Array.from(delta);
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    expect(() => at('c').engine.registry.merge(damaged)).toThrow(
      expect.objectContaining({ code: 'forged' }),
    );
  });
});
