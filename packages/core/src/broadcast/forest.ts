import type { PeerId } from '../ids.js';
import type { LinkId } from '../input.js';

/** How the batches of one origin pass through here. A link that is not lazy is eager. */
export interface Tree {
  /** Links that only hear that a batch is here. */
  readonly lazy: Set<LinkId>;
  /** The link that last brought a batch first; undefined after its end. */
  parent: LinkId | undefined;
  /** The parent is gone, and nothing else has brought a batch since. */
  isOrphaned: boolean;
  /** Who announced batches well before they came, and how many in a row. */
  rival: LinkId | undefined;
  rivalWins: number;
  /** Who took over because it told of batches early, and has not brought one since; from when on it must. */
  promised: LinkId | undefined;
  promisedMs: number;
  usedMs: number;
}

/** In the trees of how many origins a link is an edge, and in how many it only announces. */
export interface TreeEdges {
  readonly eager: number;
  readonly lazy: number;
}

/** A tree that was used within this time is kept up by its own traffic: good to copy from. */
const FRESH_MS = 60_000;

/**
 * A tree for each origin, up to a bound. A new one begins as a copy of one that all peers choose
 * alike, so that it does not flood (helium/plumtree calls that the common sets): of those lately in
 * use, the one whose origin has the lowest id.
 */
export class Forest {
  readonly #max: number;
  readonly #linksMax: number;
  readonly #evicted: () => void;
  /** Least recently used first. */
  readonly #trees = new Map<PeerId, Tree>();
  /** For as long as there is no other, and where no origin has one of its own. */
  readonly #common: Tree = newTree(new Set(), 0);

  constructor(options: { max: number; linksMax: number; evicted: () => void }) {
    this.#max = options.max;
    this.#linksMax = options.linksMax;
    this.#evicted = options.evicted;
  }

  get size(): number {
    return this.#trees.size;
  }

  /** The tree of an origin that speaks now; a new one, if need be in the place of the oldest. */
  of(origin: PeerId, nowMs: number): Tree {
    if (this.#max === 0) return this.#common;
    const known = this.#trees.get(origin);
    const tree = known ?? newTree(new Set(this.#model(nowMs).lazy), nowMs);
    tree.usedMs = nowMs;
    this.#trees.delete(origin);
    this.#trees.set(origin, tree);
    if (this.#trees.size > this.#max) this.#evictOldest();
    return tree;
  }

  /** The tree of an origin, or the one that it would begin with. */
  peek(origin: PeerId, nowMs: number): Tree {
    return this.#trees.get(origin) ?? this.#model(nowMs);
  }

  /** The tree of an origin, if it has one. */
  known(origin: PeerId): Tree | undefined {
    return this.#max === 0 ? this.#common : this.#trees.get(origin);
  }

  /** What a link is in the trees of origins that have one. */
  edges(link: LinkId): TreeEdges {
    let lazy = 0;
    for (const tree of this.#trees.values()) if (tree.lazy.has(link)) lazy += 1;
    return { eager: this.#trees.size - lazy, lazy };
  }

  /** A new link is part of every tree, until it turns out to be one too many; `open` counts it. */
  linkUp(link: LinkId, open: number): void {
    for (const tree of this.#all()) {
      if (open - tree.lazy.size > this.#linksMax) tree.lazy.add(link);
    }
  }

  linkDown(link: LinkId): void {
    for (const tree of this.#all()) {
      tree.lazy.delete(link);
      if (tree.rival === link) tree.rival = undefined;
      if (tree.promised === link) tree.promised = undefined;
      if (tree.parent !== link) continue;
      tree.parent = undefined;
      tree.isOrphaned = true;
    }
  }

  *#all(): Generator<Tree> {
    yield this.#common;
    yield* this.#trees.values();
  }

  #model(nowMs: number): Tree {
    let model: readonly [PeerId, Tree] | undefined;
    let isModelFresh = false;
    for (const entry of this.#trees) {
      const [origin, tree] = entry;
      const isFresh = nowMs - tree.usedMs < FRESH_MS;
      if (isModelFresh && !isFresh) continue;
      const isBetter = model === undefined || (isFresh && !isModelFresh) || origin < model[0];
      if (!isBetter) continue;
      model = entry;
      isModelFresh = isFresh;
    }
    return model?.[1] ?? this.#common;
  }

  #evictOldest(): void {
    for (const origin of this.#trees.keys()) {
      this.#trees.delete(origin);
      this.#evicted();
      return;
    }
  }
}

function newTree(lazy: Set<LinkId>, usedMs: number): Tree {
  return {
    lazy,
    parent: undefined,
    isOrphaned: false,
    rival: undefined,
    rivalWins: 0,
    promised: undefined,
    promisedMs: 0,
    usedMs,
  };
}
