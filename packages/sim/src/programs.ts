import {
  type Command,
  type Effect,
  HearsayError,
  type Now,
  type PeerEvent,
  type PeerId,
  type Port,
  PortNotary,
  type Random,
  type Signer,
} from '@hearsay/core';
import { Alarm } from './alarm.js';
import type { CreateProgram, Program, ProgramHost } from './program.js';
import type { Timeline } from './timeline.js';

/** What programs need of the run they live in. */
export interface ProgramsOptions {
  readonly peer: PeerId;
  readonly generation: number;
  readonly network: string;
  readonly signer: Signer;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly timerSlopUs: number;
  readonly diskOf: (port: Port) => Map<string, Uint8Array>;
  readonly now: () => Now;
  readonly toUs: (monotonicMs: number) => number;
  /** False when the process is gone: nothing that a program asks for happens any more. */
  readonly isRunning: () => boolean;
  /** Runs what a timer rang for in a turn of the process, unless that stands still. */
  readonly turn: (work: () => void) => void;
  readonly command: (command: Command) => readonly Effect[];
}

/** More wakes than this in one millisecond: a program wakes itself for ever. */
const WAKES_PER_MS_MAX = 1_000;

interface Entry {
  readonly program: Program;
  readonly alarm: Alarm;
}

/** The programs behind the ports of one run. */
export class Programs {
  readonly #options: ProgramsOptions;
  readonly #entries = new Map<Port, Entry>();

  constructor(options: ProgramsOptions) {
    this.#options = options;
  }

  /** Makes a program and opens its port. */
  open<Made extends Program>(port: Port, create: CreateProgram<Made>): Made {
    const { timeline, random, timerSlopUs, turn, command } = this.#options;
    const own = random.split(`port/${port}`);
    const alarm = new Alarm(timeline, own.split('timer'), timerSlopUs, () => {
      turn(() => this.#wake(port));
    });
    const program = create(this.#hostOf(port, own.split('program'), alarm));
    this.#entries.set(port, { program, alarm });
    const { replica } = program;
    command({ kind: 'attach', port, ...(replica === undefined ? {} : { replica }) });
    return program;
  }

  received(port: Port, from: PeerId, bytes: Uint8Array): void {
    try {
      this.#entries.get(port)?.program.received(from, bytes);
    } catch (error) {
      if (!(error instanceof HearsayError)) throw error;
      const { code, message: detail } = error;
      if (code !== 'malformed' && code !== 'forged') throw error;
      this.#options.command({ kind: 'reject', peer: from, code, detail });
    }
  }

  repaired(port: Port, from: PeerId, added: number): void {
    this.#entries.get(port)?.program.repaired?.(from, added);
  }

  happened(event: PeerEvent): void {
    for (const { program } of this.#entries.values()) program.happened?.(event);
  }

  /** The process runs again: timers that should have fired do now. */
  wakeDue(): void {
    for (const [port, { alarm }] of this.#entries) if (alarm.isDue) this.#wake(port);
  }

  #wake(port: Port): void {
    const entry = this.#entries.get(port);
    if (entry === undefined) return;
    if (entry.alarm.take() > WAKES_PER_MS_MAX) {
      throw new Error(`the program on port ${port} wakes itself without end`);
    }
    entry.program.wake?.();
  }

  #hostOf(port: Port, random: Random, alarm: Alarm): ProgramHost {
    const { peer, generation, network, signer, now, toUs, diskOf, isRunning, command } =
      this.#options;
    const notary = new PortNotary(signer, network, port);
    return {
      peer,
      generation,
      port,
      random,
      disk: diskOf(port),
      now,
      post: (bytes, { to, priority = 'bulk' } = {}) => {
        if (!isRunning()) return 0;
        const one = to === undefined ? {} : { to };
        const effects = command({ kind: 'post', port, bytes, priority, ...one });
        return effects.find((effect) => effect.kind === 'posted')?.links ?? 0;
      },
      wakeAt: (monotonicMs) => {
        if (isRunning()) alarm.set(toUs(monotonicMs));
      },
      sign: (bytes) => notary.sign(bytes),
      verify: (by, bytes, signature) => notary.verify(by, bytes, signature),
    };
  }
}
