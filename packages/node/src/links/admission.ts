import type { LinkCounters } from './link-counters.js';

/** Why somebody who waits is sent away: it took too long, or others came meanwhile. */
export type CutReason = 'late' | 'crowded';

/** The bounds of an admission. */
export interface AdmissionLimits {
  readonly pendingHandshakesMax: number;
  readonly pendingPerAddressMax: number;
}

/** What an admission needs. */
export interface AdmissionOptions {
  readonly limits: AdmissionLimits;
  readonly handshakeTimeoutMs: number;
  readonly counters: LinkCounters;
}

/** A place among those who dialled us and have not shown yet that they belong here. */
export class Ticket {
  readonly address: string;
  readonly #leave: (ticket: Ticket) => void;
  readonly #onLate: () => void;
  #cut: (reason: CutReason) => void;
  #deadline: NodeJS.Timeout;

  constructor(parts: {
    readonly address: string;
    readonly timeoutMs: number;
    readonly cut: (reason: CutReason) => void;
    readonly onLate: () => void;
    readonly leave: (ticket: Ticket) => void;
  }) {
    this.address = parts.address;
    this.#cut = parts.cut;
    this.#leave = parts.leave;
    this.#onLate = parts.onLate;
    this.#deadline = setTimeout(() => {
      this.#onLate();
      this.#cut('late');
    }, parts.timeoutMs);
  }

  /** From now on this is how it is sent away. */
  set cut(cut: (reason: CutReason) => void) {
    this.#cut = cut;
  }

  /** It is on its way out, and has this long for it. */
  hurry(timeoutMs: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#cut('late'), timeoutMs);
  }

  /** Others came meanwhile. */
  giveWay(): void {
    this.leave();
    this.#cut('crowded');
  }

  /** It belongs here, or is gone. Idempotent. */
  leave(): void {
    clearTimeout(this.#deadline);
    this.#leave(this);
  }
}

/**
 * Everybody who dialled us and has not finished the handshake, from the moment the connection is
 * accepted. Each has a deadline.
 *
 * When there are too many, the oldest of the address that holds most places makes room: who means
 * it needs a place for a few milliseconds only, so waiting long is the sign of those who do not;
 * and who comes in masses displaces itself before it displaces others.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** In the order in which they came. */
  readonly #tickets = new Set<Ticket>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#tickets.size;
  }

  /** @param cut ends the connection; may be called more than once, with `late` */
  enter(address: string, cut: (reason: CutReason) => void): Ticket {
    this.#makeRoom(address);
    const ticket = new Ticket({
      address,
      timeoutMs: this.#options.handshakeTimeoutMs,
      cut,
      onLate: () => {
        this.#options.counters.handshakesLate += 1;
      },
      leave: (leaving) => this.#tickets.delete(leaving),
    });
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Sends everybody away. */
  close(): void {
    for (const ticket of [...this.#tickets]) ticket.giveWay();
  }

  #makeRoom(address: string): void {
    const { pendingHandshakesMax, pendingPerAddressMax } = this.#options.limits;
    const counts = new Map<string, number>();
    for (const ticket of this.#tickets) {
      counts.set(ticket.address, (counts.get(ticket.address) ?? 0) + 1);
    }
    const crowd =
      (counts.get(address) ?? 0) >= pendingPerAddressMax
        ? address
        : this.#tickets.size >= pendingHandshakesMax
          ? largestOf(counts)
          : undefined;
    if (crowd === undefined) return;
    for (const ticket of this.#tickets) {
      if (ticket.address !== crowd) continue;
      this.#options.counters.handshakesCrowded += 1;
      return ticket.giveWay();
    }
  }
}

function largestOf(counts: ReadonlyMap<string, number>): string | undefined {
  let largest: string | undefined;
  let most = 0;
  for (const [address, count] of counts) {
    if (count <= most) continue;
    most = count;
    largest = address;
  }
  return largest;
}
