import { HearsayError, type Now, type PeerId, type Random, seededRandom } from '@hearsay/core';
import type { CacheRecordKind, Effect, ReplicationEvent } from '../../src/replication/effect.js';
import type { Input } from '../../src/replication/input.js';
import type { ReplicationLimits } from '../../src/replication/limits.js';
import { generationAbove } from '../../src/replication/own-stream.js';
import { Replay, snapshotRecords } from '../../src/replication/replay.js';
import { Replication } from '../../src/replication/replication.js';
import { StoreBox } from '../../src/replication/store-box.js';
import { Store } from '../../src/store/store.js';
import { binaryOfBytes } from '../../src/values/binary.js';
import type { Change } from '../../src/values/operation.js';
import type { FrameCrypto } from '../../src/wire/frame.js';
import { testCrypto, testPeer } from './crypto.js';

const EPOCH_MS = 1_700_000_000_000;
/** As core does it. */
const ANSWER_BYTES_MAX = 1_048_576;
const OFFER_EVERY_MS = 1_000;

export interface DiskRecord {
  readonly kind: CacheRecordKind;
  readonly bytes: Uint8Array;
}

/** What outlives a crash. */
export interface Disk {
  readonly records: readonly DiskRecord[];
  readonly sequence: number | undefined;
  readonly generation: number;
}

interface Packet {
  readonly atMs: number;
  readonly order: number;
  readonly from: PeerId;
  readonly to: PeerId;
  readonly link: number;
  readonly bytes: Uint8Array;
}

/** One cache in a simulated mesh. */
export class CacheNode {
  readonly peer: PeerId;
  readonly box: StoreBox;
  readonly replication: Replication;
  readonly events: ReplicationEvent[] = [];
  readonly settled = new Map<number, Effect & { kind: 'settled' }>();
  readonly generation: number;
  skewMs = 0;
  alive = true;
  records: DiskRecord[] = [];

  constructor(mesh: CacheMesh, peer: PeerId, generation: number, disk: Disk | undefined) {
    this.peer = peer;
    this.box = new StoreBox(() => new Store({ random: mesh.random.split(`store ${peer}`) }));
    const replay = new Replay(this.box, mesh.nowMs + EPOCH_MS);
    for (const { kind, bytes } of disk?.records ?? []) replay.add(kind, bytes);
    this.records = [...(disk?.records ?? [])];
    const restored = replay.finish();
    const sequence = disk?.sequence ?? 0;
    this.generation =
      sequence > 0 ? generation : generationAbove(peer, restored.vector, generation);
    this.replication = new Replication({
      self: peer,
      generation: this.generation,
      sequence,
      store: this.box,
      crypto: mesh.cryptoOf(peer),
      random: mesh.random.split(`replication ${peer}.${generation}`),
      restored,
      limits: mesh.limits,
    });
  }

  read(key: string, nowMs: number): string | undefined {
    return this.box.store.read(key, nowMs + EPOCH_MS + this.skewMs);
  }
}

/** Caches of a few peers over links with delay, loss and cuts, in virtual time, repeated to the byte by a seed. */
export class CacheMesh {
  readonly random: Random;
  readonly limits: Partial<ReplicationLimits>;
  readonly nodes = new Map<PeerId, CacheNode>();
  nowMs = 0;
  /** Of a hundred posts of frames and deltas so many are dropped, as a slow link drops bulk. */
  lossPercent = 0;
  /** Peers whose clocks are further apart do not link. */
  linkSkewMsMax: number = Number.POSITIVE_INFINITY;
  /** Whether a post that is refused closes its link, as a host does; otherwise it is thrown. */
  closesLinks = false;
  refusals = 0;
  /** How peers sign and check; for those that start from now on. */
  cryptoOf: (peer: PeerId) => FrameCrypto = testCrypto;
  readonly #links = new Map<string, number>();
  readonly #queue: Packet[] = [];
  readonly #arrivals = new Map<string, number>();
  #order = 0;
  #linkNumber = 0;
  #nextOfferMs = 0;

  constructor(seed: string, limits: Partial<ReplicationLimits> = {}) {
    this.random = seededRandom(seed);
    this.limits = limits;
  }

  now(node: CacheNode): Now {
    return { monotonicMs: this.nowMs, wallMs: EPOCH_MS + this.nowMs + node.skewMs };
  }

