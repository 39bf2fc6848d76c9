import type { KeyId } from '../network/network-key.js';

/** Keys of strangers remembered; who announces a further one is not dialled. */
const STRANGE_KEYS_MAX = 64;

/** What an announcement says of the network that its peer belongs to. */
interface Belonging {
  readonly network: string;
  readonly key: KeyId;
}

/**
 * Tells who is worth a knock. Networks of one name are common (each user has a default one), and
 * their peers cannot come in. One of each such network is dialled all the same: so both sides are
 * told, once, why those who found each other do not meet; and a member that was away while the key
 * changed learns it that way.
 */
export class Acquaintance {
  readonly #network: string;
  readonly #keyIds: () => readonly KeyId[];
  readonly #strange = new Set<KeyId>();

  /** @param keyIds of all our keys, as they are now */
  constructor(network: string, keyIds: () => readonly KeyId[]) {
    this.#network = network;
    this.#keyIds = keyIds;
  }

  isWorthDialling({ network, key }: Belonging): boolean {
    if (network !== this.#network) return false;
    if (this.#keyIds().includes(key)) return true;
    if (this.#strange.has(key) || this.#strange.size >= STRANGE_KEYS_MAX) return false;
    this.#strange.add(key);
    return true;
  }
}
