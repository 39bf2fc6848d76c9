import { Plumtree } from '../../src/broadcast/plumtree.js';
import type { TreeConfig, TreeLimits } from '../../src/broadcast/tree-host.js';
import { DEFAULT_CONFIG } from '../../src/config.js';
import type { StreamId } from '../../src/ids.js';
import type { LinkId } from '../../src/input.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { type Counters, zeroCounters } from '../../src/view.js';
import { type BatchHeader, encodeBatch } from '../../src/wire/batch.js';
import { decodeFrames, type ReadFrame } from '../../src/wire/frame.js';
import { batchBytes, recordOf } from './bench.js';
import { peer, stream } from './identities.js';

/** A frame that the trees sent. */
export interface SentFrame {
  readonly link: LinkId;
  readonly frame: ReadFrame;
}

/** Trees without a peer: links are numbers, their peers have ids of the same byte, the test turns the clock. */
export class TreeBench {
  readonly tree: Plumtree;
  readonly counters: Counters = zeroCounters();
  readonly roundTripsMs: Map<LinkId, number> = new Map();
  /** What a log would hold, by name. */
  readonly held: Map<string, Uint8Array> = new Map();
  nowMs = 1_000;
  /** When each timer was last wished for. */
  readonly wakes: Map<'ihave' | 'graft', number> = new Map();
  #links: LinkId[] = [];
  #sent: SentFrame[] = [];

  constructor(options: {
    links: number;
    config?: Partial<TreeConfig>;
    limits?: Partial<TreeLimits>;
  }) {
    this.tree = new Plumtree({
      self: peer(SELF_BYTE),
      config: { ...DEFAULT_CONFIG, ...options.config },
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      counters: this.counters,
      nowMs: () => this.nowMs,
      neighbours: () => this.#links.map((id) => ({ id, peer: peer(id) })),
      roundTripMs: (link) => this.roundTripsMs.get(link),
      holds: (of, last) => this.held.has(`${of}/${last}`),
      bytesOf: (of, last) => this.held.get(`${of}/${last}`),
      send: (link, bytes) => {
        for (const frame of decodeFrames(bytes, DEFAULT_LIMITS)) this.#sent.push({ link, frame });
      },
      wakeBy: (timer, atMs) => {
        const known = this.wakes.get(timer);
        if (known === undefined || atMs < known) this.wakes.set(timer, atMs);
      },
    });
    for (let link = 1; link <= options.links; link++) this.open(link);
  }

  open(link: LinkId): void {
    this.#links.push(link);
    this.tree.linkUp(link);
  }

  close(link: LinkId): void {
    this.#links = this.#links.filter((other) => other !== link);
    this.tree.linkDown(link);
  }

  /** We say something. @returns links it went out on */
  say(sequence: number): number {
    const { header, bytes } = batchOf(SELF_BYTE, sequence);
    this.held.set(`${stream(SELF_BYTE)}/${sequence}`, bytes);
    return this.tree.originate(header, encodeBatch({ ...header, records: [recordOf('x')] }, sign));
  }

  /** A neighbour relays what `origin` said. */
  relay(via: LinkId, origin: number, sequence: number): void {
    const { header, bytes } = batchOf(origin, sequence);
    this.held.set(`${stream(origin)}/${sequence}`, bytes);
    this.tree.received(header, bytes, via);
  }

  ihave(from: LinkId, origin: number, ...sequences: number[]): void {
    const batches = sequences.map((last) => [stream(origin), last] as [StreamId, number]);
    this.tree.announcedBy(from, { kind: 'ihave', batches });
  }

  /** Lets time pass; timers that were wished for fire on time. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.wakes].toSorted(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > endMs) break;
      const [timer, atMs] = next;
      this.wakes.delete(timer);
      this.nowMs = Math.max(this.nowMs, atMs);
      if (timer === 'ihave') this.tree.announce();
      else this.tree.demand();
    }
    this.nowMs = endMs;
  }

  /** What was sent since the last call: `2 relay`, `3 ihave`, in order. */
  take(): string[] {
    return this.takeFrames().map(({ link, frame }) => `${link} ${frame.kind}`);
  }

  takeFrames(): SentFrame[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}

const SELF_BYTE = 0x50;

function batchOf(byte: number, sequence: number): { header: BatchHeader; bytes: Uint8Array } {
  const origin = peer(byte);
  const header = { origin, generation: 1, firstSequence: sequence, count: 1, causes: [] };
  return { header, bytes: batchBytes(byte, sequence) };
}

function sign(): Uint8Array {
  return new Uint8Array(64);
}
