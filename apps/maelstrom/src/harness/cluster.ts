import { type Now, type Random, seededRandom } from '@hearsay/core';
import { type Body, type Envelope, readEnvelope } from '../envelope.js';
import { MaelstromNode } from '../node.js';
import type { ProfileName } from '../profiles.js';
import type { WorkloadName } from '../workloads/workloads.js';

/** Any fixed instant would do. */
const EPOCH_MS = 1_700_000_000_000;
const CLIENT = 'c';

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

export interface ClusterOptions {
  readonly nodes: number;
  readonly workload: WorkloadName;
  readonly profile: ProfileName;
  readonly seed: string;
  /** One way between two nodes; clients have none, as in Maelstrom. */
  readonly latencyMs: (random: Random) => number;
}

/**
 * Plays the network of Maelstrom in virtual time: every message is a line of JSON, read by the code
 * that reads standard input. What meets a partition is lost.
 */
export class Cluster {
  readonly names: readonly string[];
  /** Messages between nodes, as Maelstrom counts them. */
  messages = 0;
  nowMs = 0;
  readonly #nodes = new Map<string, MaelstromNode>();
  readonly #wakes = new Map<string, number>();
  readonly #queue: Event[] = [];
  readonly #waiting = new Map<number, (reply: Body) => void>();
  readonly #random: Random;
  readonly #latencyMs: (random: Random) => number;
  #order = 0;
  #asked = 0;
  #parts: ReadonlyMap<string, number> | undefined;

  constructor({ nodes, workload, profile, seed, latencyMs }: ClusterOptions) {
    this.#random = seededRandom(seed);
    this.#latencyMs = latencyMs;
    this.names = Array.from({ length: nodes }, (_, index) => `n${index}`);
    for (const name of this.names) {
      const random = this.#random.split(name);
      this.#nodes.set(name, new MaelstromNode({ workload, profile, random }));
    }
  }

  /** Starts the nodes, as Maelstrom does before any client asks. @returns when all are ready */
  start(): number {
    let ready = 0;
    for (const name of this.names) {
      this.ask(name, { type: 'init', node_id: name, node_ids: this.names }, () => {
        ready += 1;
      });
    }
    while (ready < this.names.length) this.run(1);
    return this.nowMs;
  }

  /** A client asks a node; both ways take no time. */
  ask(node: string, body: Body, replied: (reply: Body) => void): void {
    this.#asked += 1;
    this.#waiting.set(this.#asked, replied);
    this.#arrive({ src: CLIENT, dest: node, body: { ...body, msg_id: this.#asked } });
  }

  /** From now on nodes hear only those of their part; undefined: everybody. */
  partition(parts: ReadonlyMap<string, number> | undefined): void {
    this.#parts = parts;
  }

  after(ms: number, action: () => void): void {
    this.#schedule(this.nowMs + ms, action);
  }

  run(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#take();
      this.nowMs = next.atMs;
      next.action();
    }
    this.nowMs = untilMs;
  }

  #now(): Now {
    const ms = Math.floor(this.nowMs);
    return { monotonicMs: ms, wallMs: EPOCH_MS + ms };
  }

  #arrive(envelope: Envelope): void {
    // Through text, as over standard input.
    const read = readEnvelope(JSON.stringify(envelope));
    const node = this.#nodes.get(read.dest);
    if (node !== undefined) this.#said(read.dest, node, node.handle(read, this.#now()));
  }

  #said(name: string, node: MaelstromNode, envelopes: readonly Envelope[]): void {
    for (const envelope of envelopes) this.#send(envelope);
    const { wakeMs } = node;
    if (this.#wakes.get(name) === wakeMs || !Number.isFinite(wakeMs)) return;
    this.#wakes.set(name, wakeMs);
    this.#schedule(Math.max(this.nowMs, wakeMs), () => {
      if (this.#wakes.get(name) !== wakeMs) return;
      this.#wakes.delete(name);
      this.#said(name, node, node.wake(this.#now()));
    });
  }

  #send(envelope: Envelope): void {
    const { src, dest, body } = envelope;
    if (dest === CLIENT) {
      const asked = body.in_reply_to ?? 0;
      this.#waiting.get(asked)?.(body);
      this.#waiting.delete(asked);
      return;
    }
    this.messages += 1;
    const atMs = this.nowMs + this.#latencyMs(this.#random);
    this.#schedule(atMs, () => {
      if (this.#parts !== undefined && this.#parts.get(src) !== this.#parts.get(dest)) return;
      this.#arrive(envelope);
    });
  }

  #schedule(atMs: number, action: () => void): void {
    this.#order += 1;
    const event = { atMs, order: this.#order, action };
    const queue = this.#queue;
    queue.push(event);
    let child = queue.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfBefore(child, parent)) break;
      child = parent;
    }
  }

  #take(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    queue[0] = last;
    let parent = 0;
    for (;;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const [one, other] = [queue[left], queue[right]];
      if (one === undefined) return;
      const child = other !== undefined && isBefore(other, one) ? right : left;
      if (!this.#swapIfBefore(child, parent)) return;
      parent = child;
    }
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [one, other] = [this.#queue[child], this.#queue[parent]];
    if (one === undefined || other === undefined || !isBefore(one, other)) return false;
    this.#queue[child] = other;
    this.#queue[parent] = one;
    return true;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
