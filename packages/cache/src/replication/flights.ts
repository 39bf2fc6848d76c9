import { compareIds, type PeerId } from '@hearsay/core';
import type { FlightStep } from '../wire/post.js';
import type { Context } from './context.js';
import type { Holdings } from './holdings.js';

/** Somebody who wants a value computed, or computes it. */
interface Passenger {
  readonly peer: PeerId;
  readonly id: number;
}

interface Flight {
  pilot: Passenger;
  readonly waiting: Passenger[];
}

interface Own {
  readonly key: string;
  readonly owner: PeerId;
  computing: boolean;
}

/**
 * One computation of a key in the whole mesh. The owner of a key (the highest hash of key and peer
 * among live members: Thaler and Ravishankar 1998) lets one compute and has the others wait. An owner
 * that goes is replaced; who computes and goes hands over to the next that waits.
 */
export class Flights {
  readonly #context: Context;
  readonly #holdings: Holdings;
  readonly #flights = new Map<string, Flight>();
  readonly #own = new Map<number, Own>();

  constructor(context: Context, holdings: Holdings) {
    this.#context = context;
    this.#holdings = holdings;
  }

  /** Computations looked after for others. */
  get size(): number {
    return this.#flights.size;
  }

  /** May we compute this? The answer is an effect: at once, or when the one that does is done. */
  want(id: number, key: string): void {
    const owner = this.#ownerOf(key);
    this.#own.set(id, { key, owner, computing: false });
    this.#tell(owner, 'want', id, key);
  }

  /** Our computation is over. */
  ended(id: number, worked: boolean): void {
    const own = this.#own.get(id);
    if (own === undefined) return;
    this.#own.delete(id);
    const over = worked ? 'done' : 'failed';
    this.#tell(own.owner, own.computing ? over : 'leave', id, own.key);
  }

  said(from: PeerId, step: FlightStep, id: number, key: string): void {
    switch (step) {
      case 'want':
        return this.#wanted({ peer: from, id }, key);
      case 'done':
      case 'failed':
        return this.#over(from, id, key, step === 'done');
      case 'leave':
        return this.#left(from, id, key);
      case 'yours':
      case 'look':
        return this.#answered(from, id, step);
      case 'wait':
        return;
    }
  }

  linkDown(peer: PeerId): void {
    for (const [key, flight] of [...this.#flights]) {
      const left = flight.waiting.filter((each) => each.peer !== peer);
      flight.waiting.splice(0, flight.waiting.length, ...left);
      if (flight.pilot.peer === peer) this.#next(key, flight);
    }
    for (const [id, own] of [...this.#own]) {
      // Nobody looks after it any more: who waits asks anew, who computes goes on.
      if (own.owner === peer && !own.computing) this.#answered(peer, id, 'look');
    }
  }

  #wanted(passenger: Passenger, key: string): void {
    const flight = this.#flights.get(key);
    const isFull = this.#flights.size >= this.#context.limits.flightsMax;
    if (flight === undefined) {
      if (!isFull) this.#flights.set(key, { pilot: passenger, waiting: [] });
      this.#tell(passenger.peer, 'yours', passenger.id, key);
    } else if (flight.waiting.length >= this.#context.limits.waitsMax) {
      this.#tell(passenger.peer, 'yours', passenger.id, key);
    } else {
      flight.waiting.push(passenger);
      this.#tell(passenger.peer, 'wait', passenger.id, key);
    }
  }

  #over(from: PeerId, id: number, key: string, worked: boolean): void {
    const flight = this.#flights.get(key);
    if (flight === undefined || flight.pilot.peer !== from || flight.pilot.id !== id) return;
    if (!worked) return this.#next(key, flight);
    this.#flights.delete(key);
    for (const each of flight.waiting) this.#tell(each.peer, 'look', each.id, key);
  }

  #left(from: PeerId, id: number, key: string): void {
    const flight = this.#flights.get(key);
    const at = flight?.waiting.findIndex((each) => each.peer === from && each.id === id) ?? -1;
    if (at >= 0) flight?.waiting.splice(at, 1);
  }

  #next(key: string, flight: Flight): void {
    const next = flight.waiting.shift();
    if (next === undefined) {
      this.#flights.delete(key);
      return;
    }
    flight.pilot = next;
    this.#tell(next.peer, 'yours', next.id, key);
  }

  #answered(from: PeerId, id: number, step: 'yours' | 'look'): void {
    const own = this.#own.get(id);
    if (own === undefined || own.owner !== from) return;
    if (step === 'yours') own.computing = true;
    else this.#own.delete(id);
    this.#context.outbox.push({ kind: 'flight', id, step: step === 'yours' ? 'mine' : 'look' });
  }

  #tell(peer: PeerId, step: FlightStep, id: number, key: string): void {
    if (peer === this.#context.self) this.said(peer, step, id, key);
    else this.#context.outbox.post({ kind: 'flight', step, id, key }, peer);
  }

  #ownerOf(key: string): PeerId {
    const live = [...this.#holdings.linked].filter(
      (peer) => this.#holdings.stateOf(peer) === 'alive',
    );
    let [owner, best]: [PeerId, number] = [this.#context.self, weigh(key, this.#context.self)];
    for (const peer of live) {
      const weight = weigh(key, peer);
      if (weight < best || (weight === best && compareIds(peer, owner) < 0)) continue;
      [owner, best] = [peer, weight];
    }
    return owner;
  }
}

/** FNV-1a with a final mix: the same at every peer. */
function weigh(key: string, peer: PeerId): number {
  const PRIME = 0x01000193;
  let hash = 0x811c9dc5;
  for (const text of [key, peer]) {
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
