/** Something that was sent and is not answered yet; its places are those of `Flights` alone. */
export interface Flight {
  readonly sentMs: number;
  earlier: Flight | undefined;
  later: Flight | undefined;
  isFlying: boolean;
}

/** What is on its way to one provider, oldest first: a list through its own entries, which costs no memory. */
export class Flights {
  #first: Flight | undefined;
  #last: Flight | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the oldest was sent. */
  get oldestMs(): number | undefined {
    return this.#first?.sentMs;
  }

  add(flight: Flight): void {
    flight.isFlying = true;
    flight.earlier = this.#last;
    if (this.#last === undefined) this.#first = flight;
    else this.#last.later = flight;
    this.#last = flight;
    this.#size += 1;
  }

  /** Idempotent. */
  delete(flight: Flight): void {
    if (!flight.isFlying) return;
    flight.isFlying = false;
    if (flight.earlier === undefined) this.#first = flight.later;
    else flight.earlier.later = flight.later;
    if (flight.later === undefined) this.#last = flight.earlier;
    else flight.later.earlier = flight.earlier;
    flight.earlier = undefined;
    flight.later = undefined;
    this.#size -= 1;
  }
}
