import { type PeerId, peerId, type Random, seededRandom } from '@hearsay/core';
import type { Doc } from 'yjs';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from '../../src/documents/limits.js';
import { Replicator } from '../../src/documents/replicator.js';
import { MemoryShelf, type Shelf } from '../../src/documents/shelf.js';

/** How the network misbehaves. */
export interface Weather {
  /** Chance that a post is lost. */
  readonly loss: number;
  /** A post takes 1 to this many milliseconds; each link keeps its order, links among each other do not. */
  readonly delayMsMax: number;
}

export interface FakePeer {
  readonly name: string;
  readonly id: PeerId;
  readonly shelf: Shelf;
  readonly replicator: Replicator;
  doc(key: string): Doc;
}

interface Flight {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const SYNC_INTERVAL_MS = 1_000;
const WALL_MS = 1_700_000_000_000;
const noAwareness = { received: () => undefined, queried: () => undefined };

/** Peers in one process and in virtual time: posts with loss, delay and cuts, and anti-entropy. */
export class FakeMesh {
  readonly peers = new Map<string, FakePeer>();
  nowMs = 0;
  posts = 0;
  readonly #random: Random;
  readonly #limits: DocumentLimits;
  readonly #cuts = new Set<string>();
  readonly #lastArrival = new Map<string, number>();
  #weather: Weather;
  #flights: Flight[] = [];
  #order = 0;
  #sessions = 0;

  constructor(seed: string, weather: Weather, limits: Partial<DocumentLimits> = {}) {
    this.#random = seededRandom(seed);
    this.#weather = weather;
    this.#limits = { ...DEFAULT_DOCUMENT_LIMITS, ...limits };
  }

  start(name: string, shelf: Shelf = new MemoryShelf()): FakePeer {
    const id = peerId(Buffer.from(name.padEnd(16, '.')).toString('hex'));
    this.#sessions += 1;
    const replicator = new Replicator({
      self: id,
      shelf,
      limits: this.#limits,
      session: this.#sessions,
      post: (bytes, to) => this.#post(peer, bytes, to),
      readMs: () => this.nowMs,
      wallMs: () => WALL_MS + this.nowMs,
      onLoaded: () => undefined,
      onUnloading: () => undefined,
      onDirty: () => undefined,
    });
    const doc = (key: string): Doc => replicator.load(key).doc;
    const peer: FakePeer = { name, id, shelf, replicator, doc };
    this.peers.set(name, peer);
    for (const other of this.peers.values()) this.#link(peer, other);
    return peer;
  }

  /** Ends a peer at once; what is on its shelf stays. */
  kill(name: string): void {
    const peer = this.peers.get(name);
    this.peers.delete(name);
    if (peer === undefined) return;
    for (const other of this.peers.values()) other.replicator.peerDown(peer.id);
  }

  cut(left: string, right: string): void {
    this.#cuts.add(`${left} ${right}`).add(`${right} ${left}`);
    const [a, b] = [this.peers.get(left), this.peers.get(right)];
    if (a === undefined || b === undefined) return;
    a.replicator.peerDown(b.id);
    b.replicator.peerDown(a.id);
  }

  heal(): void {
    const were = [...this.#cuts].map((cut) => cut.split(' ').map((name) => this.peers.get(name)));
    this.#cuts.clear();
    for (const [a, b] of were) if (a !== undefined && b !== undefined) a.replicator.linkUp(b.id);
  }

  calm(): void {
    this.#weather = { ...this.#weather, loss: 0 };
  }

  flush(): void {
    for (const { replicator } of this.peers.values()) replicator.flush();
  }

  /** Lets time pass: edits are posted each millisecond, ticks and syncs come each second. */
  run(ms: number): void {
    const end = this.nowMs + ms;
    // What was edited before is posted; then nothing happens but at the full second.
    let isQuiet = false;
    while (this.nowMs < end) {
      this.nowMs = isQuiet ? Math.min(end, this.#nextSyncMs) : this.nowMs + 1;
      this.flush();
      this.#land();
      const isSync = this.nowMs % SYNC_INTERVAL_MS === 0;
      if (isSync) this.#sync();
      isQuiet = !isSync && this.#flights.length === 0;
    }
  }

  get #nextSyncMs(): number {
    return (Math.floor(this.nowMs / SYNC_INTERVAL_MS) + 1) * SYNC_INTERVAL_MS;
  }

  /** Runs until all hold the same, and says how long that took. */
  settle(maxMs: number): number {
    const startedMs = this.nowMs;
    while (!this.agrees() && this.nowMs - startedMs < maxMs) this.run(10);
    return this.nowMs - startedMs;
  }

  /** Whether all say that they hold the same, and nothing is under way. */
  agrees(): boolean {
    if (this.#flights.length > 0) return false;
    const summaries = [...this.peers.values()].map(({ replicator }) => {
      replicator.flush();
      return Buffer.from(replicator.replica.summary()).toString('hex');
    });
    return this.#flights.length === 0 && new Set(summaries).size <= 1;
  }

  #link(peer: FakePeer, other: FakePeer): void {
    if (peer === other || this.#cuts.has(`${peer.name} ${other.name}`)) return;
    peer.replicator.linkUp(other.id);
    other.replicator.linkUp(peer.id);
  }

  #post(from: FakePeer, bytes: Uint8Array, to: PeerId | undefined): void {
    for (const peer of this.peers.values()) {
      if (peer === from || (to !== undefined && peer.id !== to)) continue;
      this.posts += 1;
      const link = `${from.name} ${peer.name}`;
      if (this.#cuts.has(link) || this.#random.below(1_000) < 1_000 * this.#weather.loss) continue;
      const delay = 1 + this.#random.below(this.#weather.delayMsMax);
      const at = Math.max(this.nowMs + delay, this.#lastArrival.get(link) ?? 0);
      this.#lastArrival.set(link, at);
      const run = (): void => {
        const alive = this.peers.get(from.name) === from && this.peers.get(peer.name) === peer;
        if (alive && !this.#cuts.has(link)) peer.replicator.received(from.id, bytes, noAwareness);
      };
      this.#order += 1;
      this.#flights.push({ at, order: this.#order, run });
    }
  }

  #land(): void {
    const due = this.#flights.filter(({ at }) => at <= this.nowMs);
    this.#flights = this.#flights.filter(({ at }) => at > this.nowMs);
    due.sort((a, b) => a.at - b.at || a.order - b.order);
    for (const { run } of due) run();
  }

  /** As anti-entropy of the core does it: each compares with one random neighbour. */
  #sync(): void {
    const all = [...this.peers.values()];
    for (const peer of all) {
      peer.replicator.tick();
      const others = all.filter((other) => {
        return other !== peer && !this.#cuts.has(`${peer.name} ${other.name}`);
      });
      const other = others[this.#random.below(others.length)];
      if (other === undefined) continue;
      const summary = peer.replicator.replica.summary();
      if (Buffer.compare(summary, other.replicator.replica.summary()) === 0) continue;
      for (const delta of other.replicator.replica.missing(summary)) {
        peer.replicator.replica.merge(delta, other.id);
      }
    }
  }
}
