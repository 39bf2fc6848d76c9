import type { PeerId } from '@hearsay/core';
import { type ClockEntry, Reader, Writer } from '@hearsay/core/wire';
import { readSurvivor, writeSurvivor } from '../store/survivor-codec.js';
import { FRAME_BYTES_MAX, PART_BYTES } from '../wire/wire-limits.js';
import { type Context, witnessSurvivors } from './context.js';
import type { Holdings } from './holdings.js';
import { type AnswerFragment, Gathering, LargeAnswers } from './large-answers.js';
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
  /** Answers that are larger than a frame, as far as they have come. */
  readonly gathered: Map<PeerId, Gathering>;
  /** In place of telling the host that asked. */
  readonly onEnd?: () => void;
}

/** Questions of our own have numbers from here on, which no host comes to. */
const OWN_IDS_FROM = 2 ** 47;

const NOTHING: Vector = new Vector();
const NO_BYTES: Uint8Array = new Uint8Array(0);
/** Between two looks at answers that come in fragments. */
const LOOK_MS = 250;

/** Asks peers for keys as they stand there, and answers when asked. */
export class Asks {
  readonly #context: Context;
  readonly #holdings: Holdings;
  /** What neighbours fetch. */
  readonly #large: LargeAnswers;
  readonly #waiting = new Map<number, Waiting>();
  #ownId = OWN_IDS_FROM;

  constructor(context: Context, holdings: Holdings) {
    this.#context = context;
    this.#holdings = holdings;
    this.#large = new LargeAnswers(context.limits.keyStateBytesMax);
  }

  ask(ask: Ask): void {
    this.#begin(ask);
  }

  /** Asks one neighbour for a key, for its own sake. @param onEnd it answered, or will not */
  fetch(
    {
      key,
      from,
      untilMs,
    }: { readonly key: string; readonly from: PeerId; readonly untilMs: number },
    onEnd: () => void,
  ): void {
    this.#ownId += 1;
    this.#begin({ id: this.#ownId, key, entries: [], to: [from], answers: 1, untilMs }, onEnd);
  }

  #begin(ask: Ask, onEnd?: () => void): void {
    const to = ask.to.filter((peer) => this.#holdings.linked.has(peer));
    const waiting = {
      ask,
      open: new Set(to),
      answered: 0,
      gathered: new Map(),
      ...(onEnd && { onEnd }),
    };
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
    const { vector, store, outbox, limits, now } = this.#context;
    const writer = new Writer(256);
    const survivor = vector.includes(entries) ? store.survivor(key) : undefined;
    if (survivor !== undefined) writeSurvivor(writer, survivor);
    if (!vector.includes(entries) || writer.length > limits.keyStateBytesMax) {
      return this.#refuse(from, id);
    }
    const bytes = writer.finish();
    if (bytes.length > FRAME_BYTES_MAX) {
      this.#large.keep(from, id, bytes, now.monotonicMs);
      return this.#sendWindow(from, id, 0);
    }
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
    waiting.gathered.delete(from);
    if (!behind) {
      waiting.answered += 1;
      if (bytes.length > 0) this.#adopt(bytes, from);
    }
    this.#check(waiting);
  }

  /** A neighbour has taken the fragments of an answer up to there. */
  more(from: PeerId, { id, offset }: { readonly id: number; readonly offset: number }): void {
    this.#sendWindow(from, id, offset);
  }

  /**
   * A part of an answer that is larger than a frame.
   * @throws HearsayError `malformed`
   */
  fragment(from: PeerId, post: AnswerFragment & { readonly id: number }): void {
    const waiting = this.#waiting.get(post.id);
    if (waiting === undefined || !waiting.open.has(from)) return;
    const nowMs = this.#context.now.monotonicMs;
    const gathering = waiting.gathered.get(from) ?? this.#gather(waiting, from, post.size, nowMs);
    if (gathering === undefined) return this.answered(from, post.id, true, NO_BYTES);
    const added = gathering.add(post, nowMs);
    if (added instanceof Uint8Array) return this.answered(from, post.id, false, added);
    if (added === 'more') this.#askMore(from, post.id, gathering);
  }

  linkDown(peer: PeerId): void {
    this.#large.linkDown(peer);
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.open.delete(peer)) this.#check(waiting);
    }
  }

  /** @returns when the next one ends, monotonic */
  expire(): number {
    const { monotonicMs } = this.#context.now;
    let nextMs = Number.POSITIVE_INFINITY;
    this.#large.tick(monotonicMs);
    for (const waiting of [...this.#waiting.values()]) {
      if (monotonicMs >= waiting.ask.untilMs) {
        this.#end(waiting, 'late');
        continue;
      }
      nextMs = Math.min(nextMs, waiting.ask.untilMs);
      for (const [peer, gathering] of waiting.gathered) {
        if (!waiting.open.has(peer)) continue;
        if (gathering.isOverdue(monotonicMs)) this.#askMore(peer, waiting.ask.id, gathering);
        nextMs = Math.min(nextMs, monotonicMs + LOOK_MS);
      }
    }
    return nextMs;
  }

  #sendWindow(to: PeerId, id: number, offset: number): void {
    const { outbox, now } = this.#context;
    const fragments = this.#large.window(to, id, offset, now.monotonicMs);
    if (fragments.length === 0) this.#refuse(to, id);
    for (const fragment of fragments)
      outbox.post({ kind: 'fragment', id, ...fragment }, to, 'bulk');
  }

  #refuse(to: PeerId, id: number): void {
    const post = { kind: 'answer', id, behind: true, index: 0, count: 1, bytes: NO_BYTES } as const;
    this.#context.outbox.post(post, to);
  }

  #askMore(from: PeerId, id: number, { received }: Gathering): void {
    this.#context.outbox.post({ kind: 'more', id, offset: received }, from);
  }

  /** Undefined where there is no room for it: then that peer does not count. */
  #gather(waiting: Waiting, from: PeerId, size: number, nowMs: number): Gathering | undefined {
    let bytes = size;
    for (const { gathered } of this.#waiting.values()) {
      for (const gathering of gathered.values()) bytes += gathering.size;
    }
    if (bytes > this.#context.limits.keyStateBytesMax) return undefined;
    const gathering = new Gathering(size, nowMs);
    waiting.gathered.set(from, gathering);
    return gathering;
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

  #end({ ask, answered, onEnd }: Waiting, kind: 'reached' | 'late' | 'behind' | 'alone'): void {
    this.#waiting.delete(ask.id);
    if (onEnd !== undefined) return onEnd();
    const counts = { copies: answered + 1, wanted: ask.answers + 1 };
    const outcome = kind === 'behind' ? ({ kind } as const) : { kind, ...counts };
    this.#context.outbox.push({ kind: 'settled', id: ask.id, outcome });
  }
}
