import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Address, DialFailure } from '../input.js';
import type { MemberState } from '../membership/member.js';
import type { Member, Members } from '../membership/members.js';
import { type Random, sample } from '../random.js';
import type { Census } from '../roster/census.js';
import { CLOSE_CODES } from '../wire/close-codes.js';
import type { Contact, ViewFrame } from '../wire/views.js';
import { Dialler } from './dialler.js';
import type { Links, OpenLink } from './links.js';
import { Orphans } from './orphans.js';
import type { Overlay } from './overlay.js';
import type { Shape } from './shape.js';
import { Surplus } from './surplus.js';
import type { Topology } from './topology.js';
import { HyParView } from './views/hyparview.js';
import type { ViewEffect, ViewInput } from './views/view-types.js';

/** What a peer said of the size of its island counts this long: three beats of a root. */
const HINT_MS = 15_000;
/** Members that become contacts in reserve when views become partial, as a multiple of the reserve. */
const FIRST_CONTACTS_FACTOR = 2;

/** What the rest of the peer does about links. */
interface OverlayHooks {
  /** All of a member's addresses were refused by their host: nobody lives there. */
  refused(member: Member): void;
  /** A link may go. */
  release(link: OpenLink): void;
  /** A dial that was to find out whether a member lives led nowhere. */
  unanswered(peer: PeerId): void;
}

/**
 * Links by the size of the mesh: to everybody, to those beside us on a few rings, or to the neighbours
 * of a partial view. What is dialled, and when again, is the same for all (`Dialler`).
 */
