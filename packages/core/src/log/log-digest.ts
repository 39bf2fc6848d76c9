import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { Limits } from '../limits.js';
import type { AnswerContent } from '../sync/answer-allowance.js';
import { lacking, narrow, openQuestion, refine, shownBy } from '../sync/digest/dialogue.js';
import { DigestIndex } from '../sync/digest/digest-index.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import type { Narrowing, Question } from '../wire/digest.js';
import type { KeptBatches } from './kept-batches.js';
import { type LogDeltaItem, packLogDelta } from './log-delta.js';
import { decodeLogQuestion, encodeLogQuestion } from './log-question.js';
import { type LackingStream, missingItems } from './missing-items.js';
import type { StateHash } from './state-hash.js';
import type { StreamLog } from './stream-log.js';
import type { Streams } from './streams.js';

/** Deltas leave room for the frame around them. */
const DELTA_BYTES_MAX = 60 * 1_024;

/**
 * What a log says of what it holds, and what it answers. Few streams are told one by one: that takes
 * one question. Of many, hashes of parts are told, and what differs is found in two or three.
 */
export class LogDigest {
  readonly #streams: Streams;
  readonly #kept: KeptBatches;
  readonly #limits: Pick<Limits, 'summaryStreamsMax'>;
  readonly #index = new DigestIndex<StreamLog>();
  /** Kept until the clock moves. */
  #summary: Uint8Array | undefined;
  /** Counts answers and questions: when not all fits, each begins elsewhere. */
  #turn = 0;

  constructor(streams: Streams, kept: KeptBatches, limits: Pick<Limits, 'summaryStreamsMax'>) {
    this.#streams = streams;
    this.#kept = kept;
    this.#limits = limits;
  }

  /** Whether streams are told one by one. */
  get isSmall(): boolean {
    return this.#index.size <= this.#limits.summaryStreamsMax;
  }

  /** Of the clock: equal for equal clocks. */
  get hash(): StateHash {
    return this.#index.root;
  }

  /** How much there is to answer with. */
  get content(): AnswerContent {
    return { heldBytes: this.#kept.bytes, arrivedBytes: this.#kept.arrivedBytes };
  }

  /** Moves a stream. */
  change(stream: StreamLog, move: () => void): void {
    this.#summary = undefined;
    this.#index.change(stream, move);
  }

  /** A stream does not count any more. */
  remove(stream: StreamLog): void {
    this.#summary = undefined;
    this.#index.remove(stream);
  }

  /** What to ask first, to learn what is lacking here. */
  summary(): Uint8Array {
    this.#summary ??= encodeLogQuestion(
      this.isSmall
        ? { kind: 'clock', clock: this.#streams.clock }
        : { kind: 'parts', question: openQuestion(this.#index) },
    );
    return this.#summary;
  }

  /** What to ask next; undefined when there is nothing left to ask. */
  refine(narrowing: Narrowing): Uint8Array | undefined {
    const question = refine(this.#index, narrowing, this.#nextTurn());
    return question && encodeLogQuestion({ kind: 'parts', question });
  }

  /** @throws HearsayError `malformed` */
  missing(bytes: Uint8Array): Iterable<Uint8Array> {
    const asked = decodeLogQuestion(bytes);
    this.#kept.settle();
    const items = asked.kind === 'clock' ? this.#after(asked.clock) : this.#partsOf(asked.question);
    return packLogDelta(items, DELTA_BYTES_MAX);
  }

  /**
   * What a question shows that its asker holds; undefined for one that tells all streams, as that
   * neighbour told them before.
   * @throws HearsayError `malformed`
   */
  shownBy(bytes: Uint8Array): readonly ClockEntry[] | undefined {
    const asked = decodeLogQuestion(bytes);
    if (asked.kind === 'clock') return undefined;
    const shown = [...shownBy(this.#index, asked.question)];
    return shown.map(([stream, sequence]) => [stream.id, sequence]);
  }

  #after(theirs: ReadonlyVectorClock): Generator<LogDeltaItem> {
    const streams = [...this.#streams.all()].map((one): LackingStream => [one, theirs.get(one.id)]);
    return missingItems(streams, this.#streams, this.#kept, this.#nextTurn());
  }

  *#partsOf(question: Question): Generator<LogDeltaItem> {
    const turn = this.#nextTurn();
    const narrowing = narrow(this.#index, question, turn);
    if (narrowing.hashes.length + narrowing.parts.length > 0)
      yield { kind: 'narrowing', narrowing };
    yield* missingItems(lacking(this.#index, question), this.#streams, this.#kept, turn);
  }

  #nextTurn(): number {
    this.#turn += 1;
    return this.#turn;
  }
}
