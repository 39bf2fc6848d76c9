import type { Effect, Engine, Input } from '@hearsay/core';
import { HearsayError } from '@hearsay/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EffectSink, EngineHost } from '../src/host/engine-host.js';

type Handler = (input: Input) => readonly Effect[];

/** A host around an engine that answers as the test says. */
function makeHost(
  handle: Handler,
  onEffect: (name: string) => void = () => undefined,
  readMonotonicMs: () => number = () => performance.now(),
) {
  const done: string[] = [];
  const inputs: Input['kind'][] = [];
  const lates: number[] = [];
  const note = (name: string) => {
    done.push(name);
    onEffect(name);
  };
  const sink: EffectSink = {
    persist: () => undefined,
    send: (link) => note(`send ${link}`),
    dial: (address) => note(`dial ${address}`),
    close: (link) => note(`close ${link}`),
    deliver: () => note('deliver'),
    post: (port, _from, bytes) => note(`post ${port} ${bytes.length}`),
    repaired: (port) => note(`repaired ${port}`),
    event: ({ kind }) => note(`event ${kind}`),
    stepped: () => undefined,
    timerFired: (lateMs) => lates.push(Math.round(lateMs)),
    flush: () => note('flush'),
    endTurn: () => done.push('end of turn'),
    failed: (error) => done.push(`failed: ${String(error)}`),
  };
  const unused = () => {
    throw new Error('not used here');
  };
  const engine: Engine = {
    handle: (input) => {
      inputs.push(input.kind);
      return handle(input);
    },
    status: unused,
    member: unused,
    edges: unused,
    holdings: () => undefined,
    receipt: unused,
    history: unused,
    counters: unused,
  };
  const readNow = () => ({ monotonicMs: readMonotonicMs(), wallMs: Date.now() });
  return { host: new EngineHost({ engine, sink, readNow }), done, inputs, lates };
}

