import {
  type Address,
  type Effect,
  type Engine,
  HearsayError,
  type Input,
  InvariantError,
  type LinkId,
  type Message,
  type Now,
  type PeerEvent,
  type PeerId,
  type Port,
  type Priority,
} from '@hearsay/core';
import { TIMER_MS_MAX } from '../timers.js';

/** So much that is in a hurry leaves together, and not all that a turn brings: the other side begins meanwhile. */
const HURRIED_MAX = 8;
/** What follows it runs when those who run now, and those who wait for them, have had their say. */
const SETTLED = Promise.resolve();

/** Carries out what the engine asks for. */
export interface EffectSink {
  /** Before the effects of a step: what they tell of must be kept by then. */
  persist(): void;
  send(link: LinkId, bytes: Uint8Array, priority: Priority): void;
  dial(address: Address): void;
  close(link: LinkId, code: number, reason: string): void;
  deliver(messages: readonly Message[], own: boolean): void;
  post(port: Port, from: PeerId, bytes: Uint8Array): void;
  repaired(port: Port, from: PeerId, added: number): void;
  event(event: PeerEvent): void;
  /** After each step; whoever waits for what it changed asks for the end of the turn. */
  stepped(): void;
  /** The timer of a wish to be woken fired, this much after the time that was wished. */
  timerFired(lateMs: number): void;
  /** Hands what is queued to the sockets, in the middle of a turn. */
  flush(): void;
  /** Once at the end of each turn of the event loop for which it was asked. */
  endTurn(): void;
  /** The engine broke a promise; it is never called again. */
  failed(error: unknown): void;
}

/** What drives an engine. */
export interface EngineHostOptions {
  readonly engine: Engine;
  readonly sink: EffectSink;
  readonly readNow: () => Now;
}

/**
 * Feeds one engine and carries out its effects, strictly in order.
 *
 * A listener may call back into the peer while effects are being carried out. The engine answers
 * at once, but the new effects wait behind the older ones: order between two steps is kept.
 *
 * The end of a turn is one `setImmediate`, which runs after all sockets that had something were
 * read: a wake that is due, then whatever was queued, so that all of a turn leaves together.
 */
export class EngineHost {
  readonly #engine: Engine;
  readonly #sink: EffectSink;
  readonly #readNow: () => Now;
  /** Of steps that were asked for while others were being carried out. */
  #later: (readonly Effect[])[] = [];
  #running = false;
  /** The engine is at work: a replica that calls back now would change what it is reading. */
  #handling = false;
  #stopped = false;
  #turnEnd: NodeJS.Immediate | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  /** What was in a hurry since the last flush for such. */
  #hurried = 0;

  constructor({ engine, sink, readNow }: EngineHostOptions) {
    this.#engine = engine;
    this.#sink = sink;
    this.#readNow = readNow;
  }

  /** True while effects are being carried out: whoever asks then was called by one. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * Hands in one input.
   * @returns its effects, already carried out unless this was called from within one
   * @throws HearsayError for a refused command; nothing has changed then
   */
  step(input: Input): readonly Effect[] {
    if (this.#stopped) return [];
    if (this.#handling) throw new InvariantError('a replica called its peer: wait for repaired()');
    let effects: readonly Effect[];
    try {
      effects = this.#handle(input);
      this.#sink.persist();
    } catch (error) {
      if (input.kind === 'command' && error instanceof HearsayError) throw error;
      this.#fail(error);
      return [];
    }
    if (this.#running) {
      this.#later.push(effects);
      return effects;
    }
    this.#run(effects);
    if (!this.#stopped) this.#sink.stepped();
    return effects;
  }

  /** What was just queued leaves with what is in a hurry if something is, else at the end of the turn. */
  requestFlush(): void {
    if (this.#hurried === 0) this.requestTurnEnd();
  }

  /** Makes sure that `endTurn` comes after the sockets that have something now. */
  requestTurnEnd(): void {
    if (this.#stopped) return;
    this.#turnEnd ??= setImmediate(() => this.#endTurn());
  }

  /** What is sent next waits for what is said in the same breath, and not for the end of the turn. */
  hurry(): void {
    if (this.#hurried === 0) void SETTLED.then(this.#flush);
    else if (this.#hurried % HURRIED_MAX === 0) this.#sink.flush();
    this.#hurried += 1;
  }

  readonly #flush = (): void => {
    this.#hurried = 0;
    if (this.#stopped) return;
    try {
      this.#sink.flush();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Never calls the engine again. Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#later = [];
    clearTimeout(this.#timer);
    clearImmediate(this.#turnEnd);
  }

  #handle(input: Input): readonly Effect[] {
    this.#handling = true;
    try {
      return this.#engine.handle(input, this.#readNow());
    } finally {
      this.#handling = false;
    }
  }

  #run(effects: readonly Effect[]): void {
    const wishedMs = this.#wakeAtMs;
    this.#running = true;
    try {
      this.#carryOutAll(effects);
      // The list grows while it is read when a listener calls back.
      for (const more of this.#later) this.#carryOutAll(more);
    } catch (error) {
      this.#fail(error);
    } finally {
      if (this.#later.length > 0) this.#later = [];
      this.#running = false;
    }
    if (this.#wakeAtMs !== wishedMs) this.#armTimer();
  }

  #carryOutAll(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.#stopped) return;
      this.#carryOut(effect);
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        this.#sink.send(effect.link, effect.bytes, effect.priority);
        break;
      case 'dial':
        this.#sink.dial(effect.address);
        break;
      case 'close':
        this.#sink.close(effect.link, effect.code, effect.reason);
        break;
      case 'wake':
        this.#wakeAtMs = effect.atMs;
        break;
      case 'published':
      case 'posted':
        break; // Whoever asked reads it from the returned effects.
      case 'post':
        this.#sink.post(effect.port, effect.from, effect.bytes);
        break;
      case 'repaired':
        this.#sink.repaired(effect.port, effect.from, effect.added);
        break;
      case 'deliver':
        this.#sink.deliver(effect.messages, effect.own);
        break;
      case 'event':
        this.#sink.event(effect.event);
        break;
    }
  }

  #endTurn(): void {
    this.#wakeIfDue(); // What it asks for still belongs to this turn.
    this.#turnEnd = undefined;
    this.#armTimer(); // The next wake may be due again.
    if (this.#stopped) return;
    try {
      this.#sink.endTurn();
    } catch (error) {
      this.#fail(error);
    }
  }

  #wakeIfDue(): void {
    if (this.#stopped || this.#readNow().monotonicMs < this.#wakeAtMs) return;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    this.step({ kind: 'wake' });
  }

  /**
   * One timer serves every wish. A timer that comes too early is left alone and set again when it
   * fires: most steps move the wish back, and resetting a timer each time would cost more.
   */
  #armTimer(): void {
    if (this.#stopped || this.#wakeAtMs === Number.POSITIVE_INFINITY) return;
    const waitMs = this.#wakeAtMs - this.#readNow().monotonicMs;
    if (waitMs <= 0) {
      this.requestTurnEnd();
      return;
    }
    if (this.#timerAtMs <= this.#wakeAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = this.#wakeAtMs;
    this.#timer = setTimeout(
      () => {
        this.#sink.timerFired(this.#readNow().monotonicMs - this.#timerAtMs);
        this.#timerAtMs = Number.POSITIVE_INFINITY;
        this.#wakeIfDue();
        this.#armTimer();
      },
      Math.min(Math.ceil(waitMs), TIMER_MS_MAX),
    );
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#sink.failed(error);
  }
}
