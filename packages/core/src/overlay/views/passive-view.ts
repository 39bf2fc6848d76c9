import type { PeerId } from '../../ids.js';
import { pick, type Random, sample } from '../../random.js';
import type { Contact } from '../../wire/views.js';

/** Failed contacts are not taken in again for this long: others may still hand them round. */
const FAILED_MS = 60_000;
/** Failed contacts remembered, as a multiple of the view; the one that failed first is forgotten. */
const FAILED_FACTOR = 8;

interface Entry {
  readonly contact: Contact;
  /** Not to be tried before. */
  retryMs: number;
}

/** Contacts in reserve: nobody checks them before they are needed (HyParView, section 4). */
export class PassiveView {
  readonly #entries = new Map<PeerId, Entry>();
  readonly #failed = new Map<PeerId, number>();
  readonly #max: number;
  readonly #random: Random;

  constructor(max: number, random: Random) {
    this.#max = max;
    this.#random = random;
  }

  get size(): number {
    return this.#entries.size;
  }

  contacts(): Contact[] {
    return [...this.#entries.values()].map(({ contact }) => contact);
  }

  /**
   * Takes a contact in, for a random one if there is no room.
   * @param expendable goes first, while there are any
   */
  add(contact: Contact, nowMs: number, expendable: PeerId[] = []): void {
    if (contact.addresses.length === 0 || (this.#failed.get(contact.peer) ?? 0) > nowMs) return;
    const known = this.#entries.get(contact.peer);
    if (known === undefined && this.#entries.size >= this.#max) this.#makeRoom(expendable);
    this.#entries.set(contact.peer, { contact, retryMs: known?.retryMs ?? nowMs });
  }

  /** Nobody answers there. */
  fail(peer: PeerId, nowMs: number): void {
    this.#entries.delete(peer);
    this.#failed.delete(peer);
    this.#failed.set(peer, nowMs + FAILED_MS);
    const [oldest] = this.#failed.keys();
    const isFull = this.#failed.size > FAILED_FACTOR * this.#max;
    if (isFull && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** It answers, whatever was thought of it. */
  lives(peer: PeerId): void {
    this.#failed.delete(peer);
  }

  delete(peer: PeerId): void {
    this.#entries.delete(peer);
  }

  /** It had no room for us: not again before a time. */
  postpone(peer: PeerId, untilMs: number): void {
    const entry = this.#entries.get(peer);
    if (entry !== undefined) entry.retryMs = untilMs;
  }

  /** A random contact that may be tried now. */
  candidate(nowMs: number, isWanted: (peer: PeerId) => boolean): Contact | undefined {
    const open = [...this.#entries.values()].filter(
      ({ contact, retryMs }) => retryMs <= nowMs && isWanted(contact.peer),
    );
    return pick(open, this.#random)?.contact;
  }

  sample(count: number): Contact[] {
    return sample(this.contacts(), count, this.#random);
  }

  #makeRoom(expendable: PeerId[]): void {
    for (let peer = expendable.pop(); peer !== undefined; peer = expendable.pop()) {
      if (this.#entries.delete(peer)) return;
    }
    const victim = pick([...this.#entries.keys()], this.#random);
    if (victim !== undefined) this.#entries.delete(victim);
  }
}
