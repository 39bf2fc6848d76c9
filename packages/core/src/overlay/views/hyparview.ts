import type { PeerId } from '../../ids.js';
import type { Address } from '../../input.js';
import type { Limits } from '../../limits.js';
import { jitter, type Random, sample } from '../../random.js';
import type {
  Contact,
  ForwardJoin,
  Island,
  Shuffle,
  ShuffleReply,
  ViewFrame,
} from '../../wire/views.js';
import { ActiveView } from './active-view.js';
import { ContactBook } from './contact-book.js';
import { IslandRoot } from './island-root.js';
import { PassiveView } from './passive-view.js';
import { type Purpose, ViewDials } from './view-dials.js';
import type { ViewConfig, ViewEffect, ViewInput } from './view-types.js';
import { Routes, WalkBudgets } from './walks.js';

/** Between two looks at what is due. */
const TICK_MS = 1_000;
/** Dials that views have under way at once, as a multiple of the active view. */
const DIALS_FACTOR = 2;
/** After a refusal the next attempt waits, doubling up to this many times a tick. */
const REFUSED_TICKS_MAX = 32;
/** With this many neighbours there is time to wait. */
const SAFE_NEIGHBOURS = 2;
/** Remembered contacts that are dialled at once by who has nobody. */
const HELPERS = 3;
/** Between two looks at a remembered contact: with places that nobody fills, as a root, and else. */
const COMPARE_SHORT_MS = 1_000;
const COMPARE_ROOT_MS = 10_000;
const COMPARE_MS = 300_000;
/** A lost root makes everybody look, at least within this time; 10 ms for each member spare the seeds. */
const COMPARE_LOST_MS = 10_000;
const COMPARE_LOST_PER_MEMBER_MS = 10;

const NOTHING: readonly ViewEffect[] = [];

/**
 * Partial views: a few neighbours to whom links are held, and more contacts in reserve (HyParView,
 * DSN 2007). What differs from the paper does so because a link costs a handshake, and because
 * islands never heal by themselves: who has too many neighbours asks before it lets one go, answers
 * to shuffles go back the way they came, contacts that failed are not taken in again for a while,
 * and islands are told apart by their roots (`IslandRoot`) and joined through remembered contacts.
 */
export class HyParView {
  readonly #self: () => Contact;
  readonly #config: ViewConfig;
  readonly #random: Random;
  readonly #passive: PassiveView;
  readonly #active: ActiveView;
  readonly #book: ContactBook;
  readonly #island: IslandRoot;
  readonly #routes = new Routes();
  readonly #budgets: WalkBudgets;
  readonly #dials: ViewDials;
  /** Dialled by us for no place: to see whose island they are on. */
  readonly #compared = new Set<PeerId>();
  #effects: ViewEffect[] = [];
  #nowMs: number;
  #tickMs: number;
  #shuffleMs: number;
  #compareMs = 0;
  #lostCompareMs = Number.POSITIVE_INFINITY;
  #fillMs = 0;
  #helpMs = 0;
  #walksIgnored = 0;

