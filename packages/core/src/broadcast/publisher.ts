import type { HybridLogicalClock } from '../clock/hybrid-logical-clock.js';
import type { Context } from '../context.js';
import type { Timer } from '../deadlines.js';
import { HearsayError } from '../errors.js';
import { compareIds, type MessageId, type StreamId, streamId, type Topic } from '../ids.js';
import type { CausalLog } from '../log/causal-log.js';
import { type Batch, type BatchRecord, encodeBatch } from '../wire/batch.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { encodeText } from '../wire/writer.js';
import type { Broadcast } from './broadcast.js';

const FLUSH: Timer = { kind: 'flush' };
/** Bytes that a record adds besides its payload, at most. */
const RECORD_OVERHEAD_BYTES = 24;
/** Others are speakers when they were heard within so much of our last batch: a person's pause is longer. */
const SPEAKERS_FOR_MS = 250;

/**
 * Gathers what is published in one turn of the event loop into one batch: encoded once, sent to many.
 * After a quiet time the first message does not wait for company: a batch of its own costs little
 * then, and it arrives earlier.
 */
export class Publisher {
  readonly #context: Context;
  readonly #log: CausalLog;
  readonly #broadcast: Broadcast;
  readonly #hlc: HybridLogicalClock;
  #records: Omit<BatchRecord, 'time'>[] = [];
  #bytes = 0;
  #sequence = 0;
  #sealedMs = 0;
  /** From our last batch to the next. */
  #gapMs: number;
  /** Messages accepted since the host last gave us a turn. */
  #accepted = 0;
  /** What our batches so far have told as causes. */
  #toldCauses = new Map<StreamId, number>();

  constructor(parts: {
    context: Context;
    log: CausalLog;
    broadcast: Broadcast;
    hlc: HybridLogicalClock;
  }) {
    this.#context = parts.context;
    this.#gapMs = parts.context.config.batchGapMs;
    this.#log = parts.log;
    this.#broadcast = parts.broadcast;
    this.#hlc = parts.hlc;
  }

  /**
   * Accepts a message; it leaves at once after a quiet time, else when this turn ends.
   * @throws HearsayError `topic-empty`, `topic-too-long`, `payload-too-large`, `outbox-full`
   */
  publish(topic: Topic, payload: Uint8Array): { id: MessageId; links: number } {
    const { config, limits, self, now, deadlines } = this.#context;
    this.#check(topic, payload);
    const size = payload.length + RECORD_OVERHEAD_BYTES + limits.topicBytesMax;
    const full = this.#records.length >= limits.batchRecordsMax;
    if (full || this.#bytes + size > limits.batchBytesMax) this.#seal();
    this.#sequence += 1;
    this.#accepted += 1;
    this.#bytes += size;
    this.#records.push({
      // Half of a pair has no UTF-8: others would read another text than we show.
      topic: topic.toWellFormed(),
      payload: payload.slice(),
    });
    const sharedMs = this.#gapMs - config.batchGapMs;
    const quiet = now.monotonicMs - this.#sealedMs >= config.batchQuietMs + sharedMs;
    if (quiet && !deadlines.has(FLUSH)) {
      this.#accepted = 1;
      this.#seal();
    } else {
      deadlines.setNoLater(FLUSH, Math.max(now.monotonicMs, this.#sealedMs + this.#gapMs));
    }
    const id = { peer: self.id, generation: self.generation, sequence: this.#sequence };
    return { id, links: this.#broadcast.reach };
  }

  /** The turn ended: what was published goes out. */
  flush(): void {
    this.#accepted = 0;
    this.#seal();
  }

  #check(topic: Topic, payload: Uint8Array): void {
    const { limits } = this.#context;
    if (topic === '') throw new HearsayError('topic-empty', 'a topic has at least one character');
    // A character of UTF-16 takes at most three bytes of UTF-8: only long topics need counting.
    const long = 3 * topic.length > limits.topicBytesMax;
    const topicBytes = long ? encodeText(topic).length : 0;
    if (topicBytes > limits.topicBytesMax) {
      throw new HearsayError(
        'topic-too-long',
        `topic of ${topicBytes} bytes, the limit is ${limits.topicBytesMax}`,
      );
    }
    if (payload.length > limits.payloadBytesMax) {
      throw new HearsayError(
        'payload-too-large',
        `message of ${payload.length} bytes, the limit is ${limits.payloadBytesMax}`,
      );
    }
    if (this.#accepted >= limits.outboxMessagesMax) {
      throw new HearsayError(
        'outbox-full',
        `${this.#accepted} messages in one turn, the limit is ${limits.outboxMessagesMax}: let the loop run`,
      );
    }
  }

  #seal(): void {
    if (this.#records.length === 0) return;
    const { self, now } = this.#context;
    const causes = this.#changedCauses();
    this.#gapMs = this.#nextGapMs(causes.length);
    this.#sealedMs = now.monotonicMs;
    // Timed when the batch is closed: it follows everything delivered until then.
    const records = this.#records.map((record) => {
      return { ...record, time: this.#hlc.tick(Math.floor(now.wallMs)) };
    });
    const batch: Batch = {
      origin: self.id,
      generation: self.generation,
      firstSequence: this.#sequence - records.length + 1,
      count: records.length,
      causes,
      records,
    };
    this.#records = [];
    this.#bytes = 0;
    const encoded = encodeBatch(batch, this.#context.notary.signBatch);
    this.#log.append(batch, encoded.bytes);
    this.#broadcast.originate(batch, encoded);
  }

  /**
   * Whoever receives pays for each batch of everybody. Those who speak at the same time share what one
   * alone may send, so that many who say much are not slowed down by the number of their batches.
   * @param speakers others of whom something came since our last batch
   */
  #nextGapMs(speakers: number): number {
    const { config, now } = this.#context;
    if (now.monotonicMs - this.#sealedMs > SPEAKERS_FOR_MS) return config.batchGapMs;
    return Math.min(
      config.batchGapMs * (1 + speakers),
      Math.max(config.batchGapMaxMs, config.batchGapMs),
    );
  }

  /** Entries of our clock that rose since our batch before; receivers remember the others. */
  #changedCauses(): ClockEntry[] {
    const own = streamId(this.#context.self.id, this.#context.self.generation);
    const changed: ClockEntry[] = [];
    if (this.#toldCauses.size > this.#log.clock.size) {
      for (const stream of this.#toldCauses.keys()) {
        if (this.#log.clock.get(stream) === 0) this.#toldCauses.delete(stream);
      }
    }
    for (const [stream, sequence] of this.#log.clock.entries()) {
      if (stream === own || this.#toldCauses.get(stream) === sequence) continue;
      this.#toldCauses.set(stream, sequence);
      changed.push([stream, sequence]);
    }
    return changed.sort(([left], [right]) => compareIds(left, right));
  }
}
