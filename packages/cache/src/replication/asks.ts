import type { PeerId } from '@hearsay/core';
import { type ClockEntry, Reader, Writer } from '@hearsay/core/wire';
import { readSurvivor, writeSurvivor } from '../store/survivor-codec.js';
import { FRAME_BYTES_MAX, PART_BYTES } from '../wire/wire-limits.js';
import { type Context, witnessSurvivors } from './context.js';
import type { Holdings } from './holdings.js';
import { encodeGroup } from './repair.js';
import { Vector } from './vector.js';

/** A question to some peers about a key. */
export interface Ask {
  readonly id: number;
  readonly key: string;
  /** What who answers must hold. */
  readonly entries: readonly ClockEntry[];
  readonly to: readonly PeerId[];
  /** Answers that are enough. */
  readonly answers: number;
  readonly untilMs: number;
}

interface Waiting {
  readonly ask: Ask;
  readonly open: Set<PeerId>;
  answered: number;
}

const NOTHING: Vector = new Vector();

/** Asks peers for keys as they stand there, and answers when asked. */
export class Asks {
  readonly #context: Context;
  readonly #holdings: Holdings;
  readonly #waiting = new Map<number, Waiting>();

  constructor(context: Context, holdings: Holdings) {
    this.#context = context;
    this.#holdings = holdings;
  }

  ask(ask: Ask): void {
    const to = ask.to.filter((peer) => this.#holdings.linked.has(peer));
    const waiting = { ask, open: new Set(to), answered: 0 };
    this.#waiting.set(ask.id, waiting);
    const { id, key, entries } = ask;
    for (const peer of to) this.#context.outbox.post({ kind: 'ask', id, key, entries }, peer);
    this.#check(waiting);
  }

  drop(id: number): void {
    this.#waiting.delete(id);
  }

  /** A neighbour asks. */
  asked(
    from: PeerId,
    {
      id,
      key,
      entries,
    }: { readonly id: number; readonly key: string; readonly entries: readonly ClockEntry[] },
  ): void {
    const { vector, store, outbox } = this.#context;
    const writer = new Writer(256);
    const survivor = vector.includes(entries) ? store.survivor(key) : undefined;
    if (survivor !== undefined) writeSurvivor(writer, survivor);
    // What several peers made larger than a frame is left to repairs.
    if (!vector.includes(entries) || writer.length > FRAME_BYTES_MAX) {
      const empty = new Uint8Array(0);
      outbox.post({ kind: 'answer', id, behind: true, index: 0, count: 1, bytes: empty }, from);
      return;
    }
    const bytes = writer.finish();
    const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
    for (let index = 0; index < count; index++) {
      const part = bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
      outbox.post({ kind: 'answer', id, behind: false, index, count, bytes: part }, from);
    }
  }

  /**
   * A neighbour answered, in full.
   * @throws HearsayError `malformed`
   */
  answered(from: PeerId, id: number, behind: boolean, bytes: Uint8Array): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || !waiting.open.delete(from)) return;
    if (!behind) {
      waiting.answered += 1;
      if (bytes.length > 0) this.#adopt(bytes, from);
    }
    this.#check(waiting);
  }

  linkDown(peer: PeerId): void {
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.open.delete(peer)) this.#check(waiting);
    }
  }

  /** @returns when the next one ends, monotonic */
  expire(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiting of [...this.#waiting.values()]) {
      if (this.#context.now.monotonicMs >= waiting.ask.untilMs) this.#end(waiting, 'late');
      else nextMs = Math.min(nextMs, waiting.ask.untilMs);
    }
    return nextMs;
  }

  #adopt(bytes: Uint8Array, from: PeerId): void {
    const reader = new Reader(bytes);
    const survivor = readSurvivor(reader);
    reader.end();
    const { store, now, outbox } = this.#context;
    witnessSurvivors(this.#context, [{ survivor }]);
    // What is written from here on may depend on it, also after a restart.
    const changed =
      store.refill(survivor, this.#holdings.toldBy(from) ?? NOTHING, now.wallMs) ||
      store.adopt(survivor, now.wallMs);
    if (changed) outbox.record('group', encodeGroup([survivor]));
  }

  #check(waiting: Waiting): void {
    if (waiting.answered >= waiting.ask.answers) return this.#end(waiting, 'reached');
    if (waiting.answered + waiting.open.size >= waiting.ask.answers) return;
    this.#end(waiting, waiting.ask.to.length === 0 ? 'alone' : 'behind');
  }

  #end({ ask, answered }: Waiting, kind: 'reached' | 'late' | 'behind' | 'alone'): void {
    this.#waiting.delete(ask.id);
    const counts = { copies: answered + 1, wanted: ask.answers + 1 };
    const outcome = kind === 'behind' ? ({ kind } as const) : { kind, ...counts };
    this.#context.outbox.push({ kind: 'settled', id: ask.id, outcome });
  }
}
