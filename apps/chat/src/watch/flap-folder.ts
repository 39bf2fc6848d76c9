import type { PeerId } from '@hearsay/core';
import type { MemberNotice, Notice } from '../view/notice.js';
import type { Watch } from './watch.js';

const WINDOW_MS = 60_000;
/** More returns than this within the window, and the peer's changes are only counted. */
const RETURNS_MAX = 3;
/** So long without a change, and a folded peer is told of again. */
const CALM_MS = 15_000;

interface Flapper {
  returnsMs: number[];
  folded: number;
  last: MemberNotice;
  changedMs: number;
}

/** Keeps a peer that comes and goes from filling the screen. */
export class FlapFolder implements Watch {
  readonly #flappers = new Map<PeerId, Flapper>();

  get wakeAtMs(): number | undefined {
    let wakeMs: number | undefined;
    for (const { changedMs } of this.#flappers.values()) {
      wakeMs = Math.min(wakeMs ?? Number.POSITIVE_INFINITY, changedMs + CALM_MS);
    }
    return wakeMs;
  }

  /** @returns what to show of a change: itself, a last word before folding, or nothing */
  change(id: PeerId, notice: MemberNotice, nowMs: number): readonly Notice[] {
    const returned = notice.state === 'alive' && notice.was !== undefined;
    const known = this.#flappers.get(id);
    if (known === undefined && !returned) return [notice];
    const flapper = known ?? { returnsMs: [], folded: 0, last: notice, changedMs: nowMs };
    this.#flappers.set(id, flapper);
    flapper.returnsMs = flapper.returnsMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (returned) flapper.returnsMs.push(nowMs);
    flapper.last = notice;
    flapper.changedMs = nowMs;
    if (flapper.folded === 0 && flapper.returnsMs.length <= RETURNS_MAX) return [notice];
    flapper.folded += 1;
    if (flapper.folded > 1) return [];
    return [{ kind: 'flapping', name: notice.name, returns: flapper.returnsMs.length }];
  }

  tick(nowMs: number): readonly Notice[] {
    const notices: Notice[] = [];
    for (const [id, flapper] of this.#flappers) {
      if (nowMs < flapper.changedMs + CALM_MS) continue;
      const { folded, last } = flapper;
      if (folded > 0) {
        notices.push({ kind: 'calm', name: last.name, state: last.state, changes: folded });
        flapper.folded = 0;
      }
      if (flapper.returnsMs.every((atMs) => atMs <= nowMs - WINDOW_MS)) this.#flappers.delete(id);
      else flapper.changedMs = nowMs; // Looked at again later, to be forgotten.
    }
    return notices;
  }
}