  /** @param parts.self who we are and where we can be dialled, at the moment of asking */
  constructor(parts: {
    self: () => Contact;
    config: ViewConfig;
    limits: Pick<Limits, 'walksPerLinkMax' | 'walksPerLinkPerSecondMax' | 'addressesMax'>;
    random: Random;
    nowMs: number;
  }) {
    const { config, limits, random, nowMs } = parts;
    this.#self = parts.self;
    this.#config = config;
    this.#random = random;
    this.#passive = new PassiveView(config.passiveViewMax, random);
    this.#active = new ActiveView({
      max: config.activeViewMax,
      random,
      passive: this.#passive,
      push: (effect) => this.#push(effect),
    });
    this.#book = new ContactBook(limits.addressesMax, random);
    this.#island = new IslandRoot(parts.self().peer, nowMs);
    this.#budgets = new WalkBudgets(limits);
    this.#dials = new ViewDials(DIALS_FACTOR * config.activeViewMax);
    this.#nowMs = nowMs;
    this.#tickMs = nowMs + random.below(TICK_MS);
    this.#shuffleMs = nowMs + random.below(config.shuffleMs);
  }

  /** When `tick` is worth feeding; earlier it does nothing. */
  get dueMs(): number {
    return this.#tickMs;
  }

  /** Neighbours, in the order in which they came. */
  neighbours(): readonly PeerId[] {
    return this.#active.peers();
  }

  /** A neighbour, or about to be one. */
  wants(peer: PeerId): boolean {
    return this.#active.has(peer) || this.#active.isAsked(peer);
  }

  /** Contacts in reserve. */
  reserve(): readonly Contact[] {
    return this.#passive.contacts();
  }

  /** The root of our island, and how many members it said that there are. */
  get island(): { readonly root: PeerId; readonly members: number } {
    return this.#island;
  }

  /** Walks beyond `walksPerLinkMax` so far. */
  get walksIgnored(): number {
    return this.#walksIgnored;
  }

  /** One step. @param nowMs monotonic */
  handle(input: ViewInput, nowMs: number): readonly ViewEffect[] {
    this.#nowMs = nowMs;
    this.#step(input);
    this.#fill();
    if (this.#effects.length === 0) return NOTHING;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #step(input: ViewInput): void {
    switch (input.kind) {
      case 'remember':
        return this.#book.add(input.address, input.seed);
      case 'heard-of':
        return this.#learn([input.contact], []);
      case 'linked':
        return this.#linked(input.contact, input.dialled);
      case 'unlinked':
        this.#budgets.forget(input.peer);
        this.#compared.delete(input.peer);
        if (this.#active.has(input.peer)) this.#active.forgetRefusals();
        return this.#active.unlink(input.peer, input.released, this.#nowMs);
      case 'unreachable':
        return this.#unreachable(input.address);
      case 'frame':
        return this.#frame(input.from, input.frame);
      case 'tick':
        if (this.#nowMs >= this.#tickMs) this.#tick(input.members);
        return;
    }
  }

  #linked(contact: Contact, dialled: Address | undefined): void {
    const { peer } = contact;
    this.#passive.lives(peer);
    if (dialled !== undefined) this.#book.found(dialled, peer);
    const purpose = this.#dials.succeed(peer, dialled);
    if (this.#active.link(contact, this.#nowMs)) this.#send(peer, this.#island.claim());
    if (this.wants(peer)) return;
    if (purpose !== undefined && purpose !== 'compare') this.#ask(peer, purpose);
    else if (dialled !== undefined) this.#compared.add(peer);
  }

  #ask(peer: PeerId, purpose: Purpose): void {
    const how = { isJoin: purpose === 'join', isUrgent: purpose === 'urgent' };
    this.#active.ask(peer, how, this.#nowMs);
  }

  #unreachable(address: Address): void {
    const peer = this.#dials.fail(address);
    if (peer !== undefined) this.#passive.fail(peer, this.#nowMs);
  }

  #frame(from: PeerId, frame: ViewFrame): void {
    if (!this.#active.isLinked(from)) return;
    switch (frame.kind) {
      case 'join':
        return this.#join(from);
      case 'forward-join':
        return this.#takesWalk(from) ? this.#forwardJoin(from, frame) : undefined;
      case 'neighbour':
        return this.#active.accept(from, frame.urgent, this.#nowMs);
      case 'neighbour-reply':
        return this.#active.answered(from, frame.accepted, this.#nowMs);
      case 'shuffle':
        return this.#takesWalk(from) ? this.#shuffle(from, frame) : undefined;
      case 'shuffle-reply':
        return this.#shuffleReply(frame);
      case 'release':
        return this.#active.release(from, this.#nowMs);
      case 'keep':
        return this.#active.keep(from, this.#nowMs);
      case 'island':
        return this.#islandOf(from, frame);
    }
  }

  #takesWalk(from: PeerId): boolean {
    const takes = this.#budgets.takes(from, this.#nowMs);
    if (!takes) this.#walksIgnored += 1;
    return takes;
  }

  #join(from: PeerId): void {
    const newcomer = this.#active.contact(from);
    // A neighbour that says it again would only make us send walks.
    const isNew = !this.#active.has(from);
    const others = this.#active.peers();
    this.#active.accept(from, true, this.#nowMs);
    if (!isNew || newcomer === undefined || newcomer.addresses.length === 0) return;
    if (!this.#takesWalk(from)) return;
    const hops = this.#config.activeWalkHops;
    for (const to of others) this.#send(to, { kind: 'forward-join', hops, newcomer });
  }

  #forwardJoin(from: PeerId, { hops: left, newcomer }: ForwardJoin): void {
    const { peer } = newcomer;
    if (peer === this.#self().peer || this.#active.has(peer)) return;
    const { activeWalkHops, passiveWalkHops } = this.#config;
    const hops = Math.min(left, activeWalkHops);
    const next = this.#active.pick(from, peer);
    if (hops === 0 || next === undefined) return this.#approach(newcomer, 'urgent');
    if (hops === passiveWalkHops) this.#learn([newcomer], []);
    this.#send(next, { kind: 'forward-join', hops: hops - 1, newcomer });
  }

  #shuffle(from: PeerId, { nonce, hops: left, contacts }: Shuffle): void {
    const [origin] = contacts;
    if (origin === undefined || origin.peer === this.#self().peer) return;
    const hops = Math.min(left, this.#config.activeWalkHops) - 1;
    const next = this.#active.pick(from, origin.peer);
    if (hops > 0 && next !== undefined) {
      this.#routes.set(nonce, { back: from, offered: [] });
      return this.#send(next, { kind: 'shuffle', nonce, hops, contacts });
    }
    const answer = this.#passive.sample(contacts.length);
    const offered = answer.map(({ peer }) => peer);
    this.#send(from, { kind: 'shuffle-reply', nonce, contacts: answer });
    this.#learn(contacts, offered);
  }

  #shuffleReply({ nonce, contacts }: ShuffleReply): void {
    const route = this.#routes.take(nonce);
    if (route === undefined) return;
    if (route.back === undefined) return this.#learn(contacts, route.offered);
    if (this.#active.isLinked(route.back)) {
      this.#send(route.back, { kind: 'shuffle-reply', nonce, contacts });
    }
  }

  #beginShuffle(): void {
    const to = this.#active.pick();
    if (to === undefined) return;
    const { shuffleActive, shufflePassive, activeWalkHops: hops } = this.#config;
    const near = this.#active.contacts().filter(({ peer }) => peer !== to);
    const reserve = this.#passive.sample(shufflePassive);
    const contacts = [this.#self(), ...sample(near, shuffleActive, this.#random), ...reserve];
    const nonce = this.#random.next();
    this.#routes.set(nonce, { back: undefined, offered: reserve.map(({ peer }) => peer) });
    this.#send(to, { kind: 'shuffle', nonce, hops, contacts });
  }

  /** @param offered went out in exchange: the first to make room */
  #learn(contacts: readonly Contact[], offered: readonly PeerId[]): void {
    const own = this.#self().peer;
    const expendable = [...offered];
    for (const contact of contacts) {
      if (contact.peer === own || this.#active.has(contact.peer)) continue;
      this.#passive.add(contact, this.#nowMs, expendable);
    }
  }

  #islandOf(from: PeerId, claim: Island): void {
    if (this.#active.has(from)) {
      if (this.#island.hear(claim, this.#nowMs) === 'passed-on') this.#tellIsland(from);
      return;
    }
    if (!this.#compared.delete(from)) return;
    const isOther = claim.root !== this.#island.root;
    if (isOther || this.#active.room > 0) this.#ask(from, isOther ? 'join' : 'neighbour');
    else this.#active.drop(from, this.#nowMs);
  }

  #tellIsland(except: PeerId | undefined): void {
    for (const to of this.#active.peers()) {
      if (to !== except) this.#send(to, this.#island.claim());
    }
  }

  #tick(members: number): void {
    this.#tickMs = this.#nowMs + jitter(TICK_MS, this.#config.jitterPercent, this.#random);
    for (const address of this.#dials.expired(this.#nowMs)) this.#unreachable(address);
    this.#active.tick(this.#nowMs);
    const island = this.#island.tick(this.#nowMs, members);
    if (island !== 'none') this.#tellIsland(undefined);
    if (island === 'lost') {
      const withinMs = Math.max(COMPARE_LOST_MS, COMPARE_LOST_PER_MEMBER_MS * members);
      this.#lostCompareMs = this.#nowMs + this.#random.below(withinMs);
    }
    if (this.#nowMs >= this.#shuffleMs) {
      const { shuffleMs, jitterPercent } = this.#config;
      this.#shuffleMs = this.#nowMs + jitter(shuffleMs, jitterPercent, this.#random);
      this.#beginShuffle();
    }
    this.#compare();
  }

  /** Looks now and then at a remembered contact: it may be on another island. */
  #compare(): void {
    const isLost = this.#nowMs >= this.#lostCompareMs;
    if (this.#nowMs < this.#compareMs + this.#comparePeriodMs() && !isLost) return;
    this.#compareMs = this.#nowMs;
    this.#lostCompareMs = Number.POSITIVE_INFINITY;
    this.#contact(this.#active.size === 0 ? 'join' : 'compare');
  }

  #comparePeriodMs(): number {
    if (this.#active.size === 0) return 0;
    if (this.#active.room > 0 && this.#passive.size === 0) return COMPARE_SHORT_MS;
    return this.#island.root === this.#self().peer ? COMPARE_ROOT_MS : COMPARE_MS;
  }

  #contact(purpose: 'join' | 'compare'): void {
    const address = this.#book.pick((peer) => this.#active.isLinked(peer));
    if (address !== undefined) this.#dial(address, undefined, purpose);
  }

  /** Asks those in reserve for the places that are empty. */
  #fill(): void {
    if (this.#active.room <= 0) return;
    if (this.#active.refusals > 0 && this.#active.size >= SAFE_NEIGHBOURS) {
      if (this.#nowMs < this.#fillMs) return;
      const ticks = Math.min(REFUSED_TICKS_MAX, 2 ** Math.min(this.#active.refusals, 8));
      this.#fillMs = this.#nowMs + jitter(ticks * TICK_MS, 50, this.#random);
    }
    for (let left = this.#active.room - this.#dials.size; left > 0; left--) {
      const isOpen = (peer: PeerId): boolean => !this.wants(peer) && !this.#dials.isDialled(peer);
      const candidate = this.#passive.candidate(this.#nowMs, isOpen);
      if (candidate === undefined) break;
      this.#approach(candidate, 'neighbour');
    }
    this.#seekHelp();
  }

  /** With one neighbour or none, and nobody in reserve, those that are remembered are dialled at once. */
  #seekHelp(): void {
    const { room, size } = this.#active;
    const isWaiting = this.#dials.size > 0 || room + size < this.#config.activeViewMax;
    if (size >= SAFE_NEIGHBOURS || isWaiting || this.#nowMs < this.#helpMs) return;
    this.#helpMs = this.#nowMs + TICK_MS;
    for (let count = 0; count < HELPERS; count++) this.#contact(size === 0 ? 'join' : 'compare');
  }

  /** Asks somebody to be a neighbour, on the link that there is or on a new one. */
  #approach(contact: Contact, purpose: Purpose): void {
    const { peer } = contact;
    if (this.wants(peer)) return;
    if (this.#active.isSpare(peer)) return this.#ask(peer, purpose);
    const [address] = contact.addresses;
    if (address !== undefined) this.#dial(address, peer, purpose);
  }

  #dial(address: Address, peer: PeerId | undefined, purpose: Purpose): void {
    const untilMs = this.#nowMs + 2 * this.#config.dialTimeoutMs;
    if (!this.#dials.begin(address, { peer, purpose, untilMs })) return;
    this.#push({ kind: 'dial', address, peer });
  }

  #send(to: PeerId, frame: ViewFrame): void {
    this.#push({ kind: 'send', to, frame });
  }

  #push(effect: ViewEffect): void {
    this.#effects.push(effect);
    // Neighbours tell each other whose island they are on, and again when that changes.
    if (effect.kind === 'neighbour-up') this.#send(effect.peer, this.#island.claim());
  }
}
