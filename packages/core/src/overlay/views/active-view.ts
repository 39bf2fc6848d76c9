import type { PeerId } from '../../ids.js';
import { pick, type Random } from '../../random.js';
import type { Contact, ViewFrame } from '../../wire/views.js';
import type { PassiveView } from './passive-view.js';
import type { ViewEffect } from './view-types.js';

/** An answer to `neighbour`, `join` or `release` is awaited this long. */
const ANSWER_MS = 2_000;
/** Who had no room, or was let go, is asked again after this long. */
const NO_ROOM_MS = 5_000;
/** Who needs its link is asked again to let it go after this long. */
const KEEP_MS = 30_000;
/** A link that nobody says anything about is let go after this long. */
const SPARE_MS = 5_000;
/** With this many other neighbours a peer lets one go when asked: one alone is one failure from an island. */
const OTHERS_MIN = 2;
/** The active view may grow to this multiple of its size, for those who have nobody else. */
const OVERFLOW_FACTOR = 2;

interface Spare {
  readonly contact: Contact;
  /** When to ask whether it may go. */
  dueMs: number;
}

/**
 * The neighbours, and the links that are not, or not yet, those of neighbours. Neighbours are so
 * for each other: who stops says so by closing the link. Nobody loses its last link to another's
 * wish: who has too many asks ("may this link go?") and the other side closes it, or keeps it.
 */
export class ActiveView {
  readonly #max: number;
  readonly #random: Random;
  readonly #passive: PassiveView;
  readonly #push: (effect: ViewEffect) => void;
  readonly #active = new Map<PeerId, Contact>();
  readonly #spare = new Map<PeerId, Spare>();
  /** Asked to be a neighbour: until when an answer counts, and whether it was a `join`. */
  readonly #asked = new Map<PeerId, { readonly isJoin: boolean; readonly untilMs: number }>();
  /** Asked to let go, and those that said they need us: not asked again before. */
  readonly #releasing = new Map<PeerId, number>();
  readonly #kept = new Map<PeerId, number>();
  /** Had no room, one after the other. */
  #refusals = 0;

  constructor(parts: {
    max: number;
    random: Random;
    passive: PassiveView;
    push: (effect: ViewEffect) => void;
  }) {
    this.#max = parts.max;
    this.#random = parts.random;
    this.#passive = parts.passive;
    this.#push = parts.push;
  }

  get size(): number {
    return this.#active.size;
  }

  /** Places left, those that were asked for counted as taken. */
  get room(): number {
    return this.#max - this.#active.size - this.#asked.size;
  }

  /** How often in a row somebody had no room for us. */
  get refusals(): number {
    return this.#refusals;
  }

  has(peer: PeerId): boolean {
    return this.#active.has(peer);
  }

  isAsked(peer: PeerId): boolean {
    return this.#asked.has(peer);
  }

  isLinked(peer: PeerId): boolean {
    return this.#active.has(peer) || this.#spare.has(peer);
  }

  isSpare(peer: PeerId): boolean {
    return this.#spare.has(peer);
  }

  contact(peer: PeerId): Contact | undefined {
    return this.#active.get(peer) ?? this.#spare.get(peer)?.contact;
  }