export class SizedOverlay implements Overlay {
  readonly #context: Context;
  readonly #links: Links;
  readonly #members: Members;
  readonly #census: Census;
  readonly #topology: Topology;
  readonly #random: Random;
  readonly #hooks: OverlayHooks;
  readonly #dialler: Dialler;
  readonly #surplus: Surplus;
  readonly #orphans: Orphans;
  /** Seeds and addresses of earlier runs, for the day on which views are partial. */
  readonly #remembered = new Map<Address, boolean>();
  #views: HyParView | undefined;
  #hint = { members: 0, untilMs: 0 };
  #isStale = false;
  /** Members without a row when the shape was last looked at. */
  #elsewhere = 0;

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    census: Census;
    topology: Topology;
    random: Random;
    hooks: OverlayHooks;
  }) {
    const { census, context, links, members, topology, random, hooks } = parts;
    this.#context = context;
    this.#links = links;
    this.#members = members;
    this.#census = census;
    this.#topology = topology;
    this.#random = random;
    this.#hooks = hooks;
    this.#dialler = new Dialler({
      context,
      links,
      members,
      random,
      hooks: {
        refused: (member) => hooks.refused(member),
        wants: (member) => topology.wants(member),
        unreachable: (address) => this.#unreachable(address),
      },
    });
    const watches = (member: Member): boolean => topology.watches(member);
    this.#orphans = new Orphans({ members, census, watches, random });
    this.#surplus = new Surplus(context, links, (link) => this.#isWanted(link));
  }

  join(address: Address): void {
    this.#remember(address, true);
    this.#dialler.join(address);
  }

  discovered(address: Address, peer: PeerId | undefined): void {
    this.#remember(address, false);
    // With partial views strangers are contacts in reserve, and not to be linked at once.
    if (this.#views === undefined) this.#dialler.discovered(address, peer);
  }

  memberEntered(member: Member, was: MemberState | undefined): void {
    this.#isStale = true;
    const { peer, addresses, state } = member;
    if (state === 'dead' && this.#topology.shape !== 'full') this.#orphans.died(this.#nowMs);
    const isLinked = this.#links.of(peer) !== undefined;
    // A link to an older generation ends without a word to us.
    if (!isLinked) this.#feed({ kind: 'unlinked', peer, released: state === 'alive' });
    this.#dialler.memberEntered(member, was);
    if (!isLinked && state === 'alive')
      this.#feed({ kind: 'heard-of', contact: { peer, addresses } });
  }

  memberDropped(peer: PeerId): void {
    this.#isStale = true;
    this.#dialler.memberDropped(peer);
  }

  dialFailed(address: Address, failure: DialFailure, detail: string): void {
    this.#dialler.dialFailed(address, failure, detail);
  }

  linkUp(peer: PeerId, dialled: Address | undefined): void {
    this.#dialler.linkUp(peer, dialled);
    this.#feed({ kind: 'linked', contact: this.#contactOf(peer), dialled });
  }

  linkRefused(dialled: Address, code: number, reason: string): void {
    this.#dialler.linkRefused(dialled, code, reason);
  }

  linkDown(peer: PeerId, code: number): void {
    this.#dialler.linkDown(peer, code);
    this.#surplus.forget(peer);
    this.#feed({ kind: 'unlinked', peer, released: code === CLOSE_CODES.released });
  }

  heard(link: OpenLink, frame: ViewFrame): void {
    if (frame.kind === 'island') this.#hear(frame.members);
    if (this.#views !== undefined) {
      return this.#feed({ kind: 'frame', from: link.peer, frame });
    }
    const { outbox } = this.#context;
    switch (frame.kind) {
      case 'join':
      case 'neighbour':
        return outbox.send(link.id, { kind: 'neighbour-reply', accepted: true });
      case 'release':
        if (this.#isWanted(link) || this.#surplus.isScarce) {
          return outbox.send(link.id, { kind: 'keep' });
        }
        return this.#release(link);
      case 'keep':
        return this.#surplus.keep(link.peer);
      case 'neighbour-reply':
      case 'forward-join':
      case 'shuffle':
      case 'shuffle-reply':
      case 'island':
        return; // For partial views, and ours are not.
    }
  }

  dials(peer: PeerId): boolean {
    return this.#dialler.dials(peer);
  }

  pump(): void {
    const { deadlines } = this.#context;
    this.#forgetHint();
    if (this.#isStale || this.#census.present !== this.#elsewhere) this.#reconsider();
    if (this.#views !== undefined) {
      if (this.#nowMs >= this.#views.dueMs) {
        this.#feed({
          kind: 'tick',
          members: this.#census.present + this.#members.presentCount + 1,
        });
      }
      deadlines.setNoLater({ kind: 'views' }, this.#views.dueMs);
    } else if (this.#topology.shape === 'capped') {
      deadlines.setNoLater({ kind: 'views' }, this.#surplus.tick());
    }
    if (this.#orphans.dueMs < Number.POSITIVE_INFINITY) this.#lookAfterOrphans();
    this.#dialler.pump();
  }

  stop(): void {
    this.#dialler.stop();
  }

  get #nowMs(): number {
    return this.#context.now.monotonicMs;
  }

  #lookAfterOrphans(): void {
    for (const { addresses, peer } of this.#orphans.take(this.#nowMs)) {
      // What is left of a mesh may be small enough to dial everybody anyway.
      if (this.#topology.shape === 'full') continue;
      const [address] = addresses;
      if (address !== undefined) this.#dialler.ask(address, peer);
    }
    if (this.#orphans.dueMs < Number.POSITIVE_INFINITY) {
      this.#context.deadlines.setNoLater({ kind: 'views' }, this.#orphans.dueMs);
    }
  }

  #unreachable(address: Address): void {
    this.#feed({ kind: 'unreachable', address });
    const orphan = this.#orphans.unreachable(address);
    if (orphan !== undefined) this.#hooks.unanswered(orphan);
  }

  #release(link: OpenLink): void {
    this.#hooks.release(link);
    this.#surplus.forget(link.peer);
    this.#dialler.linkDown(link.peer, CLOSE_CODES.released);
  }

  #isWanted({ peer }: OpenLink): boolean {
    const member = this.#members.get(peer);
    return member !== undefined && this.#topology.wants(member);
  }

  #remember(address: Address, isSeed: boolean): void {
    const seed = isSeed || this.#remembered.get(address) === true;
    this.#remembered.delete(address);
    this.#remembered.set(address, seed);
    const isFull = this.#remembered.size > this.#context.limits.addressesMax;
    if (isFull) this.#remembered.delete(this.#oldestHeard() ?? address);
    this.#feed({ kind: 'remember', address, seed });
  }

  /** The address remembered the longest that nobody named. */
  #oldestHeard(): Address | undefined {
    for (const [address, isSeed] of this.#remembered) if (!isSeed) return address;
    return undefined;
  }

  /** Somebody says how many there are: a newcomer knows few, and must not take the mesh for small. */
  #hear(members: number): void {
    // A view that has just begun knows of itself alone: of several claims the highest counts.
    if (members < this.#hint.members) return;
    this.#hint = { members, untilMs: this.#nowMs + HINT_MS };
    this.#isStale = true;
  }

  /** What was said of the size is over: what we know ourselves counts. */
  #forgetHint(): void {
    if (this.#hint.members === 0 || this.#nowMs < this.#hint.untilMs) return;
    this.#hint = { members: 0, untilMs: 0 };
    this.#isStale = true;
  }

  #reconsider(): void {
    this.#isStale = false;
    const before = this.#topology.shape;
    this.#elsewhere = this.#census.present;
    const shape = this.#topology.reconsider(this.#hint.members, this.#elsewhere);
    if (shape !== before) this.#enter(shape);
    if (shape === 'capped') this.#seek();
    else if (shape === 'full' && before !== 'full') this.#relink();
    this.#dialler.reconsider();
  }

  /** Who is wanted, and was let go at another time, is dialled again. */
  #seek(): void {
    for (const member of this.#members.present()) {
      const isMissing = this.#links.of(member.peer) === undefined && this.#topology.wants(member);
      if (isMissing) this.#dialler.seek(member);
    }
  }

  /** Everybody is wanted, and nobody soon: trees reach them meanwhile. */
  #relink(): void {
    const missing = this.#members.alive().filter(({ peer }) => this.#links.of(peer) === undefined);
    this.#topology.relinking(this.#dialler.relink(missing));
  }

  #enter(shape: Shape): void {
    this.#context.counters.shapeChanges += 1;
    this.#views = undefined;
    this.#topology.use(undefined);
    if (shape !== 'partial') return;
    const { config, limits, self } = this.#context;
    this.#views = new HyParView({
      self: () => ({ peer: self.id, addresses: self.addresses }),
      config,
      limits,
      random: this.#random.split(`views ${this.#context.counters.shapeChanges}`),
      nowMs: this.#nowMs,
    });
    this.#topology.use(this.#views);
    for (const [address, seed] of this.#remembered) this.#feed({ kind: 'remember', address, seed });
    const linked = this.#links.neighbours().map(({ peer }) => peer);
    for (const peer of linked) {
      this.#feed({ kind: 'linked', contact: this.#contactOf(peer), dialled: undefined });
    }
    const others = this.#members.alive().map(({ peer }) => peer);
    const first = sample(others, FIRST_CONTACTS_FACTOR * config.passiveViewMax, this.#random);
    // Those that are linked come first: a place for one of them costs no dial.
    for (const peer of [...sample(linked, linked.length, this.#random), ...first]) {
      this.#feed({ kind: 'heard-of', contact: this.#contactOf(peer) });
    }
  }

  #contactOf(peer: PeerId): Contact {
    return { peer, addresses: this.#members.get(peer)?.addresses ?? [] };
  }

  #feed(input: ViewInput): void {
    const views = this.#views;
    if (views === undefined) return;
    const ignored = views.walksIgnored;
    for (const effect of views.handle(input, this.#nowMs)) this.#apply(effect);
    this.#context.counters.walksIgnored += views.walksIgnored - ignored;
  }

  #apply(effect: ViewEffect): void {
    switch (effect.kind) {
      case 'send': {
        const link = this.#links.of(effect.to);
        if (link !== undefined) this.#context.outbox.send(link.id, effect.frame);
        return;
      }
      case 'dial':
        return this.#dialler.ask(effect.address, effect.peer);
      case 'drop': {
        const link = this.#links.of(effect.peer);
        if (link !== undefined) this.#release(link);
        return;
      }
      case 'neighbour-up':
      case 'neighbour-down':
        return; // Neighbours are those whose links are open.
    }
  }
}
