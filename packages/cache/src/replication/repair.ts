import {
  AnswerAllowance,
  type AnswerContent,
  type HlcTime,
  type PeerId,
  parseStreamId,
  type Replica,
  type StreamId,
} from '@hearsay/core';
import { Writer, writeClockEntries } from '@hearsay/core/wire';
import type { Survivor } from '../store/survivor.js';
import { writeSurvivor } from '../store/survivor-codec.js';
import { StreamMemory } from '../values/stream-memory.js';
import { sameBytes } from '../wire/bytes.js';
import { checkHead, type FrameHead, writeHead } from '../wire/frame.js';
import { answerDeltas, type Floor } from './answer.js';
import { type Context, witnessSurvivors } from './context.js';
import { raise, retire } from './delivery.js';
import { Fragments } from './fragments.js';
import { type Arrived, Intake, type IntakeHandlers, openDelta } from './intake.js';
import { decodeSummary, encodeSummary, hashSummary, type Partial } from './summary.js';
import { RETIRED, Vector } from './vector.js';

/** Summaries that an answer may still be about. */
const BASES_MAX = 64;

/** What repair asks of the rest. */
export interface RepairHandlers {
  floor(): Floor;
  /** A neighbour has forgotten deletions that we may lack. @returns false when we begin anew */
  floorOf(peer: PeerId, floor: Floor, oldest: HlcTime | undefined): boolean;
  /** The vector rose. */
  rose(streams: readonly StreamId[]): void;
  /** Somebody proved that an earlier run of ours wrote more than we know. */
  superseded(head: FrameHead): void;
  complete(from: PeerId, entries: number): void;
}

/**
 * The cache as a Replica of core: who lacks something gets what survives after its vector, and
 * raises the vector only once it has all of it. A part of it would leave holes: a write may be gone
 * because of another that comes later in the answer.
 */
export class Repair {
  readonly #context: Context;
  readonly #handlers: RepairHandlers;
  readonly #intakes = new Map<PeerId, Intake>();
  /** Hash of a summary of ours -> the partial repair that it told of. */
  readonly #bases = new Map<string, Partial | undefined>();
  #partial: Partial | undefined;
  /** Taken over since the vector was raised last. */
  #entries = 0;
  #answers = 0;
  #added = 0;
  #summary: Uint8Array | undefined;
  readonly #fragments = new Fragments();
  readonly #allowance: AnswerAllowance;
  /** The key that was told last to be too large. */
  #tooLarge: string | undefined;

