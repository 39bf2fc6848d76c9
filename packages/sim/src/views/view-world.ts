import {
  type Contact,
  DEFAULT_CONFIG,
  DEFAULT_LIMITS,
  HyParView,
  type PeerId,
  peerId,
  type Random,
  seededRandom,
  type ViewEffect,
  type ViewFrame,
  type ViewInput,
} from '@hearsay/core';
import { createEventQueue } from '../event-queue.js';

const US_PER_MS = 1_000;
const LATENCY_MIN_MS = 10;
const LATENCY_SPAN_MS = 41;
/** What a dial to a host that is gone takes to fail, and what it takes to find that a link is silent. */
const SILENT_MS = 3_000;

/** Why links of the killed end: their hosts say so, or nobody says anything any more. */
export type Death = 'refuses' | 'silent';

interface Broadcast {
  readonly startMs: number;
  readonly got: Set<number>;
  payloads: number;
  hopsMax: number;
  lastMs: number;
}

type Event =
  | { readonly kind: 'input'; readonly to: number; readonly input: ViewInput }
  | {
      readonly kind: 'frame';
      readonly to: number;
      readonly from: number;
      readonly frame: ViewFrame;
    }
  | { readonly kind: 'dial'; readonly by: number; readonly to: number }
  | {
      readonly kind: 'unlink';
      readonly at: number;
      readonly from: number;
      readonly released: boolean;
    }
  | { readonly kind: 'tick'; readonly at: number }
  | {
      readonly kind: 'payload';
      readonly to: number;
      readonly from: number;
      readonly hops: number;
      readonly broadcast: Broadcast;
    };

interface Station {
  readonly id: PeerId;
  readonly view: HyParView;
  readonly links: Set<number>;
  alive: boolean;
}

/** What a broadcast came to. */
export interface Delivery {
  /** Of those that live: 0 to 1. */
  readonly share: number;
  readonly hops: number;
  readonly tookMs: number;
  /** Payloads for each receiver beyond the one that it needed (RMR; Leitao et al. 2007). */
  readonly redundancy: number;
}

/**
 * Views and nothing else: thousands of `HyParView`s that talk by a queue of messages, in virtual
 * time. Links have a latency of 10 to 50 ms each and keep the order of their messages; a broadcast
 * is a flood over the neighbours.
 */
export class ViewWorld {
  readonly #queue = createEventQueue<Event>();
  readonly #stations: Station[] = [];
  readonly #byId = new Map<PeerId, number>();
  readonly #random: Random;
  readonly #death: Death;
  /** Whether anybody lives at the addresses that peers remember. */
  contactsLive = true;
  #nowMs = 0;

  constructor(seed: string, death: Death = 'refuses') {
    this.#random = seededRandom(seed);
    this.#death = death;
  }

  /** Adds a peer that knows one address, or none if it is the first. */
  add(seed: number | undefined): number {
    const index = this.#stations.length;
    const random = this.#random.split(`peer ${index}`);
    const id = newId(random);
    const contact: Contact = { peer: id, addresses: [String(index)] };
    const view = new HyParView({
      self: () => contact,
      config: DEFAULT_CONFIG,
      limits: DEFAULT_LIMITS,
      random,
      nowMs: this.#nowMs,
    });
    this.#stations.push({ id, view, links: new Set(), alive: true });
    this.#byId.set(id, index);
    this.#at(view.dueMs, { kind: 'tick', at: index });
    if (seed !== undefined) this.remember(index, seed);
    return index;
  }

  /** A peer remembers where another listens. */
  remember(index: number, other: number): void {
    this.#feed(index, { kind: 'remember', address: String(other), seed: true });
  }

  /** Those that live. */
  living(): number[] {
    return this.#stations.flatMap(({ alive }, index) => (alive ? [index] : []));
  }

  view(index: number): HyParView {
    return this.#station(index).view;
  }

  idOf(index: number): PeerId {
    return this.#station(index).id;
  }

  indexOf(peer: PeerId): number | undefined {
    return this.#byId.get(peer);
  }

  /** Ends peers at this instant; whoever is linked to them learns of it as the world is set up. */
  kill(victims: readonly number[]): void {
    for (const index of victims) this.#station(index).alive = false;
    for (const index of victims) {
      const { links } = this.#station(index);
      for (const other of links) {
        const afterMs = this.#death === 'silent' ? SILENT_MS : latencyMs(index, other);
        this.#after(afterMs, { kind: 'unlink', at: other, from: index, released: false });
      }
      links.clear();
    }
  }

  /** Lets time pass. */
  run(forMs: number): void {
    const untilMs = this.#nowMs + forMs;
    for (;;) {
      const dueUs = this.#queue.dueUs();
      if (dueUs === undefined || dueUs > untilMs * US_PER_MS) break;
      const next = this.#queue.next();
      if (next === undefined) break;
      this.#nowMs = next.atUs / US_PER_MS;
      this.#carryOut(next.event);
    }
    this.#nowMs = untilMs;
  }

  /** Floods something from a peer; what came of it can be asked later. */
  flood(from: number): () => Delivery {
    const broadcast: Broadcast = {
      startMs: this.#nowMs,
      got: new Set(),
      payloads: 0,
      hopsMax: 0,
      lastMs: this.#nowMs,
    };
    this.#receive(broadcast, from, undefined, 0);
    return () => {
      const living = this.living();
      const got = living.filter((index) => broadcast.got.has(index)).length;
      return {
        share: got / living.length,
        hops: broadcast.hopsMax,
        tookMs: broadcast.lastMs - broadcast.startMs,
        redundancy: broadcast.payloads / Math.max(1, broadcast.got.size - 1) - 1,
      };
    };
  }

