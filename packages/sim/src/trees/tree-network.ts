import {
  type Config,
  DEFAULT_LIMITS,
  HearsayError,
  type LinkId,
  type PeerId,
  peerId,
  type Random,
  SIGNATURE_BYTES,
  seededRandom,
} from '@hearsay/core';
import { openBatch, type TreeLimits } from '@hearsay/core/broadcast';
import { decodeFrames, encodeBatch, encodeFrame, type ReadFrame } from '@hearsay/core/wire';
import { createEventQueue } from '../event-queue.js';
import { US_PER_MS } from '../timeline.js';
import { regularGraph } from './overlay-graph.js';
import { type TreeLink, TreeNode, type TreeWorld } from './tree-node.js';

export interface TreeNetworkOptions {
  readonly seed: string;
  readonly size: number;
  /** Neighbours of each node. HyParView's active view: 5. */
  readonly degree: number;
  /** One way, drawn for each link. */
  readonly latencyMs: readonly [min: number, max: number];
  /** How much a frame may take longer than its link does at best, in percent. */
  readonly jitterPercent: number;
  /** `flood`: every node sends what is new to it on all other links. */
  readonly spread: 'flood' | 'trees';
  readonly limits?: Partial<TreeLimits>;
  readonly config?: Partial<Config>;
}

/** What became of one message. */
export interface Spread {
  readonly bytes: Uint8Array;
  /** Links from the origin to each node on the way that it took; -1 where it is not. */
  readonly hops: Int16Array;
  readonly origin: number;
  readonly sentMs: number;
  /** Others that it reached. */
  reached: number;
  /** Copies that arrived anywhere. */
  copies: number;
  /** Links between the origin and whoever it reached over the most of them. */
  lastHop: number;
  /** Sum over all that it reached, and the most. */
  totalMs: number;
  lastMs: number;
}

type Event =
  | {
      readonly kind: 'frame';
      readonly from: number;
      readonly link: TreeLink;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'timer'; readonly node: number; readonly timer: 'ihave' | 'graft' };

const ENCODER = new TextEncoder();
const GENERATION = 1;
const BASE_MS = 1_700_000_000_000;

/** Thousands of peers in virtual time that run the broadcast trees of the core, and nothing else of it. */
export class TreeNetwork implements TreeWorld {
  readonly nodes: readonly TreeNode[];
  readonly spreads: Map<string, Spread> = new Map();
  /** Bytes of frames that carry no message. */
  controlBytes = 0;
  readonly #options: TreeNetworkOptions;
  readonly #random: Random;
  readonly #queue = createEventQueue<Event>();
  /** What the frames last taken apart say: one sender's go to several at about one time. */
  readonly #decoded = new WeakMap<Uint8Array, readonly ReadFrame[]>();
  readonly #sequences = new Map<number, number>();
  /** Wakes that are under way, so that none is scheduled twice. */
  readonly #wakes = new Map<string, number>();
  #nowUs = 0;
  #links = 0;

  constructor(options: TreeNetworkOptions) {
    this.#options = options;
    const random = seededRandom(options.seed);
    this.#random = random.split('latency');
    const { limits = {}, config = {} } = options;
    const ids = random.split('ids');
    this.nodes = Array.from({ length: options.size }, (_, index) => {
      return new TreeNode(index, randomPeer(ids), this, { limits, config });
    });
    const edges = regularGraph(options.size, options.degree, random.split('overlay'));
    for (const [one, other] of edges) this.connect(one, other);
  }

  nowMs(): number {
    return this.#nowUs / US_PER_MS;
  }

  connect(one: number, other: number): void {
    const [min, max] = this.#options.latencyMs;
    const latencyMs = min + this.#random.below(Math.round((max - min) * 1_000)) / 1_000;
    const id = this.#links;
    this.#links += 2;
    this.#node(one).connect({ id, to: other, back: id + 1, latencyMs }, this.#node(other).peer);
    this.#node(other).connect({ id: id + 1, to: one, back: id, latencyMs }, this.#node(one).peer);
  }

