import { compareIds, type PeerId } from '../ids.js';
import type { Address, LinkId } from '../input.js';

/** One connection. It is open once the other side's hello was accepted. */
export interface Link {
  readonly id: LinkId;
  /** The address when we dialled it. */
  readonly dialled: Address | undefined;
  readonly remote: Address | undefined;
  /** Who it is for certain, where the host can tell. */
  readonly proven: PeerId | undefined;
  state: 'handshake' | 'open' | 'closing';
  peer: PeerId | undefined;
  generation: number;
  /** Monotonic time of the last frame. */
  heardMs: number;
  /** Monotonic time of the last heartbeat sent into silence. */
  heartbeatMs: number;
  /** When its member table was last asked for, and ours last sent. */
  tableAskedMs: number;
  tableSentMs: number;
}

/** A link whose peer is known. */
export type OpenLink = Link & { readonly peer: PeerId };

/** Every connection of this peer, by number and by peer. */
export class Links {
  readonly #links = new Map<LinkId, Link>();
  readonly #byPeer = new Map<PeerId, OpenLink>();
  /** In order, until one comes or goes: every broadcast asks. */
  #neighbours: readonly OpenLink[] | undefined;

  get count(): number {
    return this.#links.size;
  }

  add(link: Link): void {
    this.#links.set(link.id, link);
  }

  get(id: LinkId): Link | undefined {
    return this.#links.get(id);
  }

  /** The open link to a peer. */
  of(peer: PeerId): OpenLink | undefined {
    return this.#byPeer.get(peer);
  }

  /** Marks a link as the one to its peer. */
  open(link: Link, peer: PeerId, generation: number): OpenLink {
    link.state = 'open';
    link.peer = peer;
    link.generation = generation;
    const open = link as OpenLink; // Its peer was set on the line before.
    this.#byPeer.set(peer, open);
    this.#neighbours = undefined;
    return open;
  }

  /** No more frames are taken from it or sent on it; the host will report its end. */
  closing(link: Link): void {
    link.state = 'closing';
    this.#release(link);
  }

  isClosing(link: Link): boolean {
    return link.state === 'closing';
  }

  remove(id: LinkId): Link | undefined {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (link !== undefined) this.closing(link);
    return link;
  }

  /** Open links in order of peer ids, the same whatever the order of arrival. */
  neighbours(): readonly OpenLink[] {
    this.#neighbours ??= [...this.#byPeer.values()].sort((left, right) =>
      compareIds(left.peer, right.peer),
    );
    return this.#neighbours;
  }

  all(): Iterable<Link> {
    return this.#links.values();
  }

  get openCount(): number {
    return this.#byPeer.size;
  }

  #release(link: Link): void {
    if (link.peer === undefined || this.#byPeer.get(link.peer) !== link) return;
    this.#byPeer.delete(link.peer);
    this.#neighbours = undefined;
    for (const other of this.#links.values()) {
      // Two that we dialled may be open for a moment; the one that stays takes over.
      if (other.state === 'open' && other.peer === link.peer)
        this.open(other, link.peer, other.generation);
    }
  }
}
