import {
  type Config,
  DEFAULT_CONFIG,
  DEFAULT_LIMITS,
  type LinkId,
  type PeerId,
} from '@hearsay/core';
import {
  Plumtree,
  type TreeCounters,
  type TreeLimits,
  zeroTreeCounters,
} from '@hearsay/core/broadcast';

/** One end of a link of the light network. */
export interface TreeLink {
  readonly id: LinkId;
  readonly to: number;
  /** The same link as the other side numbers it. */
  readonly back: LinkId;
  /** One way; each frame takes a little more or less. */
  readonly latencyMs: number;
}

/** What a node of the light network asks of it. */
export interface TreeWorld {
  nowMs(): number;
  send(from: number, link: TreeLink, bytes: Uint8Array): void;
  wakeAt(node: number, timer: 'ihave' | 'graft', atMs: number): void;
  /** Of what a node holds. */
  bytesOf(node: number, key: string): Uint8Array | undefined;
}

/** A peer of which only the broadcast trees run. */
export class TreeNode {
  readonly index: number;
  readonly peer: PeerId;
  readonly links: Map<LinkId, TreeLink> = new Map();
  readonly counters: TreeCounters = zeroTreeCounters();
  readonly tree: Plumtree;
  #neighbours: { readonly id: LinkId; readonly peer: PeerId }[] = [];

  constructor(
    index: number,
    peer: PeerId,
    world: TreeWorld,
    options: { readonly limits: Partial<TreeLimits>; readonly config: Partial<Config> },
  ) {
    this.index = index;
    this.peer = peer;
    this.tree = new Plumtree({
      self: peer,
      config: { ...DEFAULT_CONFIG, ...options.config },
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      counters: this.counters,
      nowMs: () => world.nowMs(),
      neighbours: () => this.#neighbours,
      roundTripMs: (id) => 2 * (this.links.get(id)?.latencyMs ?? 0),
      holds: (stream, last) => world.bytesOf(index, `${stream}/${last}`) !== undefined,
      bytesOf: (stream, last) => world.bytesOf(index, `${stream}/${last}`),
      send: (id, bytes) => {
        const link = this.links.get(id);
        if (link !== undefined) world.send(index, link, bytes);
      },
      wakeBy: (timer, atMs) => world.wakeAt(index, timer, atMs),
    });
  }

  connect(link: TreeLink, peer: PeerId): void {
    this.links.set(link.id, link);
    this.#neighbours = [...this.#neighbours, { id: link.id, peer }];
    this.tree.linkUp(link.id);
  }

  disconnect(id: LinkId): void {
    this.links.delete(id);
    this.#neighbours = this.#neighbours.filter((neighbour) => neighbour.id !== id);
    this.tree.linkDown(id);
  }
}