  /** Sizes of the parts that are linked to each other by neighbours, largest first. */
  islands(): number[] {
    const seen = new Set<number>();
    const sizes: number[] = [];
    for (const start of this.living()) {
      if (seen.has(start)) continue;
      const stack = [start];
      seen.add(start);
      let size = 0;
      for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
        size += 1;
        for (const peer of this.view(index).neighbours()) {
          const other = this.#byId.get(peer);
          if (other === undefined || seen.has(other) || !this.#station(other).alive) continue;
          seen.add(other);
          stack.push(other);
        }
      }
      sizes.push(size);
    }
    return sizes.sort((left, right) => right - left);
  }

  #station(index: number): Station {
    const station = this.#stations[index];
    if (station === undefined) throw new RangeError(`no peer has the number ${index}`);
    return station;
  }

  #feed(index: number, input: ViewInput): void {
    const station = this.#station(index);
    if (!station.alive) return;
    for (const effect of station.view.handle(input, this.#nowMs)) this.#effect(index, effect);
  }

  #effect(from: number, effect: ViewEffect): void {
    switch (effect.kind) {
      case 'send': {
        const to = this.#byId.get(effect.to);
        if (to === undefined || !this.#station(from).links.has(to)) return;
        return this.#after(latencyMs(from, to), { kind: 'frame', to, from, frame: effect.frame });
      }
      case 'dial': {
        const to = Number(effect.address);
        if (effect.peer === undefined && !this.contactsLive) {
          const unreachable = { kind: 'unreachable', address: effect.address } as const;
          return this.#after(SILENT_MS, { kind: 'input', to: from, input: unreachable });
        }
        return this.#after(2 * latencyMs(from, to), { kind: 'dial', by: from, to });
      }
      case 'drop': {
        const other = this.#byId.get(effect.peer);
        if (other === undefined || !this.#station(from).links.delete(other)) return;
        const unlink = { kind: 'unlink', at: other, from, released: true } as const;
        return this.#after(latencyMs(from, other), unlink);
      }
      case 'neighbour-up':
      case 'neighbour-down':
        return;
    }
  }

  #carryOut(event: Event): void {
    switch (event.kind) {
      case 'input':
        return this.#feed(event.to, event.input);
      case 'frame':
        if (!this.#station(event.to).links.has(event.from)) return;
        return this.#feed(event.to, {
          kind: 'frame',
          from: this.#station(event.from).id,
          frame: event.frame,
        });
      case 'dial':
        return this.#dialled(event.by, event.to);
      case 'unlink': {
        const { links } = this.#station(event.at);
        if (!links.delete(event.from)) return;
        const peer = this.#station(event.from).id;
        return this.#feed(event.at, { kind: 'unlinked', peer, released: event.released });
      }
      case 'tick': {
        const { alive, view } = this.#station(event.at);
        if (!alive) return;
        this.#feed(event.at, { kind: 'tick', members: view.island.members });
        return this.#at(view.dueMs, event);
      }
      case 'payload':
        if (!this.#station(event.to).links.has(event.from)) return;
        return this.#receive(event.broadcast, event.to, event.from, event.hops);
    }
  }

  #dialled(by: number, to: number): void {
    const dialler = this.#station(by);
    const target = this.#station(to);
    if (!dialler.alive) return;
    if (!target.alive) {
      const unreachable = { kind: 'unreachable', address: String(to) } as const;
      if (this.#death === 'refuses') return this.#feed(by, unreachable);
      return this.#after(SILENT_MS, { kind: 'input', to: by, input: unreachable });
    }
    const isNew = !dialler.links.has(to);
    dialler.links.add(to);
    target.links.add(by);
    if (isNew) this.#feed(to, linkedTo(dialler, by, undefined));
    if (target.links.has(by)) this.#feed(by, linkedTo(target, to, String(to)));
  }

  #receive(broadcast: Broadcast, at: number, from: number | undefined, hops: number): void {
    const { alive, view, id } = this.#station(at);
    if (!alive) return;
    if (from !== undefined) broadcast.payloads += 1;
    if (broadcast.got.has(at)) return;
    broadcast.got.add(at);
    broadcast.hopsMax = Math.max(broadcast.hopsMax, hops);
    broadcast.lastMs = this.#nowMs;
    for (const peer of view.neighbours()) {
      const to = this.#byId.get(peer);
      if (to === undefined || to === from || peer === id) continue;
      const payload = { kind: 'payload', to, from: at, hops: hops + 1, broadcast } as const;
      this.#after(latencyMs(at, to), payload);
    }
  }

  #after(ms: number, event: Event): void {
    this.#at(this.#nowMs + ms, event);
  }

  #at(ms: number, event: Event): void {
    this.#queue.schedule(Math.round(ms * US_PER_MS), 0, event);
  }
}

function linkedTo(station: Station, index: number, dialled: string | undefined): ViewInput {
  return { kind: 'linked', contact: { peer: station.id, addresses: [String(index)] }, dialled };
}

/** The same in both directions, and for every message: a link keeps their order. */
function latencyMs(one: number, other: number): number {
  const mixed =
    Math.imul(Math.min(one, other) + 1, 0x9e37_79b1) ^ Math.imul(Math.max(one, other), 0x85eb_ca6b);
  return LATENCY_MIN_MS + (((mixed ^ (mixed >>> 15)) >>> 0) % LATENCY_SPAN_MS);
}

function newId(random: Random): PeerId {
  const words = [random.next(), random.next(), random.next(), random.next()];
  return peerId(words.map((word) => word.toString(16).padStart(8, '0')).join(''));
}
