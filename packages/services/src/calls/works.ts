import type { PeerId } from '@hearsay/core';

/** By what a caller names it. */
interface Numbered {
  readonly caller: PeerId;
  readonly attempt: number;
}

/** Calls that are here, by caller and number; a text of both as a key would be made for every call. */
export class Works<Work extends Numbered> {
  readonly #callers = new Map<PeerId, Map<number, Work>>();
  /** The last that became empty: a caller that calls again and again needs no new one each time. */
  #spare: Map<number, Work> | undefined;
  #size = 0;

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
      ofCaller = this.#spare ?? new Map<number, Work>();
      this.#spare = undefined;
      this.#callers.set(work.caller, ofCaller);
    }
    if (!ofCaller.has(work.attempt)) this.#size += 1;
    ofCaller.set(work.attempt, work);
  }

  /** Does nothing when another work, or none, has its name. */
  delete(work: Work): void {
    const ofCaller = this.#callers.get(work.caller);
    if (ofCaller?.get(work.attempt) !== work) return;
    ofCaller.delete(work.attempt);
    this.#size -= 1;
    if (ofCaller.size > 0) return;
    this.#callers.delete(work.caller);
    this.#spare = ofCaller;
  }

  /** A copy: who goes through it may end some. */
  list(): Work[] {
    return [...this.#callers.values()].flatMap((ofCaller) => [...ofCaller.values()]);
  }
}
