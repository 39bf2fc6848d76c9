import type { PeerId } from '@hearsay/core';
import { NumberMap } from './number-map.js';

/** By what a caller names it. */
interface Numbered {
  readonly caller: PeerId;
  readonly attempt: number;
}

/** Calls that are here, by caller and number; a text of both as a key would be made for every call. */
export class Works<Work extends Numbered> {
  readonly #seed: number;
  /** A caller that has none here may have a table all the same: it will call again. */
  readonly #callers = new Map<PeerId, NumberMap<Work>>();
  #size = 0;

  /** @param seed random */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  get(caller: PeerId, attempt: number): Work | undefined {
    return this.#callers.get(caller)?.get(attempt);
  }

  /** Takes the place of another work of its name. */
  add(work: Work): void {
    let ofCaller = this.#callers.get(work.caller);
    if (ofCaller === undefined) {
      ofCaller = new NumberMap<Work>(this.#seed);
      this.#callers.set(work.caller, ofCaller);
    }
    this.#size -= ofCaller.size;
    ofCaller.set(work.attempt, work);
    this.#size += ofCaller.size;
  }

  /** Does nothing when another work, or none, has its name. */
  delete(work: Work): void {
    const ofCaller = this.#callers.get(work.caller);
    if (ofCaller?.get(work.attempt) !== work) return;
    ofCaller.delete(work.attempt);
    this.#size -= 1;
  }

  /** Forgets callers that have none here; to be called when one has gone. */
  tidy(): void {
    for (const [caller, { size }] of this.#callers) if (size === 0) this.#callers.delete(caller);
  }

  /** A copy: who goes through it may end some. */
  list(): Work[] {
    return [...this.#callers.values()].flatMap((ofCaller) => ofCaller.list());
  }
}
