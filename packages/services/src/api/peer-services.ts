import type { PeerId, Random } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { ServicesEngine } from '../engine.js';
import type { EngineEvent } from '../engine-settings.js';
import { ServiceError } from '../errors.js';
import { CallRunner } from './call-runner.js';
import type { Contract, Target } from './contract.js';
import { type DefinitionParts, readDefinition } from './definition.js';
import { ItemQueue } from './item-queue.js';
import { RunContext } from './run-context.js';
import { type AnyHandler, type HandlerRun, runHandler } from './run-handler.js';
import type { InputOf, Schema } from './schema.js';
import type {
  BreakerView,
  CallFunction,
  CallOptions,
  Definition,
  DefinitionOptions,
  Handler,
  ProviderView,
  RegistryEvent,
  Services,
  ServicesEvents,
  StreamFunction,
  StreamHandler,
  StreamOptions,
} from './types.js';
import { breakerViews, providerView, providerViews, type ViewContext } from './views.js';

export interface PeerServicesOptions {
  readonly engine: ServicesEngine;
  readonly random: Random;
  readonly readMs: () => number;
  readonly self: PeerId;
  readonly strategy: Strategy;
  readonly nickOf: (peer: PeerId) => string | undefined;
  /** Run at the end. */
  readonly stops: (() => void)[];
}

type Listener = (event: never) => void;

/** Milliseconds between two looks at whether services are ready. */
const READY_MS = 1_000;