  /** Starts a cache. @param disk of an earlier run */
  start(number: number, disk?: Disk, generation: number = (disk?.generation ?? 0) + 1): CacheNode {
    const peer = testPeer(number);
    const node = new CacheNode(this, peer, generation, disk);
    this.nodes.set(peer, node);
    this.tellMembers();
    return node;
  }

  /** The process ends at once. @returns what its disk holds */
  crash(node: CacheNode): Disk {
    for (const other of this.nodes.values()) this.cut(node, other);
    node.alive = false;
    this.nodes.delete(node.peer);
    this.tellMembers([{ peer: node.peer, state: 'dead' }]);
    return { records: node.records, sequence: undefined, generation: node.generation };
  }

  /** As a snapshot would leave it. */
  backup(node: CacheNode): Disk {
    const records = [...snapshotRecords(node.replication, node.box)];
    return { records, sequence: undefined, generation: node.generation };
  }

  link(left: CacheNode, right: CacheNode): void {
    if (left === right || this.isLinked(left.peer, right.peer)) return;
    if (Math.abs(left.skewMs - right.skewMs) > this.linkSkewMsMax) return;
    this.#linkNumber += 1;
    this.#links.set(pairOf(left.peer, right.peer), this.#linkNumber);
    this.tellMembers();
    this.#do(left, { kind: 'link-up', peer: right.peer });
    this.#do(right, { kind: 'link-up', peer: left.peer });
  }