  peers(): PeerId[] {
    return [...this.#active.keys()];
  }

  contacts(): Contact[] {
    return [...this.#active.values()];
  }

  /** A random neighbour that is none of these. */
  pick(...others: readonly PeerId[]): PeerId | undefined {
    const open = this.peers().filter((peer) => !others.includes(peer));
    return pick(open, this.#random);
  }

  /** A link is open. @returns whether it is a new one */
  link(contact: Contact, nowMs: number): boolean {
    if (this.#active.has(contact.peer)) {
      this.#active.set(contact.peer, contact);
      return false;
    }
    const isNew = !this.#spare.has(contact.peer);
    this.#spare.set(contact.peer, { contact, dueMs: nowMs + SPARE_MS });
    return isNew;
  }

  /** A link is gone. */
  unlink(peer: PeerId, isReleased: boolean, nowMs: number): void {
    const contact = this.contact(peer);
    this.#forget(peer);
    if (!isReleased) return this.#passive.fail(peer, nowMs);
    if (contact !== undefined) this.#passive.add(contact, nowMs);
    this.#passive.postpone(peer, nowMs + NO_ROOM_MS);
  }

  /** Asks somebody who is linked for a place: urgently, if we have fewer than two. */
  ask(peer: PeerId, how: { isJoin: boolean; isUrgent: boolean }, nowMs: number): void {
    this.#asked.set(peer, { isJoin: how.isJoin, untilMs: nowMs + ANSWER_MS });
    if (how.isJoin) return this.#send(peer, { kind: 'join' });
    const urgent = how.isUrgent || this.#active.size < OTHERS_MIN;
    this.#send(peer, { kind: 'neighbour', urgent });
  }

  /** Somebody asks for a place. */
  accept(from: PeerId, isUrgent: boolean, nowMs: number): void {
    const max = isUrgent ? OVERFLOW_FACTOR * this.#max : this.#max;
    // Who was asked by us has a place already.
    const accepted = this.isAsked(from) || this.has(from) || this.#active.size < max;
    this.#send(from, { kind: 'neighbour-reply', accepted });
    if (accepted) this.#up(from, nowMs);
  }

  /** Somebody answered. */
  answered(from: PeerId, accepted: boolean, nowMs: number): void {
    const asked = this.#asked.get(from);
    if (asked === undefined) return;
    this.#asked.delete(from);
    if (accepted) return this.#up(from, nowMs);
    this.#refusals += 1;
    // Whoever took our join sends walks for us: its link may go once others are there.
    if (!asked.isJoin) this.drop(from, nowMs);
  }

  /** A neighbour has too many. */
  release(from: PeerId, nowMs: number): void {
    const isNeeded = this.has(from)
      ? this.#active.size <= OTHERS_MIN
      : this.isAsked(from) && this.#active.size === 0;
    if (isNeeded) this.#send(from, { kind: 'keep' });
    else this.drop(from, nowMs);
  }

  /** A neighbour needs us. */
  keep(from: PeerId, nowMs: number): void {
    this.#releasing.delete(from);
    this.#kept.set(from, nowMs + KEEP_MS);
    // It holds us for its neighbour, so that is what we are.
    this.#up(from, nowMs);
    this.#shed(from, nowMs);
  }

  /** Lets a link go; who was at its end is worth remembering. */
  drop(peer: PeerId, nowMs: number): void {
    if (!this.isLinked(peer)) return;
    this.unlink(peer, true, nowMs);
    this.#push({ kind: 'drop', peer });
  }

  /** What took too long. */
  tick(nowMs: number): void {
    for (const [peer, { untilMs }] of this.#asked) {
      if (untilMs > nowMs) continue;
      this.#asked.delete(peer);
      this.#passive.postpone(peer, nowMs + NO_ROOM_MS);
    }
    for (const asked of [this.#releasing, this.#kept]) {
      for (const [peer, untilMs] of asked) if (untilMs <= nowMs) asked.delete(peer);
    }
    for (const [peer, spare] of this.#spare) {
      if (spare.dueMs > nowMs || this.#asked.has(peer)) continue;
      spare.dueMs = nowMs + KEEP_MS;
      this.#send(peer, { kind: 'release' });
    }
    this.#shed(undefined, nowMs);
  }

  /** Somebody else is needed: refusals of others do not count any more. */
  forgetRefusals(): void {
    this.#refusals = 0;
  }

  #up(peer: PeerId, nowMs: number): void {
    const contact = this.#spare.get(peer)?.contact;
    this.#asked.delete(peer);
    if (contact === undefined) return;
    this.#refusals = 0;
    this.#spare.delete(peer);
    this.#passive.delete(peer);
    this.#active.set(peer, contact);
    this.#push({ kind: 'neighbour-up', peer });
    this.#shed(peer, nowMs);
  }

  /** Over the size: asks random neighbours whether they can do without us. */
  #shed(newest: PeerId | undefined, nowMs: number): void {
    let excess = this.#active.size - this.#releasing.size - this.#max;
    for (; excess > 0; excess -= 1) {
      const open = this.peers().filter(
        (peer) => peer !== newest && !this.#releasing.has(peer) && !this.#kept.has(peer),
      );
      const victim = pick(open, this.#random);
      if (victim === undefined) return;
      this.#releasing.set(victim, nowMs + ANSWER_MS);
      this.#send(victim, { kind: 'release' });
    }
  }

  #forget(peer: PeerId): void {
    this.#spare.delete(peer);
    this.#asked.delete(peer);
    this.#releasing.delete(peer);
    this.#kept.delete(peer);
    if (this.#active.delete(peer)) this.#push({ kind: 'neighbour-down', peer });
  }

  #send(to: PeerId, frame: ViewFrame): void {
    this.#push({ kind: 'send', to, frame });
  }
}
