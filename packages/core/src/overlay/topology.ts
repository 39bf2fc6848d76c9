import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Member, Members } from '../membership/members.js';
import type { Links } from './links.js';
import { Rings } from './rings.js';
import { isBeyondTable, type Shape, shapeOf } from './shape.js';

/** What knows who is, or will be, a neighbour in partial views. */
interface Views {
  wants(peer: PeerId): boolean;
}

/**
 * Who should be linked to us, and so who is watched by us: in a large mesh a failure detector that
 * probes everybody would be as dear as the links that were saved.
 */
export class Topology {
  readonly #context: Context;
  readonly #members: Members;
  readonly #links: Links;
  readonly #rings: Rings;
  #shape: Shape = 'full';
  #isBeyondTable = false;
  #ringNeighbours: ReadonlySet<PeerId> | undefined;
  #views: Views | undefined;
  #relinkedMs = 0;

  constructor(parts: { context: Context; members: Members; links: Links }) {
    this.#context = parts.context;
    this.#members = parts.members;
    this.#links = parts.links;
    const { self, config } = parts.context;
    this.#rings = new Rings(self.id, config.cappedRings);
  }

  get shape(): Shape {
    return this.#shape;
  }

  /** Whether there are more members than the table has rows for: views are partial then. */
  get isBeyondTable(): boolean {
    return this.#isBeyondTable;
  }

  /**
   * The members changed.
   * @param hint how many there are, from who should know
   * @param elsewhere how many we know of that have no row in the table
   * @returns the shape from now on
   */
  reconsider(hint: number, elsewhere: number): Shape {
    this.#ringNeighbours = undefined;
    const count = Math.max(hint, this.#members.presentCount + elsewhere + 1);
    const { config } = this.#context;
    this.#shape = shapeOf(count, this.#shape, config);
    const isBeyond = isBeyondTable(count, this.#isBeyondTable, config);
    this.#isBeyondTable = this.#shape === 'partial' && isBeyond;
    return this.#shape;
  }

  /** The views that decide, as long as the shape is `partial`. */
  use(views: Views | undefined): void {
    this.#views = views;
  }

  /**
   * Links to everybody are on their way, and take this long. Until then who has none is no more
   * watched than before: a probe through others, who have none either, would find nobody.
   */
  relinking(withinMs: number): void {
    this.#relinkedMs = this.#context.now.monotonicMs + withinMs;
  }

  /** Whether there should be a link to a member. */
  wants(member: Member): boolean {
    if (this.#shape === 'full') return true;
    const { state, witnessed, heardMs, peer } = member;
    // Once linked and lost: only a dial can tell whether it lives, or lives again.
    if (state === 'dead' || state === 'left') return heardMs !== undefined;
    if (state === 'suspect' && witnessed) return true;
    if (this.#shape === 'partial') return this.#views?.wants(peer) === true;
    this.#ringNeighbours ??= this.#rings.neighbours(
      this.#members.present().map((each) => each.peer),
    );
    return this.#ringNeighbours.has(peer);
  }

  /** Whether we would notice if it died: by its link, or since we lost it and look after it. */
  watches({ peer, state, witnessed }: Member): boolean {
    const isRelinked = this.#context.now.monotonicMs >= this.#relinkedMs;
    if (this.#shape === 'full' && isRelinked) return true;
    if (this.#links.of(peer) !== undefined) return true;
    return state === 'suspect' && witnessed;
  }
}