  disconnect(one: number, other: number): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const node = this.#node(from);
      const link = [...node.links.values()].find((each) => each.to === to);
      if (link !== undefined) node.disconnect(link.id);
    }
  }

  /** A node says something now. */
  publish(origin: number): Spread {
    const node = this.#node(origin);
    const sequence = (this.#sequences.get(origin) ?? 0) + 1;
    this.#sequences.set(origin, sequence);
    const record = {
      topic: 'room',
      payload: ENCODER.encode('x'),
      time: { ms: BASE_MS, counter: 0 },
    };
    const batch = {
      origin: node.peer,
      generation: GENERATION,
      firstSequence: sequence,
      count: 1,
      causes: [],
      records: [record],
    };
    const encoded = encodeBatch(batch, () => new Uint8Array(SIGNATURE_BYTES));
    const key = `${node.peer}.${GENERATION}/${sequence}`;
    const spread: Spread = {
      bytes: encoded.bytes,
      hops: new Int16Array(this.nodes.length).fill(-1),
      origin,
      sentMs: this.nowMs(),
      reached: 0,
      copies: 0,
      lastHop: 0,
      totalMs: 0,
      lastMs: 0,
    };
    this.spreads.set(key, spread);
    spread.hops[origin] = 0;
    if (this.#options.spread === 'flood') this.#flood(node, encoded.bytes, undefined);
    else node.tree.originate(batch, encoded);
    return spread;
  }

  /** Lets virtual time pass. */
  run(ms: number): void {
    const untilUs = this.#nowUs + Math.round(ms * US_PER_MS);
    for (let dueUs = this.#queue.dueUs(); dueUs !== undefined && dueUs <= untilUs; ) {
      const next = this.#queue.next();
      if (next === undefined) break;
      this.#nowUs = next.atUs;
      this.#happen(next.event, next.atUs);
      dueUs = this.#queue.dueUs();
    }
    this.#nowUs = untilUs;
  }

  send(from: number, link: TreeLink, bytes: Uint8Array): void {
    const extra = this.#random.below(
      Math.max(1, Math.round((link.latencyMs * US_PER_MS * this.#options.jitterPercent) / 100)),
    );
    const atUs = this.#nowUs + Math.round(link.latencyMs * US_PER_MS) + extra;
    this.#queue.schedule(atUs, 0, { kind: 'frame', from, link, bytes });
  }

  wakeAt(node: number, timer: 'ihave' | 'graft', atMs: number): void {
    const key = `${timer}/${node}`;
    const atUs = Math.max(this.#nowUs, Math.floor(atMs * US_PER_MS) + 1);
    const known = this.#wakes.get(key);
    if (known !== undefined && known <= atUs) return;
    this.#wakes.set(key, atUs);
    this.#queue.schedule(atUs, 0, { kind: 'timer', node, timer });
  }

  bytesOf(node: number, key: string): Uint8Array | undefined {
    const spread = this.spreads.get(key);
    return (spread?.hops[node] ?? -1) < 0 ? undefined : spread?.bytes;
  }

  #happen(event: Event, atUs: number): void {
    if (event.kind === 'timer') {
      const key = `${event.timer}/${event.node}`;
      if (this.#wakes.get(key) !== atUs) return; // An earlier one came instead.
      this.#wakes.delete(key);
      const { tree } = this.#node(event.node);
      return event.timer === 'ihave' ? tree.announce() : tree.demand();
    }
    const node = this.#node(event.link.to);
    if (this.#read(event.bytes)[0]?.kind !== 'relay') this.controlBytes += event.bytes.length;
    if (!node.links.has(event.link.back)) return;
    for (const frame of this.#read(event.bytes)) {
      switch (frame.kind) {
        case 'relay':
          this.#relayed(node, event.from, event.link.back, frame.bytes);
          break;
        case 'ihave':
          node.tree.announcedBy(event.link.back, frame);
          break;
        case 'graft':
          node.tree.grafted(event.link.back, frame);
          break;
        case 'prune':
          node.tree.pruned(event.link.back, frame);
          break;
        default:
          throw new HearsayError('malformed', `a ${frame.kind} where only trees speak`);
      }
    }
  }

  #relayed(node: TreeNode, from: number, link: LinkId, bytes: Uint8Array): void {
    const { header } = openBatch(bytes, DEFAULT_LIMITS);
    const key = `${header.origin}.${header.generation}/${header.firstSequence}`;
    const spread = this.spreads.get(key);
    if (spread === undefined) return;
    spread.copies += 1;
    if (spread.hops[node.index] === -1) {
      const hop = (spread.hops[from] ?? 0) + 1;
      spread.hops[node.index] = hop;
      const tookMs = this.nowMs() - spread.sentMs;
      spread.reached += 1;
      spread.totalMs += tookMs;
      spread.lastMs = tookMs;
      spread.lastHop = Math.max(spread.lastHop, hop);
      if (this.#options.spread === 'flood') this.#flood(node, bytes, link);
    }
    if (this.#options.spread === 'trees') node.tree.received(header, bytes, link);
  }

  #flood(node: TreeNode, bytes: Uint8Array, via: LinkId | undefined): void {
    const frame = encodeFrame({ kind: 'relay', bytes });
    for (const link of node.links.values()) {
      if (link.id !== via) this.send(node.index, link, frame);
    }
  }

  #read(bytes: Uint8Array): readonly ReadFrame[] {
    const known = this.#decoded.get(bytes);
    if (known !== undefined) return known;
    const frames = [...decodeFrames(bytes, DEFAULT_LIMITS)];
    this.#decoded.set(bytes, frames);
    return frames;
  }

  #node(index: number): TreeNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${index}`);
    return node;
  }
}

function randomPeer(random: Random): PeerId {
  const words = Array.from({ length: 4 }, () => random.next().toString(16).padStart(8, '0'));
  return peerId(words.join(''));
}
