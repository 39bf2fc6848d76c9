import type { PeerId } from '@hearsay/core';
import { keyOfPlace } from '../chat/place.js';
import { typingMs, typistsMax } from './limits.js';
import type { TypingPlace } from './signal.js';

/** Somebody who types, and the key of the conversation that shows it here. */
export interface Typist {
  readonly peer: PeerId;
  readonly place: string;
}

/** Who is typing where, as far as told and not too long ago. Reads no clock. */
export class Typists {
  readonly #until = new Map<PeerId, { readonly place: string; readonly untilMs: number }>();

  /** When the first of them is taken to have stopped. */
  get wakeAtMs(): number | undefined {
    const times = [...this.#until.values()].map(({ untilMs }) => untilMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Those who type now, in the order in which they began. */
  get all(): readonly Typist[] {
    return [...this.#until].map(([peer, { place }]) => ({ peer, place }));
  }

  /** @returns whether anything is to be shown otherwise */
  told(peer: PeerId, where: TypingPlace, nowMs: number): boolean {
    if (where.kind === 'nowhere') return this.#until.delete(peer);
    const place = keyOfPlace(where.kind === 'room' ? where : { kind: 'direct', peer });
    const before = this.#until.get(peer);
    if (before === undefined && this.#until.size >= typistsMax) return false;
    this.#until.set(peer, { place, untilMs: nowMs + typingMs });
    return before?.place !== place;
  }

  /** Somebody said something, or went away: no longer typing. @returns whether that is news */
  stopped(peer: PeerId): boolean {
    return this.#until.delete(peer);
  }

  /** Forgets those of whom nothing came for too long. @returns whether there were any */
  tick(nowMs: number): boolean {
    const over = [...this.#until].filter(([, { untilMs }]) => untilMs <= nowMs);
    for (const [peer] of over) this.#until.delete(peer);
    return over.length > 0;
  }
}
