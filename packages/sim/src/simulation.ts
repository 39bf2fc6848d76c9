import {
  type Address,
  type MemberState,
  type Port,
  type Random,
  seededRandom,
} from '@hearsay/core';
import { differences } from './convergence.js';
import { Coverage } from './coverage.js';
import { type AddOptions, type BootOptions, Hosts } from './hosts.js';
import { Network } from './network/network.js';
import { type CutMode, Routes } from './network/route.js';
import { type MessageFaults, NO_FAULTS } from './network/settings.js';
import type { SimNode } from './node.js';
import { type Settings, type SimulationOptions, settle } from './options.js';
import { Judge } from './oracle/judge.js';
import type { CreateProgram, Program } from './program.js';
import { Timeline, US_PER_MS } from './timeline.js';
import { Trace } from './trace.js';
import { type Report, ViolationError } from './violation.js';

/** How new nodes learn of others: they dial the first one, the one before, all, or nobody. */
export type Seeding = 'first' | 'previous' | 'all' | 'none';

export interface StartOptions {
  /** Default `first`. */
  readonly seeds?: Seeding;
  /** Virtual time that passes between two starts. Default 0: all at one instant. */
  readonly staggerMs?: number;
}

export interface CutOptions {
  /** Whether bytes come after the heal or never. Default `hold`, as a transport that sends again. */
  readonly mode?: CutMode;
  /** Only what the first group sends to the second is cut. Default false: both ways. */
  readonly oneWay?: boolean;
}

/** A node, or its name. */
export type NodeRef = string | SimNode;

/** Who was refused for its clock is dialled again only after half a minute. */
const CLOCK_TROUBLE_MS = 60_000;
/** Between an engine's goodbye and the end of its process. */
const EXIT_MS = 5;

/** Makes a simulation in which nothing has happened yet. */
export function createSimulation(options: SimulationOptions): Simulation {
  return new Simulation(options);
}

/** A network of peers in virtual time. Two simulations of one seed do exactly the same. */
export class Simulation {
  readonly settings: Settings;
  readonly network: Network;
  readonly judge: Judge;
  readonly timeline: Timeline;
  readonly #coverage = new Coverage();
  readonly #trace = new Trace();
  readonly #random: Random;
  readonly #hosts: Hosts;
  readonly #report: Report;

