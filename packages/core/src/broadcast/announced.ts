import type { PeerId, StreamId } from '../ids.js';
import type { LinkId } from '../input.js';

/** A batch by its stream and its last sequence. */
export interface BatchName {
  readonly origin: PeerId;
  readonly stream: StreamId;
  readonly last: number;
  /** The name as text. */
  readonly key: string;
}

export function batchName(origin: PeerId, stream: StreamId, last: number): BatchName {
  return { origin, stream, last, key: `${stream}/${last}` };
}

/** A batch that neighbours have, and that has not come. */
export interface Announced extends BatchName {
  /** When the first of them said so. */
  readonly firstMs: number;
  /** Who said so and was not asked yet, in order. */
  readonly holders: LinkId[];
  /** Everybody who said so. */
  readonly links: LinkId[];
  dueMs: number;
  /** Who was asked last. */
  asked: LinkId | undefined;
}

/** Bounds on what others announce. */
export interface AnnouncedLimits {
  readonly announcedMax: number;
  readonly announcedPerLinkMax: number;
  readonly graftsPerLinkMax: number;
}

/** What was announced and has not come, by name; bounded, as others fill it. */
export class AnnouncedBatches {
  readonly #limits: AnnouncedLimits;
  readonly #batches = new Map<string, Announced>();
  /** How many of them each link told of first. */
  readonly #told = new Map<LinkId, number>();
  /** How many of them each link was asked for last. */
  readonly #asked = new Map<LinkId, number>();

  constructor(limits: AnnouncedLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#batches.size;
  }

  get({ key }: BatchName): Announced | undefined {
    return this.#batches.get(key);
  }

  /** @returns false when there is no room */
  add(name: BatchName, from: LinkId, nowMs: number, dueMs: number): boolean {
    const { announcedMax, announcedPerLinkMax } = this.#limits;
    const told = this.#told.get(from) ?? 0;
    if (this.#batches.size >= announcedMax || told >= announcedPerLinkMax) return false;
    this.#told.set(from, told + 1);
    this.#batches.set(name.key, {
      ...name,
      firstMs: nowMs,
      holders: [from],
      links: [from],
      dueMs,
      asked: undefined,
    });
    return true;
  }

  /** It came, or nobody is left to ask. */
  take({ key }: BatchName): Announced | undefined {
    const announced = this.#batches.get(key);
    if (announced === undefined) return undefined;
    this.#batches.delete(key);
    const [first] = announced.links;
    if (first !== undefined) lower(this.#told, first);
    if (announced.asked !== undefined) lower(this.#asked, announced.asked);
    return announced;
  }

  /** Whether a link may be asked for one more. */
  mayAsk(link: LinkId): boolean {
    return (this.#asked.get(link) ?? 0) < this.#limits.graftsPerLinkMax;
  }

  /** A link is asked, and has so long to answer. */
  ask(announced: Announced, link: LinkId, dueMs: number): void {
    this.#unask(announced);
    announced.asked = link;
    announced.dueMs = dueMs;
    this.#asked.set(link, (this.#asked.get(link) ?? 0) + 1);
  }

  #unask(announced: Announced): void {
    if (announced.asked !== undefined) lower(this.#asked, announced.asked);
    announced.asked = undefined;
  }

  /** What a link told of counts no more: only others are asked. */
  forget(link: LinkId): void {
    for (const announced of [...this.#batches.values()]) {
      const place = announced.holders.indexOf(link);
      if (place >= 0) announced.holders.splice(place, 1);
      // Whoever is asked already may still answer.
      if (announced.holders.length === 0 && announced.asked === undefined) this.take(announced);
    }
  }

  /** A link is gone: who was asked there is asked elsewhere, at once. @returns whether anything is due now */
  linkDown(link: LinkId, nowMs: number): boolean {
    let isDue = false;
    for (const announced of this.#batches.values()) {
      const place = announced.holders.indexOf(link);
      if (place >= 0) announced.holders.splice(place, 1);
      if (announced.asked !== link) continue;
      announced.dueMs = nowMs;
      isDue = true;
    }
    return isDue;
  }

  due(nowMs: number): Announced[] {
    return [...this.#batches.values()].filter(({ dueMs }) => dueMs <= nowMs);
  }

  /** When the next one is due; undefined when there is none. */
  nextMs(): number | undefined {
    let nextMs: number | undefined;
    for (const { dueMs } of this.#batches.values()) {
      if (nextMs === undefined || dueMs < nextMs) nextMs = dueMs;
    }
    return nextMs;
  }
}

function lower(counts: Map<LinkId, number>, link: LinkId): void {
  const count = counts.get(link) ?? 0;
  if (count > 1) counts.set(link, count - 1);
  else counts.delete(link);
}
