import type { PeerId } from '../ids.js';
import { type Presence, stateOf } from './presence.js';

/** Members known by their leases alone, as they were last told: whoever has a row of its own is none of them. */
export class Census {
  readonly #presences = new Map<PeerId, Presence>();
  #present = 0;

  /** Those that count as alive. */
  get present(): number {
    return this.#present;
  }

  has(peer: PeerId): boolean {
    return this.#presences.has(peer);
  }

  get(peer: PeerId): Presence | undefined {
    return this.#presences.get(peer);
  }

  all(): Iterable<Presence> {
    return this.#presences.values();
  }

  set(presence: Presence): void {
    this.#present += count(presence) - count(this.#presences.get(presence.peer));
    this.#presences.set(presence.peer, presence);
  }

  delete(peer: PeerId): void {
    this.#present -= count(this.#presences.get(peer));
    this.#presences.delete(peer);
  }
}

function count(presence: Presence | undefined): number {
  return presence !== undefined && stateOf(presence) === 'present' ? 1 : 0;
}