  constructor(options: SimulationOptions) {
    const settings = settle(options);
    this.settings = settings;
    this.#random = seededRandom(settings.seed);
    this.timeline = new Timeline(this.#random.split('ties'));
    this.#report = (rule, detail, cause) => {
      throw new ViolationError(rule, detail, this.nowMs, settings.replay, { cause });
    };
    this.#hosts = new Hosts({
      settings,
      timeline: this.timeline,
      trace: this.#trace,
      random: this.#random,
      coverage: this.#coverage,
      report: this.#report,
      network: () => this.network,
      judge: () => this.judge,
    });
    const [weather, faults] = [this.#random.split('network'), this.#random.split('faults')];
    const routes = new Routes(settings.network, weather, faults);
    this.network = new Network(this.timeline, routes, settings.network, this.#hosts);
    this.judge = new Judge({
      settings,
      report: this.#report,
      timeline: this.timeline,
      coverage: this.#coverage,
      runOf: (peer) => this.#hosts.newestRunOf(peer),
      nodeOf: (run) => this.#hosts.nodeOf(run),
      isHostile: (peer) => this.#hosts.isHostile(peer),
      isCut: (one, other) => this.network.isCut(one, other) || this.network.isCut(other, one),
    });
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  get nodes(): readonly SimNode[] {
    return this.#hosts.nodes;
  }

  /** Running and not frozen. */
  get live(): readonly SimNode[] {
    return this.nodes.filter((node) => node.state === 'running');
  }

  node(ref: NodeRef): SimNode {
    return typeof ref === 'string' ? this.#hosts.find(ref) : ref;
  }

  /** A stream of chance for a script, apart from all others. */
  random(label: string): Random {
    return this.#random.split(`script/${label}`);
  }

  // Processes.

  /** Adds a machine; nothing runs on it yet. */
  add(options: AddOptions = {}): SimNode {
    return this.#hosts.add(options);
  }

  /** Adds that many nodes and starts them. */
  start(count: number, options: StartOptions = {}): SimNode[] {
    const { seeds = 'first', staggerMs = 0 } = options;
    const added = Array.from({ length: count }, () => this.add());
    for (const [place, node] of added.entries()) {
      node.seeds.push(...seedsOf(node, this.nodes, seeds));
      if (place > 0) this.run(staggerMs);
      this.boot(node);
    }
    return added;
  }

  /** Starts a process where none runs, with an empty memory, under the next generation. */
  boot(ref: NodeRef, options: BootOptions = {}): SimNode {
    const node = this.node(ref);
    this.#hosts.boot(node, options);
    return node;
  }

  /**
   * Puts a program behind a port of these nodes: into what runs now, and into whatever starts later.
   * @returns finds the program of the newest process of a node; undefined before its first
   */
  install<Made extends Program>(
    refs: readonly NodeRef[],
    port: Port,
    create: CreateProgram<Made>,
  ): (ref: NodeRef) => Made | undefined {
    const made = new Map<SimNode, Made>();
    for (const ref of refs) {
      const node = this.node(ref);
      const createHere: CreateProgram = (host) => {
        const program = create(host);
        made.set(node, program);
        return program;
      };
      node.programs.set(port, createHere);
      node.run?.programs.open(port, createHere);
    }
    return (ref) => made.get(this.node(ref));
  }

  /** SIGKILL: others see their connections break; dials are refused. */
  kill(...refs: NodeRef[]): void {
    for (const ref of refs) this.#hosts.end(this.node(ref), 'killed', 'reset');
  }

  /** The machine goes silent: nothing breaks, nothing answers. */
  powerOff(...refs: NodeRef[]): void {
    for (const ref of refs) {
      const node = this.node(ref);
      node.powered = false;
      this.#hosts.end(node, 'killed', 'vanish');
    }
  }

  /** A clean goodbye; the process ends a moment later. */
  leave(ref: NodeRef): void {
    const node = this.node(ref);
    const { run } = node;
    if (run === undefined || run.left) return;
    run.command({ kind: 'leave' });
    this.timeline.afterMs(EXIT_MS, () => {
      if (node.run === run) this.#hosts.end(node, 'left', 'reset');
    });
  }

  /** SIGSTOP. */
  freeze(...refs: NodeRef[]): void {
    for (const ref of refs) {
      const { run } = this.node(ref);
      run?.freeze();
    }
  }

  /** SIGCONT. */
  resume(...refs: NodeRef[]): void {
    for (const ref of refs) {
      const { run } = this.node(ref);
      if (run === undefined || !run.frozen) continue;
      this.judge.membership.troubled(run, this.timeline.nowUs);
      run.resume();
    }
  }

  /** The event loop is blocked this long, unless a freeze comes on top. */
  stall(ref: NodeRef, ms: number): void {
    const { run } = this.node(ref);
    if (run === undefined || run.frozen) return;
    const freeze = run.freeze();
    this.timeline.afterMs(ms, () => {
      if (run.isHeldBy(freeze)) this.resume(ref);
    });
  }

  // The network between them.

  /** Lets nothing through between two groups; nobody is told, links stay open. */
  cut(from: readonly NodeRef[], to: readonly NodeRef[], options: CutOptions = {}): void {
    const { mode = 'hold', oneWay = false } = options;
    for (const one of from) {
      for (const other of to) {
        const [near, far] = [this.node(one).name, this.node(other).name];
        this.network.cut(near, far, mode);
        if (!oneWay) this.network.cut(far, near, mode);
      }
    }
    this.#networkTroubled();
  }

  /** Cuts one node off from all others. */
  isolate(ref: NodeRef, options: CutOptions = {}): void {
    const node = this.node(ref);
    this.cut(
      [node],
      this.nodes.filter((other) => other !== node),
      options,
    );
  }

  heal(): void {
    this.#networkTroubled();
    this.network.heal();
  }

  /** Ends every cut between two nodes. */
  healBetween(one: NodeRef, other: NodeRef): void {
    const [near, far] = [this.node(one).name, this.node(other).name];
    this.#networkTroubled();
    this.network.healBetween(near, far);
    this.network.healBetween(far, near);
  }

  /** Breaks the connections between two nodes, once. */
  snap(one: NodeRef, other: NodeRef): void {
    const [near, far] = [this.node(one).run, this.node(other).run];
    if (near !== undefined && far !== undefined) this.network.snap(near, far);
  }

  /** Loses, doubles and delays single transport messages from now on. */
  setFaults(faults: Partial<MessageFaults>): void {
    const before = this.settings.network.faults;
    this.settings.network.faults = { ...NO_FAULTS, ...faults };
    if (before !== NO_FAULTS || faults !== NO_FAULTS) this.#networkTroubled();
  }

  /** Puts a wall clock this far from the truth, in a jump. */
  setClock(ref: NodeRef, errorMs: number): void {
    this.node(ref).clock.setErrorMs(this.timeline.nowUs, errorMs);
    // Two clocks off by half the bound in opposite directions are just borne.
    if (Math.abs(errorMs) <= this.settings.config.clockSkewMaxMs / 2) return;
    this.judge.membership.networkTroubled(this.timeline.nowUs, CLOCK_TROUBLE_MS);
    this.judge.clockWentWrong();
  }

  /** Lets a wall clock gain this many microseconds a second. */
  setDrift(ref: NodeRef, driftPpm: number): void {
    this.node(ref).clock.setDriftPpm(this.timeline.nowUs, driftPpm);
  }

  // Time.

  /** Lets virtual time pass. */
  run(ms: number): void {
    const untilUs = this.timeline.nowUs + Math.round(ms * US_PER_MS);
    while (this.timeline.step(untilUs));
    this.timeline.advance(untilUs);
  }

  /**
   * Lets time pass until something is true, looked at once a virtual `stepMs` (default 1).
   * @returns the milliseconds that it took
   * @throws ViolationError `expected-in-time` when it is still false at the bound
   */
  until(
    predicate: () => boolean,
    boundMs: number,
    options: { readonly stepMs?: number; readonly what?: () => string } = {},
  ): number {
    const { stepMs = 1, what = () => predicate.toString() } = options;
    const startMs = this.nowMs;
    while (!predicate()) {
      if (this.nowMs >= startMs + boundMs) {
        return this.#report('expected-in-time', `not within ${boundMs} ms: ${what()}`);
      }
      this.run(stepMs);
    }
    return this.nowMs - startMs;
  }

  /**
   * Lets time pass until all live peers agree on everything, within each group that can talk.
   * @param among only these are asked, and must be one group; whatever the others do
   * @returns the milliseconds that it took
   */
  converge(boundMs: number, stepMs = 20, among?: readonly SimNode[]): number {
    return this.until(() => differences(this, 1, among).length === 0, boundMs, {
      stepMs,
      what: () => differences(this, 8, among).join('; '),
    });
  }

  /** Whether two nodes have a connection that both ends hold open. */
  areLinked(one: NodeRef, other: NodeRef): boolean {
    const [near, far] = [this.node(one).run, this.node(other).run];
    if (near === undefined || far === undefined) return false;
    return [...this.network.endsOf(near)].some(({ partner }) => partner === far);
  }

  /** Whether every other live peer holds each victim to be in this state, by its events. */
  everyoneSees(victims: NodeRef | readonly NodeRef[], state: MemberState): boolean {
    const targets = [victims].flat().map((ref) => this.node(ref));
    return this.live.every((node) =>
      targets.every((target) => node === target || node.sees(target) === state),
    );
  }

  /** The digest of everything that happened so far. */
  hash(): string {
    return this.#trace.digest();
  }

  /** What happened how often, in all runs so far. */
  coverage(): Coverage {
    const total = new Coverage();
    total.addAll(this.#coverage);
    for (const { run } of this.nodes) {
      if (run !== undefined) total.addCounters(run.engine.counters());
    }
    for (const [name, count] of Object.entries(this.network.totals)) {
      total.add(`network:${name}`, count);
    }
    return total;
  }

  #networkTroubled(): void {
    this.judge.membership.networkTroubled(this.timeline.nowUs);
  }
}

function seedsOf(node: SimNode, nodes: readonly SimNode[], seeding: Seeding): Address[] {
  const others = (): readonly SimNode[] => {
    switch (seeding) {
      case 'none':
        return [];
      case 'all':
        return nodes;
      case 'first':
        return nodes.slice(0, 1);
      case 'previous':
        return nodes.slice(Math.max(0, node.index - 1), node.index);
    }
  };
  return others()
    .filter((other) => other !== node)
    .map((other) => other.address);
}