  constructor(context: Context, handlers: RepairHandlers) {
    this.#context = context;
    const { answerBurstBytes, answerBytesPerSecond, streamsMax } = context.limits;
    this.#allowance = new AnswerAllowance({
      burstBytes: answerBurstBytes,
      bytesPerSecond: answerBytesPerSecond,
      accountsMax: streamsMax,
    });
    this.#handlers = handlers;
  }

  /** True while only a part of what a neighbour holds was received. */
  get partialFrom(): PeerId | undefined {
    return this.#partial?.source;
  }

  /** @param flush sends what was written: what counts here is what was sent */
  replica(flush: () => void): Replica {
    return {
      summary: () => {
        flush();
        return this.summary();
      },
      missing: (summary, to) => {
        flush();
        const deltas = this.missing(summary);
        return to === undefined ? deltas : this.#charged(deltas, to);
      },
      answerPauseMs: (to) => {
        const { now, counters } = this.#context;
        const pauseMs = this.#allowance.pauseMs(to, now.monotonicMs, this.#content);
        if (pauseMs > 0) counters.answersDelayed += 1;
        return pauseMs;
      },
      merge: (delta, from) => ({ added: from === undefined ? 0 : this.merge(delta, from) }),
    };
  }

  summary(): Uint8Array {
    const { vector } = this.#context;
    const partial = this.#partial;
    const fragment = partial && this.#fragments.progressOf(partial.source);
    const summary = encodeSummary(vector, partial && { ...partial, fragment });
    const same = this.#summary !== undefined && sameBytes(this.#summary, summary);
    if (!same) this.#summary = summary;
    this.#remember(summary);
    return this.#summary ?? summary;
  }

  /** @throws HearsayError `malformed` */
  *missing(bytes: Uint8Array): Generator<Uint8Array> {
    const { store, vector, heads, self, own, limits } = this.#context;
    const summary = decodeSummary(bytes);
    const { generation } = parseStreamId(own.stream);
    const partial = summary.partial;
    const isOurs = partial?.source === self && partial.instance === generation;
    this.#answers += 1;
    yield* answerDeltas({
      number: this.#answers,
      basis: hashSummary(bytes),
      instance: generation,
      vector: vector.copy(),
      floor: this.#handlers.floor(),
      oldest: this.#context.oldest,
      held: summary.vector,
      reached: isOurs ? partial.reached : new Vector(),
      fragment: isOurs ? partial.fragment : undefined,
      keyStateBytesMax: limits.keyStateBytesMax,
      onTooLarge: (key, size) => this.#tellTooLarge(key, size),
      // Who holds all that counts here is told nothing: what does not count yet is not ours to tell.
      streams: summary.vector.dominates(vector) ? [] : store.streams(),
      headOf: (stream) => heads.of(stream),
      above: (stream, after) => store.above(stream, after),
    });
  }

  /** What is overwritten goes, so there is never more new than there is. */
  get #content(): AnswerContent {
    return { heldBytes: this.#context.store.bytes, arrivedBytes: 0 };
  }

  *#charged(deltas: Iterable<Uint8Array>, to: PeerId): Generator<Uint8Array> {
    this.#allowance.began(to, this.#context.now.monotonicMs, this.#content);
    for (const delta of deltas) {
      this.#allowance.spent(to, delta.length);
      yield delta;
    }
  }

  /** @throws HearsayError `malformed`, `forged` */
  merge(bytes: Uint8Array, from: PeerId): number {
    const delta = openDelta(bytes);
    let intake = this.#intakes.get(from);
    if (delta.index === 0) {
      intake = this.#begin(from, delta);
      this.#intakes.set(from, intake);
    }
    if (intake === undefined || intake.number !== delta.number) return 0;
    this.#added = 0;
    intake.take(delta);
    return this.#added;
  }

  /** A neighbour is gone, and with it the rest of its answer. */
  forget(peer: PeerId): void {
    this.#intakes.delete(peer);
  }

  /** Everything begins anew: no answer on its way counts. */
  clear(): void {
    this.#intakes.clear();
    this.#bases.clear();
    this.#partial = undefined;
    this.#fragments.clear();
  }

  #remember(summary: Uint8Array): void {
    const name = nameOf(hashSummary(summary));
    if (this.#bases.has(name)) return;
    this.#bases.set(name, this.#partial);
    if (this.#bases.size <= BASES_MAX) return;
    for (const [oldest] of this.#bases) {
      this.#bases.delete(oldest);
      break;
    }
  }

  #begin(from: PeerId, delta: ReturnType<typeof openDelta>): Intake {
    const name = nameOf(delta.basis);
    const counts = (): boolean => {
      if (!this.#bases.has(name)) return false;
      const basis = this.#bases.get(name);
      return basis === undefined || basis.source !== from || basis === this.#partial;
    };
    const handlers: IntakeHandlers = {
      floor: (floor, oldest) => this.#handlers.floorOf(from, floor, oldest),
      apply: (arrived) => this.#apply(arrived),
      fragment: (part) => {
        // What it is a part of is named by its hash, so it counts whatever was asked.
        this.#progress(from, delta.instance);
        return this.#fragments.add(from, part);
      },
      reached: (stream, sequence) => {
        if (counts()) this.#reached(from, delta.instance, stream, sequence);
      },
      commit: (heads, retired) => {
        if (counts()) this.#commit(from, heads, retired);
      },
    };
    return new Intake(delta, handlers, this.#context.limits.keyStateBytesMax);
  }

  #apply(arrived: readonly Arrived[]): void {
    const { store, now, outbox } = this.#context;
    witnessSurvivors(this.#context, arrived);
    let changed = false;
    for (const { survivor } of arrived) {
      if (!store.adopt(survivor, now.wallMs)) continue;
      this.#added += 1;
      this.#entries += 1;
      changed = true;
    }
    if (changed) outbox.record('group', groupOf(arrived));
  }

  #reached(source: PeerId, instance: number, stream: StreamId, sequence: number): void {
    this.#progress(source, instance).reached.raise(stream, sequence);
  }

  /** Where the repair by this neighbour has come; that by another one is given up. */
  #progress(source: PeerId, instance: number): Partial {
    const known = this.#partial;
    if (known?.source === source && known.instance === instance) return known;
    const begun = { source, instance, reached: new Vector() };
    this.#partial = begun;
    this.#fragments.clear();
    return begun;
  }

  #tellTooLarge(key: string, bytes: number): void {
    if (key === this.#tooLarge) return;
    this.#tooLarge = key;
    const limit = this.#context.limits.keyStateBytesMax;
    this.#context.outbox.event({ kind: 'unrepairable', key, bytes, limit });
  }

  #commit(from: PeerId, heads: readonly FrameHead[], retired: readonly StreamId[]): void {
    const { vector, crypto, own, outbox, counters, self } = this.#context;
    const news = heads.filter(({ stream, last }) => last > vector.get(stream));
    for (const head of news) checkHead(head, crypto);
    for (const head of news) {
      const isOurs =
        head.origin === self && head.generation >= parseStreamId(own.stream).generation;
      if (isOurs) this.#handlers.superseded(head);
    }
    for (const head of news) raise(this.#context, head);
    const gone = retired.filter((stream) => this.#mayRetire(stream));
    for (const stream of gone) retire(this.#context, stream);
    this.#partial = undefined;
    this.#fragments.clear();
    if (news.length > 0 || gone.length > 0) {
      outbox.record('commit', encodeCommit(news, gone));
      this.#handlers.rose([...news.map(({ stream }) => stream), ...gone]);
    }
    counters.repairs += 1;
    counters.repairedEntries += this.#entries;
    this.#handlers.complete(from, this.#entries);
    this.#entries = 0;
  }

  /** An old stream may end only if its peer is known to write in a newer one. */
  #mayRetire(stream: StreamId): boolean {
    const { vector, heads } = this.#context;
    if (vector.get(stream) === RETIRED) return false;
    const { peer, generation } = parseStreamId(stream);
    for (const head of heads.all()) {
      if (head.origin === peer && head.generation > generation) return true;
    }
    return false;
  }
}

/** `count survivor...`, for the log. */
export function encodeGroup(survivors: readonly Survivor[]): Uint8Array {
  const writer = new Writer(256);
  const memory = new StreamMemory();
  writer.varuint(survivors.length);
  for (const survivor of survivors) writeSurvivor(writer, survivor, memory);
  return writer.finish();
}

/** The same of survivors that were read: they are not written anew. */
function groupOf(arrived: readonly Arrived[]): Uint8Array {
  let size = 0;
  for (const { start, end } of arrived) size += end - start;
  const COUNT_BYTES = 8;
  const writer = new Writer(size + COUNT_BYTES);
  writer.varuint(arrived.length);
  for (const { whole, start, end } of arrived) writer.raw(whole.subarray(start, end));
  return writer.finish();
}

/** Heads, then retired streams, for the log. */
export function encodeCommit(
  heads: readonly FrameHead[],
  retired: readonly StreamId[],
): Uint8Array {
  const writer = new Writer(256);
  writer.list(heads, (head) => writeHead(writer, head));
  writeClockEntries(
    writer,
    retired.map((stream) => [stream, RETIRED] as const),
  );
  return writer.finish();
}

function nameOf(hash: Uint8Array): string {
  return hash.join('.');
}
