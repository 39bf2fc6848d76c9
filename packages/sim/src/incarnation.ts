import {
  type Address,
  type Command,
  type Effect,
  type Engine,
  HearsayError,
  type Input,
  type LinkId,
  type PeerId,
  type StreamId,
  streamId,
} from '@hearsay/core';
import { Alarm } from './alarm.js';
import type { Station } from './network/station.js';
import { Programs } from './programs.js';
import type { Host, IncarnationOptions, Run } from './run.js';
import { Sends } from './sends.js';
import { type Timeline, US_PER_MS } from './timeline.js';
import { hashText } from './trace.js';

interface Arrived {
  readonly input: Input;
  readonly read: () => void;
}

/** Arrivals taken in one turn of the event loop after a pause. */
const BATCH_INPUTS_MAX = 64;
const NEXT_TURN_US = 50;
const EPHEMERAL_PORT_MIN = 49_152;
const EPHEMERAL_PORTS = 16_384;
/** More wakes than this in one millisecond and nothing else: the engine wakes itself for ever. */
const WAKES_PER_MS_MAX = 1_000;

/** One run of one peer: an engine with the event loop around it. */
export class Incarnation implements Run, Station {
  readonly machine: Host;
  readonly peer: PeerId;
  readonly generation: number;
  readonly stream: StreamId;
  readonly engine: Engine;
  readonly #options: IncarnationOptions;
  readonly #timeline: Timeline;
  readonly #sends: Sends;
  readonly #alarm: Alarm;
  readonly programs: Programs;
  /** Links on which the engine may send. */
  readonly #links = new Set<LinkId>();
  /** Links that the engine closed and whose end it has not been told. */
  readonly #closing = new Set<LinkId>();
  #inbox: Arrived[] = [];
  #draining = false;
  #effects: Effect[] = [];
  #performing = false;
  #frozenAtUs: number | undefined;
  #freezes = 0;
  #lastPauseMs = 0;
  #running = true;
  #left = false;
  #linkCount = 0;
  #portCount = 0;
  #dialsPending = 0;
  #flushScheduled = false;

  constructor(options: IncarnationOptions) {
    this.machine = options.host;
    this.peer = options.peer;
    this.generation = options.generation;
    this.stream = streamId(options.peer, options.generation);
    this.engine = options.engine;
    this.#options = options;
    this.#timeline = options.timeline;
    this.#sends = new Sends(options.messageBytesMax);
    const { timeline, random, timerSlopUs } = options;
    this.#alarm = new Alarm(timeline, random, timerSlopUs, () => this.#rung());
    this.programs = new Programs({
      peer: this.peer,
      generation: this.generation,
      network: options.networkName,
      signer: options.signer,
      timeline,
      random: random.split('programs'),
      timerSlopUs,
      diskOf: (port) => this.machine.diskOf(port),
      now: () => this.machine.clock.read(timeline.nowUs),
      toUs: (monotonicMs) => this.machine.clock.toUs(monotonicMs),
      isRunning: () => this.#running,
      turn: (work) => this.#timerTurn(work),
      command: (command) => this.command(command),
    });
  }

  get host(): string {
    return this.machine.name;
  }

  get powered(): boolean {
    return this.machine.powered;
  }

  get running(): boolean {
    return this.#running;
  }

  get frozen(): boolean {
    return this.#frozenAtUs !== undefined;
  }

  /** Said goodbye; its process ends in a moment. */
  get left(): boolean {
    return this.#left;
  }

  get openLinks(): number {
    return this.#links.size;
  }

  newLink(): LinkId {
    this.#linkCount += 1;
    return this.#linkCount;
  }