/** The services of one peer, as an application uses them. */
export class PeerServices implements Services {
  readonly call: CallFunction;
  readonly stream: StreamFunction;
  readonly #options: PeerServicesOptions;
  readonly #runner: CallRunner;
  readonly #views: ViewContext;
  readonly #listeners = new Map<keyof ServicesEvents, Set<Listener>>();
  readonly #defined = new Map<string, DefinitionParts>();
  readonly #idle = new Map<string, () => void>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: PeerServicesOptions) {
    this.#options = options;
    const { engine, random, readMs, strategy, self, nickOf } = options;
    const onEnd = (event: ServicesEvents['called']): void => this.#emit('called', event);
    const hasListeners = (): boolean => this.#hasListeners('called');
    this.#runner = new CallRunner({ engine, random, strategy, readMs, hasListeners, onEnd });
    this.#views = { engine, self, readMs, nickOf, readWallMs: () => Date.now() };
    const runner = this.#runner;
    // Typed by the contract they are given; inside, all contracts are alike.
    this.call = ((target: Target, input: unknown, given?: CallOptions) =>
      runner.call(target, input, given)) as CallFunction;
    this.stream = ((target: Target, input: unknown, given?: StreamOptions) =>
      runner.stream(target, input, given)) as StreamFunction;
    this.#timer = setInterval(() => this.#lookAtReadiness(), READY_MS);
    this.#timer.unref();
  }

  define<I extends Schema, O extends Schema>(
    target: Contract<I, O> | string,
    ...rest: readonly unknown[]
  ): Definition<I, O> {
    if (typeof target !== 'string') {
      const [handler, options] = rest as [Handler<I, InputOf<O>>, DefinitionOptions?];
      return this.#define(target, handler, false, options);
    }
    const [input, handler, options] = rest as [I, Handler<I, unknown>, DefinitionOptions?];
    const made: Contract<I, O> = { name: target, input, output: undefined, idempotent: false };
    return this.#define(made, handler, false, options);
  }

  defineStream<I extends Schema, O extends Schema>(
    contract: Contract<I, O>,
    handler: StreamHandler<I, InputOf<O>>,
    options?: DefinitionOptions,
  ): Definition<I, O> {
    return this.#define(contract, handler, true, options);
  }

  providers(service?: string): readonly ProviderView[] {
    return providerViews(this.#views, service);
  }

  breakers(): readonly BreakerView[] {
    return breakerViews(this.#views);
  }

  async *watch({
    signal,
  }: {
    readonly signal?: AbortSignal;
  } = {}): AsyncGenerator<RegistryEvent, void> {
    const queue = new ItemQueue<RegistryEvent>();
    const stop = this.on('registry', (event) => queue.push(event));
    const end = (): void => queue.end();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true || this.#isClosed) end();
    this.#options.stops.push(end);
    try {
      for (const provider of this.providers()) yield { kind: 'added', provider };
      yield* queue.read();
    } finally {
      stop();
      signal?.removeEventListener('abort', end);
      this.#options.stops.splice(this.#options.stops.indexOf(end), 1);
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#options.engine.counters };
  }

  sizes(): Readonly<Record<string, number>> {
    return this.#options.engine.sizes;
  }

  on<Name extends keyof ServicesEvents>(
    name: Name,
    listener: (event: ServicesEvents[Name]) => void,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  available(
    service: string,
    { count = 1, timeoutMs }: { readonly count?: number; readonly timeoutMs: number },
  ): Promise<void> {
    const { engine, readMs } = this.#options;
    const isThere = (): boolean => engine.providers.candidates(service, readMs()).length >= count;
    if (isThere()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const POLL_MS = 20; // Links come without an event of the registry.
      const poll = setInterval(() => {
        if (isThere()) end(resolve);
      }, POLL_MS);
      const what = `fewer than ${count} of ${service} within ${timeoutMs} ms`;
      const timer = setTimeout(
        () => end(() => reject(new ServiceError('no-provider', what))),
        timeoutMs,
      );
      const end = (settle: () => void): void => {
        clearInterval(poll);
        clearTimeout(timer);
        settle();
      };
    });
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#defined.keys()].map((name) => this.#drain(name)));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#options.engine.close();
    for (const resolve of this.#idle.values()) resolve();
    for (const stop of [...this.#options.stops]) stop();
    this.#defined.clear();
  }

  /** Which definition cannot be called now, and why, or undefined. */
  unready(): string | undefined {
    for (const [name, { ready }] of this.#defined) {
      const reason = ready();
      if (reason !== undefined) return `${name}: ${reason}`;
    }
    return undefined;
  }

  /** The engine tells something. */
  happened(event: EngineEvent): void {
    switch (event.kind) {
      case 'record':
        return this.#recorded(event);
      case 'breaker':
        return this.#emit('breaker', event);
      case 'health':
        return this.#emit('health', event);
      case 'idle':
        this.#idle.get(event.service)?.();
    }
  }

  #define<I extends Schema, O extends Schema>(
    made: Contract<I, O>,
    handler: unknown,
    isStream: boolean,
    options: DefinitionOptions = {},
  ): Definition<I, O> {
    if (this.#isClosed) throw new ServiceError('closed', 'services are closed');
    const { name } = made;
    if (this.#defined.has(name)) throw new ServiceError('name-taken', `${name} is provided here`);
    const parts = readDefinition(name, isStream, options, [...this.#defined.values()]);
    this.#defined.set(name, parts);
    const { engine, readMs } = this.#options;
    const runOptions = {
      contract: made,
      handler: handler as AnyHandler, // Its input was checked by the schema that its type is from.
      isStream,
      readMs,
      contextOf: (run: HandlerRun) => new RunContext(run, this.#runner, readMs),
      hasListeners: () => this.#hasListeners('served'),
      onEnd: (event: ServicesEvents['served']) => this.#emit('served', event),
    };
    const { concurrency, queuePerCaller } = parts;
    engine.serve(parts.entry, {
      name,
      stream: isStream,
      concurrency,
      queuePerCaller,
      begin: (run) => runHandler(run, runOptions),
    });
    return { ...made, drain: () => this.#drain(name), close: () => this.#withdraw(name, parts) };
  }

  async #drain(name: string): Promise<void> {
    const parts = this.#defined.get(name);
    if (parts === undefined) return;
    await new Promise<void>((resolve) => {
      this.#idle.set(name, resolve);
      this.#options.engine.drain(name);
    });
    this.#idle.delete(name);
    this.#withdraw(name, parts);
  }

  #withdraw(name: string, parts: DefinitionParts): void {
    if (this.#defined.get(name) !== parts) return;
    this.#defined.delete(name);
    this.#options.engine.withdraw(name);
  }

  #lookAtReadiness(): void {
    for (const [name, { ready }] of this.#defined) {
      this.#options.engine.setStatus(name, ready() === undefined ? 'ready' : 'unready');
    }
  }

  #recorded({ record, was }: Extract<EngineEvent, { kind: 'record' }>): void {
    const before = new Map(was?.services.map((entry) => [entry.name, entry]));
    for (const entry of record?.services ?? []) {
      const known = before.get(entry.name);
      before.delete(entry.name);
      if (record === undefined) continue;
      const isSame = JSON.stringify(known) === JSON.stringify(entry);
      if (isSame && was?.generation === record.generation) continue;
      const kind = known === undefined ? 'added' : 'changed';
      this.#emit('registry', { kind, provider: providerView(this.#views, record, entry) });
    }
    if (was === undefined) return;
    for (const entry of before.values()) {
      const provider = providerView(this.#views, was, entry);
      this.#emit('registry', { kind: 'removed', provider });
    }
  }

  #hasListeners(name: keyof ServicesEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  #emit<Name extends keyof ServicesEvents>(name: Name, event: ServicesEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event as never); // `on` typed it.
  }
}
