import type { Config } from '../config.js';
import type { PeerId } from '../ids.js';
import type { Address, DialFailure } from '../input.js';
import type { Random } from '../random.js';

/** Somewhere to dial. */
export interface DialTarget {
  readonly address: Address;
  /** Who is expected there; a seed may be anybody. */
  peer: PeerId | undefined;
  /** Named by the user: redialled for ever. */
  seed: boolean;
  /** Failed attempts in a row. */
  attempt: number;
  /** Monotonic time of the next attempt. */
  dueMs: number;
  /** A dial to it is under way; see `DialTargets.begin`. */
  dialling: boolean;
  /** How the last attempt of the row failed. */
  failure: DialFailure | undefined;
  /** Monotonic time of the first failure of the row. */
  failingSinceMs: number | undefined;
}

/** The waits between redials; see `Config`. */
export type RedialConfig = Pick<
  Config,
  'redialMinMs' | 'redialMaxMs' | 'redialFastForMs' | 'redialSlowMs'
>;

/**
 * Wait before the next attempt: full jitter over an exponential bound ("Exponential Backoff And
 * Jitter", AWS Architecture Blog 2015), slowing down when the target stays away.
 * @param failingForMs since the first failure of the row
 */
export function backoffMs(
  attempt: number,
  failingForMs: number,
  config: RedialConfig,
  random: Random,
): number {
  const DOUBLINGS_MAX = 20;
  if (failingForMs > config.redialFastForMs) {
    return Math.floor(config.redialSlowMs / 2) + random.below(config.redialSlowMs);
  }
  const doubled = config.redialMinMs * 2 ** Math.min(attempt, DOUBLINGS_MAX);
  return random.below(Math.min(config.redialMaxMs, doubled) + 1);
}

/** The addresses worth dialling, each at most once. */
export class DialTargets {
  readonly #targets = new Map<Address, DialTarget>();
  /** A dial goes on when its target is forgotten, as its peer was quicker, and counts until it ends. */
  readonly #underWay = new Set<Address>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(address: Address): DialTarget | undefined {
    return this.#targets.get(address);
  }

  all(): Iterable<DialTarget> {
    return this.#targets.values();
  }

  /** Dials under way, to targets and to what is none any more. */
  get dialling(): number {
    return this.#underWay.size;
  }

  /** A dial to it begins; the host will tell how it ends. */
  begin(target: DialTarget): void {
    target.dialling = true;
    this.#underWay.add(target.address);
  }

  /** The dial to this address gave a link that is in use, or none. */
  ended(address: Address): void {
    this.#underWay.delete(address);
    const target = this.#targets.get(address);
    if (target !== undefined) target.dialling = false;
  }

  /** Addresses of which the last attempt failed. */
  get failing(): number {
    let count = 0;
    for (const { failingSinceMs } of this.#targets.values()) {
      if (failingSinceMs !== undefined) count += 1;
    }
    return count;
  }

  /** Adds an address, or brings a known one forward. Over the bound the oldest non-seed goes. */
  want(address: Address, peer: PeerId | undefined, seed: boolean, dueMs: number): DialTarget {
    const known = this.#targets.get(address);
    if (known !== undefined) {
      known.peer = peer ?? known.peer;
      known.seed ||= seed;
      if (dueMs < known.dueMs) known.dueMs = dueMs;
      return known;
    }
    this.#makeRoom();
    const target: DialTarget = {
      address,
      peer,
      seed,
      attempt: 0,
      dueMs,
      dialling: this.#underWay.has(address),
      failure: undefined,
      failingSinceMs: undefined,
    };
    this.#targets.set(address, target);
    return target;
  }

  forget(address: Address): void {
    this.#targets.delete(address);
  }

  of(peer: PeerId): DialTarget[] {
    return [...this.#targets.values()].filter((target) => target.peer === peer);
  }

  #makeRoom(): void {
    if (this.#targets.size < this.#max) return;
    for (const target of this.#targets.values()) {
      if (!target.seed && !target.dialling) {
        this.#targets.delete(target.address);
        return;
      }
    }
  }
}