const START: Input = { kind: 'start', addresses: [] };
const HEALTH: Input = { kind: 'health', loopDelayMs: 0 };
const dial = (address: string): Effect => ({ kind: 'dial', address });
const wake = (inMs: number): Effect => ({ kind: 'wake', atMs: performance.now() + inMs });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the host of an engine', () => {
  it('carries out effects in order, and ends the turn once', () => {
    const { host, done } = makeHost(() => [dial('a'), dial('b')]);
    host.step(START);
    host.step(HEALTH);
    expect(done).toEqual(['dial a', 'dial b', 'dial a', 'dial b']);
    for (let count = 0; count < 3; count++) host.requestTurnEnd();
    vi.runAllTimers();
    expect(done.slice(4)).toEqual(['end of turn']);
  });

  it('puts effects of a step from within behind those under way', () => {
    const { host, done } = makeHost(
      ({ kind }) => (kind === 'start' ? [dial('a'), dial('b')] : [dial('nested')]),
      (name) => {
        if (name === 'dial a') host.step(HEALTH);
      },
    );
    host.step(START);
    expect(done).toEqual(['dial a', 'dial b', 'dial nested']);
  });

  it('keeps the newest wish to be woken, whatever the order of effects from within', () => {
    const { host, inputs } = makeHost(
      ({ kind }) => {
        if (kind === 'start') return [dial('a'), wake(500)];
        return kind === 'health' ? [wake(100)] : [];
      },
      () => host.step(HEALTH),
    );
    host.step(START);
    vi.advanceTimersByTime(100);
    expect(inputs).toEqual(['start', 'health', 'wake']);
  });

  it('wakes at the end of the turn when the wish is due', () => {
    const { host, inputs, done } = makeHost(({ kind }) =>
      kind === 'start' ? [wake(0)] : [dial('flushed')],
    );
    host.step(START);
    expect(inputs).toEqual(['start']);
    vi.advanceTimersToNextTimer();
    expect(inputs).toEqual(['start', 'wake']);
    expect(done).toEqual(['dial flushed', 'end of turn']);
  });

  it('wakes again when the next wish is due at once', () => {
    let wakes = 0;
    const { host } = makeHost(({ kind }) => {
      if (kind === 'wake') wakes += 1;
      return wakes < 3 ? [wake(0)] : [];
    });
    host.step(START);
    vi.runAllTimers();
    expect(wakes).toBe(3);
  });

  it('moves the timer back and forth', () => {
    const wishes = [300, 100, 400];
    const { host, inputs } = makeHost(({ kind }) => {
      const inMs = kind === 'wake' ? undefined : wishes.shift();
      return inMs === undefined ? [] : [wake(inMs)];
    });
    for (let count = 0; count < 3; count++) host.step(HEALTH);
    vi.advanceTimersByTime(399);
    expect(inputs).not.toContain('wake');
    vi.advanceTimersByTime(2);
    expect(inputs.filter((kind) => kind === 'wake')).toHaveLength(1);
  });

  it('sends what hurries before the turn ends, once for all that is said in one breath', async () => {
    const { host, done } = makeHost(() => []);
    host.requestTurnEnd();
    const others = Promise.resolve().then(() => host.hurry());
    host.hurry();
    host.hurry();
    expect(done).toEqual([]);
    await others;
    await Promise.resolve();
    expect(done).toEqual(['flush']);
    vi.runAllTimers();
    expect(done).toEqual(['flush', 'end of turn']);
  });

  it('does not wait with much that hurries, and sends nothing once it is stopped', async () => {
    const { host, done } = makeHost(() => []);
    for (let count = 0; count < 17; count++) host.hurry();
    expect(done).toEqual(['flush', 'flush']);
    host.stop();
    await Promise.resolve();
    expect(done).toEqual(['flush', 'flush']);
  });

  it('needs no end of the turn for what leaves with what hurries, and one for the rest', async () => {
    const { host, done } = makeHost(() => []);
    host.hurry();
    host.requestFlush();
    await Promise.resolve();
    vi.runAllTimers();
    expect(done).toEqual(['flush']);
    host.requestFlush();
    vi.runAllTimers();
    expect(done).toEqual(['flush', 'end of turn']);
  });

  it('stops when a flush breaks', async () => {
    const { host, done } = makeHost(
      () => [],
      (name) => {
        if (name === 'flush') throw new Error('no socket');
      },
    );
    host.hurry();
    await Promise.resolve();
    await Promise.resolve();
    expect(done).toEqual(['flush', 'failed: Error: no socket']);
  });

  it('tells how late its timers fire', () => {
    let lateMs = 0;
    const { host, lates } = makeHost(
      ({ kind }) => (kind === 'wake' ? [] : [wake(100)]),
      () => undefined,
      () => performance.now() + lateMs,
    );
    host.step(HEALTH);
    lateMs = 70;
    vi.advanceTimersByTime(100);
    expect(lates).toEqual([70]);
  });

  it('stands a wish beyond what a timer can hold', () => {
    const { host, inputs } = makeHost(() => [wake(2 ** 40)]);
    host.step(START);
    vi.advanceTimersByTime(10_000);
    expect(inputs).toEqual(['start']);
  });

  it('hands a refused command to its caller and goes on', () => {
    const { host, done } = makeHost(({ kind }) => {
      if (kind === 'command') throw new HearsayError('topic-empty', 'no topic');
      return [dial('on')];
    });
    const publish: Input = {
      kind: 'command',
      command: { kind: 'publish', topic: '', payload: new Uint8Array() },
    };
    expect(() => host.step(publish)).toThrow('no topic');
    host.step(HEALTH);
    expect(done).toEqual(['dial on']);
  });

  it('stops for good when the engine breaks, and says so once', () => {
    const { host, done, inputs } = makeHost(() => {
      throw new Error('broken');
    });
    host.step({ kind: 'frames', link: 1, bytes: new Uint8Array() });
    host.step(HEALTH);
    vi.runAllTimers();
    expect(done).toEqual(['failed: Error: broken']);
    expect(inputs).toHaveLength(1);
  });

  it('stops when a replica calls back while the engine reads it', () => {
    const { host, done } = makeHost(() => {
      host.step(HEALTH);
      return [];
    });
    host.step(START);
    expect(done).toEqual([expect.stringMatching(/^failed: .*a replica called its peer/)]);
  });

  it('stops when carrying out an effect breaks', () => {
    const { host, done } = makeHost(
      () => [dial('a'), dial('b')],
      () => {
        throw new Error('sink');
      },
    );
    host.step(START);
    expect(done).toEqual(['dial a', 'failed: Error: sink']);
  });

  it('carries out nothing more once stopped from within', () => {
    const { host, done } = makeHost(
      () => [dial('a'), dial('b')],
      () => host.stop(),
    );
    host.step(START);
    vi.runAllTimers();
    expect(done).toEqual(['dial a']);
  });
});
