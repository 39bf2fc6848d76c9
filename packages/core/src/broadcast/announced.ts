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

/** What was announced and has not come, by name; bounded, as others fill it. */
export class AnnouncedBatches {
  readonly #max: number;
  readonly #batches = new Map<string, Announced>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#batches.size;
  }

  get({ key }: BatchName): Announced | undefined {
    return this.#batches.get(key);
  }

  /** @returns false when there is no room */
  add(name: BatchName, from: LinkId, nowMs: number, dueMs: number): boolean {
    if (this.#batches.size >= this.#max) return false;
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
    this.#batches.delete(key);
    return announced;
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
