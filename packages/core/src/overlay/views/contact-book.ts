import type { PeerId } from '../../ids.js';
import type { Address } from '../../input.js';
import { pick, type Random } from '../../random.js';

interface Entry {
  readonly seed: boolean;
  /** Who answered there last. */
  peer: PeerId | undefined;
}

/** Addresses remembered for the day on which nobody else is left: seeds, and peers of earlier runs. */
export class ContactBook {
  readonly #entries = new Map<Address, Entry>();
  readonly #max: number;
  readonly #random: Random;

  /** @param max addresses; the oldest that is no seed makes room, else the newcomer is ignored */
  constructor(max: number, random: Random) {
    this.#max = max;
    this.#random = random;
  }

  add(address: Address, seed: boolean): void {
    const known = this.#entries.get(address);
    if (known === undefined && this.#entries.size >= this.#max && !this.#makeRoom()) return;
    this.#entries.set(address, { seed: seed || known?.seed === true, peer: known?.peer });
  }

  /** Somebody answered at an address. */
  found(address: Address, peer: PeerId): void {
    const entry = this.#entries.get(address);
    if (entry !== undefined) entry.peer = peer;
  }

  /** A random address of somebody that is not known to be linked. */
  pick(isLinked: (peer: PeerId) => boolean): Address | undefined {
    const open = [...this.#entries].filter(([, { peer }]) => peer === undefined || !isLinked(peer));
    return pick(open, this.#random)?.[0];
  }

  #makeRoom(): boolean {
    for (const [address, { seed }] of this.#entries) {
      if (!seed) return this.#entries.delete(address);
    }
    return false;
  }
}
