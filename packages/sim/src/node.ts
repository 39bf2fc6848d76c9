import type {
  Address,
  Counters,
  MemberState,
  Message,
  MessageId,
  PeerEvent,
  PeerId,
  Port,
  Receipt,
  StatusView,
  Topic,
} from '@hearsay/core';
import type { HostClock } from './host-clock.js';
import type { Incarnation } from './incarnation.js';
import type { CreateProgram } from './program.js';
import type { Host } from './run.js';

/** An event of a peer, with the true time at which it happened. */
export interface LoggedEvent {
  readonly atMs: number;
  readonly generation: number;
  readonly event: PeerEvent;
}

/** `down`: the process is gone, the machine answers. `off`: the machine is silent. */
export type NodeState = 'new' | 'running' | 'frozen' | 'down' | 'off' | 'left';

/** What a node asks of the simulation that it lives in. */
export interface NodeWorld {
  nowUs(): number;
  stateOf(run: Incarnation, peer: PeerId): MemberState | undefined;
}

const EVENTS_MAX = 20_000;
/** Dropped at once when there are too many. */
const EVENTS_DROPPED = 5_000;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export const LOBBY: Topic = 'lobby';

/** One machine with one peer on it, over all its restarts. */
export class SimNode implements Host {
  readonly name: string;
  readonly index: number;
  readonly ip: string;
  readonly id: PeerId;
  readonly clock: HostClock;
  /** Addresses dialled at every start. */
  readonly seeds: Address[] = [];
  address: Address;
  powered = true;
  generation = 0;
  run: Incarnation | undefined;
  readonly #world: NodeWorld;
  /** What starts with each of its processes. */
  readonly programs: Map<Port, CreateProgram> = new Map();
  readonly #disks = new Map<Port, Map<string, Uint8Array>>();
  readonly #events: LoggedEvent[] = [];
  #left = false;

  constructor(options: {
    readonly name: string;
    readonly index: number;
    readonly ip: string;
    readonly id: PeerId;
    readonly clock: HostClock;
    readonly address: Address;
    readonly world: NodeWorld;
  }) {
    this.name = options.name;
    this.index = options.index;
    this.ip = options.ip;
    this.id = options.id;
    this.clock = options.clock;
    this.address = options.address;
    this.#world = options.world;
  }

  get state(): NodeState {
    if (!this.powered) return 'off';
    if (this.run !== undefined) return this.run.frozen ? 'frozen' : 'running';
    if (this.#left) return 'left';
    return this.generation === 0 ? 'new' : 'down';
  }

  /** Everything it reported, newest last; the oldest are dropped over a bound. */
  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** Publishes now. @returns the name of the message */
  publish(content: string | Uint8Array, topic: Topic = LOBBY): MessageId {
    const run = this.#running();
    const payload = typeof content === 'string' ? ENCODER.encode(content) : content;
    const effects = run.command({ kind: 'publish', topic, payload });
    for (const effect of effects) {
      if (effect.kind === 'published') return effect.id;
    }
    throw new Error(`${this.name} published and was told no message id`);
  }

  join(target: SimNode | Address): void {
    const address = typeof target === 'string' ? target : target.address;
    if (!this.seeds.includes(address)) this.seeds.push(address);
    this.run?.command({ kind: 'join', address });
  }

  /** As if discovery had heard of it. */
  discover(target: SimNode): void {
    this.#running().command({ kind: 'discovered', address: target.address, peer: target.id });
  }

  setMeta(text: string): void {
    this.#running().command({ kind: 'set-meta', meta: ENCODER.encode(text) });
  }

  status(): StatusView {
    return this.#running().engine.status(this.clock.read(this.#world.nowUs()));
  }

  counters(): Readonly<Counters> {
    return this.#running().engine.counters();
  }

  receipt(id: MessageId): Receipt {
    return this.#running().engine.receipt(id);
  }

  history(topic: Topic = LOBBY, limit: number = Number.MAX_SAFE_INTEGER): readonly Message[] {
    return this.#running().engine.history(topic, limit);
  }

  /** The kept messages of a topic as text, in the order of delivery. */
  texts(topic: Topic = LOBBY): string[] {
    return this.history(topic).map((message) => DECODER.decode(message.payload));
  }

  /** In which state it holds another, by the events it reported. */
  sees(other: SimNode): MemberState | undefined {
    return this.run === undefined ? undefined : this.#world.stateOf(this.run, other.id);
  }

  /** Events of one kind since a time. */
  eventsOf<Kind extends PeerEvent['kind']>(
    kind: Kind,
    sinceMs = 0,
  ): (LoggedEvent & { readonly event: PeerEvent & { readonly kind: Kind } })[] {
    return this.#events.filter(
      (logged): logged is LoggedEvent & { readonly event: PeerEvent & { readonly kind: Kind } } =>
        logged.event.kind === kind && logged.atMs >= sinceMs,
    );
  }

  /** Times at which it put another into a state. */
  sawAt(other: SimNode, state: MemberState, sinceMs = 0): number[] {
    return this.eventsOf('member', sinceMs)
      .filter(({ event }) => event.change.peer === other.id && event.change.state === state)
      .map(({ atMs }) => atMs);
  }

  diskOf(port: Port): Map<string, Uint8Array> {
    const disk = this.#disks.get(port) ?? new Map<string, Uint8Array>();
    this.#disks.set(port, disk);
    return disk;
  }

  /** For the simulation: what programs kept is gone. */
  wipe(): void {
    this.#disks.clear();
  }

  /** For the simulation: a new process runs here. */
  begin(run: Incarnation): void {
    this.run = run;
    this.generation = run.generation;
    this.#left = false;
  }

  /** For the simulation: the process is gone. */
  end(how: 'killed' | 'left'): void {
    this.run = undefined;
    this.#left = how === 'left';
  }

  /** For the simulation: its peer reported something. */
  log(event: LoggedEvent): void {
    if (this.#events.length >= EVENTS_MAX) this.#events.splice(0, EVENTS_DROPPED);
    this.#events.push(event);
  }

  #running(): Incarnation {
    if (this.run === undefined) throw new Error(`${this.name} is not running`);
    return this.run;
  }
}