  newPort(): Address {
    const port = EPHEMERAL_PORT_MIN + (this.#portCount % EPHEMERAL_PORTS);
    this.#portCount += 1;
    return `${this.machine.ip}:${port}`;
  }

  start(addresses: readonly Address[]): void {
    this.#turn({ kind: 'start', addresses });
    this.#scheduleHealth();
  }

  /** Runs a command at once; what it sends leaves at the end of this instant. */
  command(command: Command): readonly Effect[] {
    const effects = this.#step({ kind: 'command', command });
    if (command.kind === 'leave') this.#left = true;
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      this.#timeline.afterUs(0, () => {
        this.#flushScheduled = false;
        this.#flush();
      });
    }
    return effects;
  }

  receive(input: Input, read: () => void): void {
    if (!this.#running) return;
    if (input.kind === 'dial-failed') this.#dialsPending -= 1;
    if (input.kind === 'link-opened' && input.dialled !== undefined) this.#dialsPending -= 1;
    if (this.frozen || this.#draining) {
      this.#inbox.push({ input, read });
      return;
    }
    read();
    this.#turn(input);
  }

  /** @returns a number for this freeze; a later one replaces it */
  freeze(): number {
    if (this.#running) this.#frozenAtUs ??= this.#timeline.nowUs;
    this.#freezes += 1;
    return this.#freezes;
  }

  /** Whether the freeze of this number is still what holds it. */
  isHeldBy(freeze: number): boolean {
    return this.frozen && this.#freezes === freeze;
  }

  /** Runs again, as an event loop does after SIGCONT: late timers first, then what the kernel kept. */
  resume(): void {
    if (this.#frozenAtUs === undefined || !this.#running) return;
    const pausedMs = Math.floor((this.#timeline.nowUs - this.#frozenAtUs) / US_PER_MS);
    this.#frozenAtUs = undefined;
    this.#lastPauseMs = pausedMs;
    if (this.#alarm.isDue) this.#wake();
    this.programs.wakeDue();
    if (this.#options.healthIntervalMs > 0) this.#sampleHealth();
    this.#flush();
    this.#drain();
  }

  /** The process is gone, with everything that it had not yet sent. */
  end(): void {
    this.#running = false;
    this.#frozenAtUs = undefined;
    this.#inbox = [];
    this.#sends.clear();
    this.#links.clear();
    this.#closing.clear();
  }

  #drain(): void {
    this.#draining = true;
    const batch = this.#inbox.splice(0, BATCH_INPUTS_MAX);
    for (const { input, read } of batch) {
      if (!this.#running) return;
      read();
      if (this.#concerns(input)) this.#step(input);
    }
    this.#flush();
    if (this.#inbox.length === 0) {
      this.#draining = false;
      return;
    }
    this.#timeline.afterUs(NEXT_TURN_US, () => {
      if (this.#running && !this.frozen) this.#drain();
    });
  }

  #turn(input: Input): void {
    if (!this.#concerns(input)) return;
    this.#step(input);
    this.#flush();
  }

  /** A runtime stops reading a link that its engine closed. */
  #concerns(input: Input): boolean {
    switch (input.kind) {
      case 'frames':
      case 'lagged':
        return this.#links.has(input.link);
      case 'link-closed':
        return this.#links.has(input.link) || this.#closing.has(input.link);
      default:
        return true;
    }
  }

  #step(input: Input): readonly Effect[] {
    this.#options.trace.foldInput(this.#timeline.nowUs, this.machine.index, input);
    if (input.kind === 'link-opened') this.#links.add(input.link);
    else if (input.kind === 'link-closed') this.#forgetLink(input.link);
    const effects = this.#handle(input);
    if (input.kind === 'command') this.#notePublication(input.command, effects);
    this.#effects.push(...effects);
    if (!this.#performing) this.#performAll();
    return effects;
  }

  /** In order: what a program asks for from within waits behind what is under way. */
  #performAll(): void {
    this.#performing = true;
    try {
      // The list grows while it is read when a program calls back.
      for (const effect of this.#effects) this.#perform(effect);
    } finally {
      this.#effects = [];
      this.#performing = false;
    }
    this.#options.observer.stepped(this);
  }

  #handle(input: Input): readonly Effect[] {
    try {
      return this.engine.handle(input, this.machine.clock.read(this.#timeline.nowUs));
    } catch (error) {
      if (input.kind === 'command' && error instanceof HearsayError) throw error;
      const words = error instanceof Error ? error.message : String(error);
      return this.#options.report('no-crash', `${this.host} on ${input.kind}: ${words}`, error);
    }
  }

  #notePublication(command: Command, effects: readonly Effect[]): void {
    if (command.kind !== 'publish') return;
    const { topic, payload } = command;
    for (const effect of effects) {
      if (effect.kind !== 'published') continue;
      this.#options.observer.published(this, effect.id, topic, payload);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        this.#checkLink(effect.link, 'sends on');
        this.#checkSize(effect.bytes.length);
        this.#sends.push(effect.link, effect.bytes, effect.priority);
        return;
      case 'dial':
        this.#dial(effect.address);
        return;
      case 'close':
        this.#close(effect.link, effect.code, effect.reason);
        return;
      case 'wake':
        this.#alarm.set(this.machine.clock.toUs(effect.atMs));
        return;
      case 'deliver':
        this.#options.trace.fold(effect.messages.length);
        this.#options.observer.delivered(this, effect.messages, effect.own);
        return;
      case 'event':
        this.#options.trace.fold(hashText(effect.event.kind));
        this.#options.observer.happened(this, effect.event);
        this.programs.happened(effect.event);
        return;
      case 'post':
        this.programs.received(effect.port, effect.from, effect.bytes);
        return;
      case 'repaired':
        this.programs.repaired(effect.port, effect.from, effect.added);
        return;
      case 'published':
      case 'posted':
        return;
    }
  }

  #dial(address: Address): void {
    this.#dialsPending += 1;
    if (this.#dialsPending > this.#options.dialsPendingMax) {
      this.#options.report('bounded', `${this.host} has ${this.#dialsPending} dials under way`);
    }
    this.#options.network.dial(this, address);
  }

  #close(link: LinkId, code: number, reason: string): void {
    this.#checkLink(link, 'closes');
    const end = this.#options.network.end(this, link);
    if (end !== undefined) {
      this.#sends.flush(link, end);
      end.close({ code, reason });
    }
    this.#links.delete(link);
    this.#closing.add(link);
  }

  #forgetLink(link: LinkId): void {
    this.#links.delete(link);
    this.#closing.delete(link);
    const end = this.#options.network.end(this, link);
    if (end !== undefined) this.#options.network.forget(end);
  }

  #checkLink(link: LinkId, does: string): void {
    if (this.#links.has(link)) return;
    this.#options.report('host-contract', `${this.host} ${does} link ${link}, which is closed`);
  }

  #checkSize(bytes: number): void {
    if (bytes <= this.#options.transportBytesMax) return;
    this.#options.report('bounded', `${this.host} sends ${bytes} bytes at once`);
  }

  #flush(): void {
    if (!this.#running || this.#sends.isEmpty) return;
    for (const link of this.#sends.links()) {
      const end = this.#options.network.end(this, link);
      if (end !== undefined) this.#sends.flush(link, end);
    }
    this.#sends.clear();
  }

  #rung(): void {
    this.#timerTurn(() => this.#wake());
  }

  #timerTurn(work: () => void): void {
    if (!this.#running || this.frozen) return;
    work();
    this.#flush();
  }

  #wake(): void {
    if (this.#alarm.take() > WAKES_PER_MS_MAX) {
      this.#options.report('host-contract', `${this.host} wakes itself without end`);
    }
    this.#step({ kind: 'wake' });
    if (!this.#alarm.isSet && !this.#left) {
      this.#options.report(
        'host-contract',
        `${this.host} named no time to wake: it sleeps for ever`,
      );
    }
  }

  #scheduleHealth(): void {
    const { healthIntervalMs } = this.#options;
    if (healthIntervalMs <= 0) return;
    this.#timeline.afterMs(healthIntervalMs, () => {
      if (!this.#running) return;
      if (!this.frozen) {
        this.#sampleHealth();
        this.#flush();
      }
      this.#scheduleHealth();
    });
  }

  #sampleHealth(): void {
    const loopDelayMs = this.#lastPauseMs;
    this.#lastPauseMs = 0;
    this.#step({ kind: 'health', loopDelayMs });
  }
}
