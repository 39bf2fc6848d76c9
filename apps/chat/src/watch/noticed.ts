import type { PeerId } from '@hearsay/core';
import { deathsCollectedMax, verdictsPerDeathMax } from '../signals/limits.js';
import type { Notice } from '../view/notice.js';
import type { Watch } from './watch.js';

/** What others say of a death is told together, when all have said it, and after this at the latest. */
const TOGETHER_MS = 3_000;
/** Whoever calls somebody dead that we do not is remembered this long: we may follow. */
const REMEMBERED_MS = 30_000;

interface Death {
  /** When we said so; undefined: we have not. */
  ownMs: number | undefined;
  readonly firstMs: number;
  /** Who lived then, and is to say so too. */
  expected: readonly PeerId[];
  /** When others told. */
  readonly others: Map<PeerId, number>;
}

export interface NoticedOptions {
  readonly nameOf: (id: PeerId) => string;
  /** Live others of whom word is to be expected. */
  readonly live: () => readonly PeerId[];
}

/** Collects who noticed a death, and when, beside us: times are those at which their word arrived. */
export class Noticed implements Watch {
  readonly #options: NoticedOptions;
  /** By peer and run, the oldest first. */
  readonly #deaths = new Map<string, Death>();

  constructor(options: NoticedOptions) {
    this.#options = options;
  }

  get wakeAtMs(): number | undefined {
    const times = [...this.#deaths.values()].map(({ ownMs, firstMs }) =>
      ownMs === undefined ? firstMs + REMEMBERED_MS : ownMs + TOGETHER_MS,
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** We hold it for dead now. */
  own(peer: PeerId, generation: number, nowMs: number): void {
    const death = this.#deathOf(peer, generation, nowMs);
    death.ownMs = nowMs;
    death.expected = this.#options.live().filter((id) => id !== peer);
  }

  /** A neighbour does. */
  other(
    by: PeerId,
    of: { readonly peer: PeerId; readonly generation: number },
    nowMs: number,
  ): void {
    const { others } = this.#deathOf(of.peer, of.generation, nowMs);
    if (!others.has(by) && others.size < verdictsPerDeathMax) others.set(by, nowMs);
  }

  tick(nowMs: number): readonly Notice[] {
    const notices: Notice[] = [];
    for (const [key, death] of this.#deaths) {
      if (!isDue(death, nowMs)) continue;
      this.#deaths.delete(key);
      const notice = this.#noticeOf(key, death);
      if (notice !== undefined) notices.push(notice);
    }
    return notices;
  }

  #deathOf(peer: PeerId, generation: number, nowMs: number): Death {
    const key = `${peer}.${generation}`;
    const known = this.#deaths.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#deaths.keys();
    if (this.#deaths.size >= deathsCollectedMax && oldest !== undefined)
      this.#deaths.delete(oldest);
    const death: Death = { ownMs: undefined, firstMs: nowMs, expected: [], others: new Map() };
    this.#deaths.set(key, death);
    return death;
  }

  /** @returns undefined where nobody else lives to say anything */
  #noticeOf(key: string, { ownMs, expected, others }: Death): Notice | undefined {
    if (ownMs === undefined || expected.length + others.size === 0) return undefined;
    const { nameOf } = this.#options;
    const told = [...others].sort(([, left], [, right]) => left - right);
    return {
      kind: 'noticed',
      name: nameOf(key.slice(0, key.indexOf('.')) as PeerId), // As `#deathOf` wrote it.
      others: told.map(([by, atMs]) => ({ name: nameOf(by), afterMs: atMs - ownMs })),
      silent: expected.filter((id) => !others.has(id)).map(nameOf),
    };
  }
}

function isDue({ ownMs, firstMs, expected, others }: Death, nowMs: number): boolean {
  if (ownMs === undefined) return nowMs >= firstMs + REMEMBERED_MS;
  return nowMs >= ownMs + TOGETHER_MS || expected.every((id) => others.has(id));
}
