import type { PeerId } from '../../ids.js';
import type { Address } from '../../input.js';

/** Why somebody is dialled: for a place, for a place in need, to be taken in, or to compare islands. */
export type Purpose = 'neighbour' | 'urgent' | 'join' | 'compare';

interface Dial {
  readonly peer: PeerId | undefined;
  readonly purpose: Purpose;
  readonly untilMs: number;
}

/** The dials that views have under way, each for a reason. */
export class ViewDials {
  readonly #dials = new Map<Address, Dial>();
  readonly #max: number;

  /** @param max at once; further ones are not begun */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#dials.size;
  }

  /** @returns whether it may begin: nobody dials there yet, and there are not too many */
  begin(address: Address, dial: Dial): boolean {
    const isTwice = dial.peer !== undefined && this.isDialled(dial.peer);
    if (isTwice || this.#dials.has(address) || this.#dials.size >= this.#max) return false;
    this.#dials.set(address, dial);
    return true;
  }

  isDialled(peer: PeerId): boolean {
    for (const dial of this.#dials.values()) if (dial.peer === peer) return true;
    return false;
  }

  /** A link to somebody is open. @returns why it was dialled, where it was */
  succeed(peer: PeerId, address: Address | undefined): Purpose | undefined {
    let purpose = address === undefined ? undefined : this.#dials.get(address)?.purpose;
    if (address !== undefined) this.#dials.delete(address);
    for (const [other, dial] of this.#dials) {
      if (dial.peer !== peer) continue;
      this.#dials.delete(other);
      purpose ??= dial.purpose;
    }
    return purpose;
  }

  /** A dial led nowhere. @returns who was expected there */
  fail(address: Address): PeerId | undefined {
    const peer = this.#dials.get(address)?.peer;
    this.#dials.delete(address);
    return peer;
  }

  /** Those that took too long. */
  expired(nowMs: number): Address[] {
    const late = [...this.#dials].filter(([, { untilMs }]) => untilMs <= nowMs);
    return late.map(([address]) => address);
  }
}
