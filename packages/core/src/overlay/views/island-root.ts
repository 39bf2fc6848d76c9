import { compareIds, type PeerId } from '../../ids.js';
import { WIRE_NUMBER_MAX } from '../../limits.js';
import type { Island } from '../../wire/views.js';

/** Between two beats of a root. */
const BEAT_MS = 5_000;
/** Without a beat this long the root is dead, or on another island: three and a half beats. */
const LOST_MS = 17_500;
/** Roots that were lost: their old beats, still handed round, must not bring them back. */
const LOST_ROOTS_MAX = 16;

/** What became of a claim about the root. */
export type IslandNews = 'none' | 'passed-on' | 'other-island';

/**
 * Whose island is this? Everybody takes the lowest id of which it hears; that peer, the root, sends
 * a beat now and then, which is passed on, so that a root that died or was cut off ages away.
 * Two peers with different roots are on different islands, or soon were on one.
 */
export class IslandRoot {
  readonly #self: PeerId;
  #root: PeerId;
  #beat = 0;
  #members = 1;
  #heardMs: number;
  #beatMs: number;
  readonly #lost = new Map<PeerId, number>();

  /** @param nowMs the first beat may come at once */
  constructor(self: PeerId, nowMs: number) {
    this.#self = self;
    this.#root = self;
    this.#heardMs = nowMs;
    this.#beatMs = nowMs;
  }

  get root(): PeerId {
    return this.#root;
  }

  get isRoot(): boolean {
    return this.#root === this.#self;
  }

  /** What the root said of the number of members. */
  get members(): number {
    return this.#members;
  }

  /** What we tell. */
  claim(): Island {
    return { kind: 'island', root: this.#root, beat: this.#beat, members: this.#members };
  }

  /**
   * Time passed. @param members how many we know of, ourselves included
   * @returns `beat`: tell all neighbours; `lost`: the same, and the root changed for a higher one
   */
  tick(nowMs: number, members: number): 'none' | 'beat' | 'lost' {
    if (!this.isRoot) {
      if (nowMs - this.#heardMs < LOST_MS) return 'none';
      this.#forgetRoot(nowMs, members);
      return 'lost';
    }
    this.#members = members;
    if (nowMs < this.#beatMs) return 'none';
    this.#beatMs = nowMs + BEAT_MS;
    this.#beat = Math.min(WIRE_NUMBER_MAX, this.#beat + 1);
    return 'beat';
  }

  /** A neighbour says whose island it is on. */
  hear({ root, beat, members }: Island, nowMs: number): IslandNews {
    if (root === this.#self) {
      // An older self of ours, or somebody's invention: outdo it, so that ours counts as news.
      if (beat >= this.#beat) this.#beat = Math.min(WIRE_NUMBER_MAX, beat + 1);
      return this.isRoot ? 'none' : 'other-island';
    }
    const order = compareIds(root, this.#root);
    if (order > 0) return 'other-island';
    if (order === 0 ? beat <= this.#beat : beat <= (this.#lost.get(root) ?? -1)) return 'none';
    this.#lost.delete(root);
    this.#root = root;
    this.#beat = beat;
    this.#members = members;
    this.#heardMs = nowMs;
    return 'passed-on';
  }

  #forgetRoot(nowMs: number, members: number): void {
    this.#lost.delete(this.#root);
    this.#lost.set(this.#root, this.#beat);
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > LOST_ROOTS_MAX && oldest !== undefined) this.#lost.delete(oldest);
    this.#root = this.#self;
    this.#beat = Math.min(WIRE_NUMBER_MAX, this.#beat + 1);
    this.#members = members;
    this.#heardMs = nowMs;
    this.#beatMs = nowMs + BEAT_MS;
  }
}
