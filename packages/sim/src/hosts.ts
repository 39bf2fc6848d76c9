import {
  type Address,
  createEngine,
  type Engine,
  type PeerId,
  peerId,
  type Random,
  type Signer,
} from '@hearsay/core';
import type { Coverage } from './coverage.js';
import { HostClock } from './host-clock.js';
import { Incarnation } from './incarnation.js';
import { Keys } from './keys.js';
import type { Network } from './network/network.js';
import type { Directory } from './network/station.js';
import { SimNode } from './node.js';
import type { Settings } from './options.js';
import type { Judge } from './oracle/judge.js';
import type { Run } from './run.js';
import { type Timeline, US_PER_MS } from './timeline.js';
import type { Trace } from './trace.js';
import type { Report } from './violation.js';

const NETWORK_NAME = 'sim';
const PORT = 7_340;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const ENCODER = new TextEncoder();

export interface AddOptions {
  readonly name?: string;
  /** The identity of another node, to run two processes under one id. */
  readonly id?: PeerId;
  readonly address?: Address;
  /** Peers of another network refuse it. */
  readonly network?: string;
  /** Puts a hostile program around its engine; it has its own keys and nobody else's. */
  readonly disguise?: Disguise;
}

/** Makes of an honest engine one that is not. */
export type Disguise = (engine: Engine, signer: Signer) => Engine;

export interface BootOptions {
  readonly address?: Address;
  /** Default: one more than the last. */
  readonly generation?: number;
  /** What programs on its ports kept is lost. Default false. */
  readonly wipe?: boolean;
}

/** What processes are made of. */
export interface Parts {
  readonly settings: Settings;
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly random: Random;
  readonly coverage: Coverage;
  readonly report: Report;
  readonly network: () => Network;
  readonly judge: () => Judge;
}

/** All machines, who listens where, and the start and end of processes. */
export class Hosts implements Directory {
  readonly #parts: Parts;
  readonly #nodes: SimNode[] = [];
  readonly #listeners = new Map<Address, SimNode>();
  readonly #networks = new Map<SimNode, string>();
  readonly #disguises = new Map<PeerId, Disguise>();
  readonly #keys: Keys;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#keys = new Keys(parts.random.split('keys'));
  }

  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  add(options: AddOptions): SimNode {
    const index = this.#nodes.length;
    const name = options.name ?? LETTERS[index] ?? `n${index}`;
    const random = this.#parts.random.split(`host/${name}`);
    const ip = `10.0.${(index + 1) >> 8}.${(index + 1) & 0xff}`;
    const node = new SimNode({
      name,
      index,
      ip,
      id: options.id ?? randomId(random.split('id')),
      clock: new HostClock(1 + random.below(1_000_000_000)),
      address: options.address ?? `${ip}:${PORT}`,
      world: {
        nowUs: () => this.#parts.timeline.nowUs,
        stateOf: (run, peer) => this.#parts.judge().membership.stateOf(run, peer),
      },
    });
    this.#nodes.push(node);
    this.#networks.set(node, options.network ?? NETWORK_NAME);
    if (options.disguise !== undefined) this.#disguises.set(node.id, options.disguise);
    if (!this.#listeners.has(node.address)) this.#listeners.set(node.address, node);
    return node;
  }

  find(name: string): SimNode {
    const found = this.#nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node is called ${name}`);
    return found;
  }

  boot(node: SimNode, options: BootOptions): void {
    if (node.run !== undefined) throw new Error(`${node.name} runs already`);
    if (options.wipe === true) node.wipe();
    node.powered = true;
    node.address = options.address ?? node.address;
    this.#listeners.set(node.address, node);
    const run = this.#createRun(node, options.generation ?? node.generation + 1);
    node.begin(run);
    run.start([node.address]);
    for (const [port, create] of node.programs) run.programs.open(port, create);
    for (const address of node.seeds) {
      if (address !== node.address) run.command({ kind: 'join', address });
    }
  }

  end(node: SimNode, how: 'killed' | 'left', kernel: 'reset' | 'vanish'): void {
    const { run } = node;
    if (run === undefined) return;
    this.#parts.coverage.addCounters(run.engine.counters());
    run.end();
    this.#parts.network().endStation(run, kernel);
    this.#parts.judge().forget(run);
    node.end(how);
  }

  hostAt(address: Address): SimNode | undefined {
    return this.#listeners.get(address);
  }

  listenerAt(address: Address): Incarnation | undefined {
    const node = this.#listeners.get(address);
    return node?.address === address ? node.run : undefined;
  }

  /** Nothing that such a peer does is a mistake of ours. */
  isHostile(peer: PeerId): boolean {
    return this.#disguises.has(peer);
  }

  /** The newest run of a peer; two processes may run under one id. */
  newestRunOf(peer: PeerId): Incarnation | undefined {
    let newest: Incarnation | undefined;
    for (const { run } of this.#nodes) {
      if (run?.peer !== peer) continue;
      if (newest === undefined || run.generation > newest.generation) newest = run;
    }
    return newest;
  }

  nodeOf(run: Run): SimNode {
    const node = this.#nodes[run.machine.index];
    if (node === undefined) throw new Error(`no node has index ${run.machine.index}`);
    return node;
  }

  #createRun(node: SimNode, generation: number): Incarnation {
    const { settings, random } = this.#parts;
    const { config, defences, limits, network } = settings;
    const own = random.split(`run/${node.name}/${generation}`);
    const signer = this.#keys.signerOf(node.id);
    const networkName = this.#networks.get(node) ?? NETWORK_NAME;
    const engine = createEngine({
      id: node.id,
      generation,
      network: networkName,
      meta: ENCODER.encode(node.name),
      signer,
      random: own.split('engine'),
      config,
      defences,
      limits,
    });
    return new Incarnation({
      host: node,
      peer: node.id,
      generation,
      signer,
      networkName,
      engine: this.#disguises.get(node.id)?.(engine, signer) ?? engine,
      timeline: this.#parts.timeline,
      network: this.#parts.network(),
      trace: this.#parts.trace,
      random: own.split('host'),
      observer: this.#parts.judge(),
      report: this.#parts.report,
      messageBytesMax: network.messageBytesMax,
      transportBytesMax: limits.transportBytesMax,
      dialsPendingMax: limits.dialsPendingMax,
      timerSlopUs: Math.round(settings.timerSlopMs * US_PER_MS),
      healthIntervalMs: settings.healthIntervalMs,
    });
  }
}

function randomId(random: Random): PeerId {
  const words = Array.from({ length: 4 }, () => random.next().toString(16).padStart(8, '0'));
  return peerId(words.join(''));
}