  cut(left: CacheNode, right: CacheNode): void {
    if (!this.#links.delete(pairOf(left.peer, right.peer))) return;
    this.#do(left, { kind: 'link-down', peer: right.peer });
    this.#do(right, { kind: 'link-down', peer: left.peer });
  }

  linkAll(): void {
    const all = [...this.nodes.values()];
    for (const left of all) for (const right of all) this.link(left, right);
  }

  isLinked(left: PeerId, right: PeerId): boolean {
    return this.#links.has(pairOf(left, right));
  }

  set(node: CacheNode, key: string, value: string, deadlineMs?: number): void {
    const change = {
      kind: 'set',
      value: binaryOfBytes(Buffer.from(value)),
      deadlineMs: deadlineMs === undefined ? undefined : EPOCH_MS + deadlineMs,
    } as const;
    node.replication.write([{ key, change }], this.now(node));
    this.#do(node, { kind: 'flush' });
  }

  setMany(node: CacheNode, entries: readonly (readonly [string, string])[]): void {
    const writes = entries.map(([key, value]) => {
      const change = {
        kind: 'set',
        value: binaryOfBytes(Buffer.from(value)),
        deadlineMs: undefined,
      } as const;
      return { key, change };
    });
    node.replication.write(writes, this.now(node));
    this.#do(node, { kind: 'flush' });
  }

  delete(node: CacheNode, key: string): void {
    node.replication.write([{ key, change: { kind: 'delete' } }], this.now(node));
    this.#do(node, { kind: 'flush' });
  }

  /** Writes what the store prepares, in one frame. */
  write(
    node: CacheNode,
    key: string,
    prepare: (store: Store, nowMs: number) => readonly Change[],
  ): void {
    const changes = prepare(node.box.store, this.now(node).wallMs);
    const writes = changes.map((change) => ({ key, change }));
    if (writes.length > 0) node.replication.write(writes, this.now(node));
    this.#do(node, { kind: 'flush' });
  }

  handle(node: CacheNode, input: Input): void {
    this.#do(node, input);
  }

  /** Lets time pass. @param each called after every step */
  run(forMs: number, each: () => void = () => undefined): void {
    const untilMs = this.nowMs + forMs;
    while (this.nowMs < untilMs) {
      const packet = this.#queue[0];
      const dueMs = Math.min(
        packet?.atMs ?? Number.POSITIVE_INFINITY,
        this.#nextWakeMs(),
        this.#nextOfferMs,
      );
      this.nowMs = Math.max(this.nowMs, Math.min(dueMs, untilMs));
      if (packet !== undefined && packet.atMs <= this.nowMs) {
        this.#queue.shift();
        this.#deliver(packet);
      } else if (this.nowMs >= this.#nextOfferMs) {
        this.#nextOfferMs = this.nowMs + OFFER_EVERY_MS;
        for (const node of [...this.nodes.values()]) this.#repair(node);
      } else if (dueMs <= untilMs) {
        for (const node of this.nodes.values()) {
          if (node.replication.nextMs <= this.nowMs) this.#do(node, { kind: 'wake' });
        }
      }
      each();
    }
  }

  tellMembers(more: readonly { peer: PeerId; state: 'dead' | 'left' }[] = []): void {
    const members = [...this.nodes.values()];
    for (const node of members) {
      const seen = members.map(({ peer }) => ({
        peer,
        state: this.isLinked(node.peer, peer) ? ('alive' as const) : ('dead' as const),
      }));
      this.#do(node, { kind: 'members', members: [...seen, ...more] });
    }
  }

  /** What core does once a second: who differs from a neighbour pulls what it lacks. */
  #repair(node: CacheNode): void {
    const neighbours = [...this.nodes.values()].filter((each) =>
      this.isLinked(node.peer, each.peer),
    );
    const from = neighbours[this.random.below(neighbours.length)];
    if (from === undefined) return;
    for (let round = 0; round < 64; round++) {
      node.replication.at(this.now(node));
      from.replication.at(this.now(from));
      const summary = node.replication.replica.summary();
      let bytes = 0;
      let more = false;
      const deltas: Uint8Array[] = [];
      for (const delta of from.replication.replica.missing(summary)) {
        if (bytes >= ANSWER_BYTES_MAX) {
          more = true;
          break;
        }
        bytes += delta.length;
        deltas.push(delta);
      }
      this.#effects(from, from.replication.take());
      for (const delta of deltas) {
        if (this.random.below(100) < this.lossPercent) continue;
        const merged = this.#refusable(node, from.peer, () =>
          node.replication.replica.merge(delta, from.peer),
        );
        if (!merged) return;
      }
      this.#effects(node, node.replication.take());
      if (!more) return;
    }
  }

  #nextWakeMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { replication } of this.nodes.values())
      nextMs = Math.min(nextMs, replication.nextMs);
    return nextMs;
  }

  #deliver({ from, to, link, bytes }: Packet): void {
    const node = this.nodes.get(to);
    if (node === undefined || this.#links.get(pairOf(from, to)) !== link) return;
    this.#refusable(node, from, () => this.#do(node, { kind: 'post', from, bytes }));
  }

  /** @returns false when what a neighbour sent was refused, and its link is closed */
  #refusable(node: CacheNode, from: PeerId, take: () => void): boolean {
    try {
      take();
      return true;
    } catch (error) {
      const sender = this.nodes.get(from);
      if (!(error instanceof HearsayError) || !this.closesLinks || sender === undefined)
        throw error;
      this.#effects(node, node.replication.take());
      this.cut(node, sender);
      this.refusals += 1;
      return false;
    }
  }

  #do(node: CacheNode, input: Input): void {
    if (node.alive) this.#effects(node, node.replication.handle(input, this.now(node)));
  }

  #effects(node: CacheNode, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'event') node.events.push(effect.event);
      if (effect.kind === 'settled') node.settled.set(effect.id, effect);
      if (effect.kind === 'record')
        node.records.push({ kind: effect.record, bytes: effect.bytes.slice() });
      if (effect.kind === 'dropped') node.records = [];
      if (effect.kind === 'applied') {
        const { peer, generation, sequence } = effect;
        this.#do(node, { kind: 'durable', applied: [{ peer, generation, sequence }] });
      }
      if (effect.kind === 'post') this.#post(node, effect);
    }
  }

  #post(node: CacheNode, { bytes, to, priority }: Effect & { kind: 'post' }): void {
    for (const other of this.nodes.keys()) {
      const link = this.#links.get(pairOf(node.peer, other));
      if (link === undefined || (to !== undefined && to !== other)) continue;
      if (priority === 'bulk' && this.random.below(100) < this.lossPercent) continue;
      // A link keeps the order of what it carries.
      const way = `${link} ${node.peer}`;
      const atMs = Math.max(this.nowMs + 1 + this.random.below(3), this.#arrivals.get(way) ?? 0);
      this.#arrivals.set(way, atMs);
      this.#order += 1;
      const packet = { atMs, order: this.#order, from: node.peer, to: other, link };
      this.#insert({ ...packet, bytes: bytes.slice() });
    }
  }

  /** In order of time; at one time as they were sent. */
  #insert(packet: Packet): void {
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#queue[middle]?.atMs ?? 0) <= packet.atMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, packet);
  }
}

function pairOf(left: PeerId, right: PeerId): string {
  return left < right ? `${left} ${right}` : `${right} ${left}`;
}
