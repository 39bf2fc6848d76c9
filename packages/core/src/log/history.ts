import { VectorClock } from '../clock/vector-clock.js';
import type { Message } from '../effect.js';
import type { Topic } from '../ids.js';
import type { Limits } from '../limits.js';
import {
  type Batch,
  type BatchHeader,
  type BatchRecord,
  openBatch,
  readBatch,
} from '../wire/batch.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import type { KeptBatches } from './kept-batches.js';
import type { StreamLog } from './stream-log.js';

const NO_CLOCK: readonly ClockEntry[] = [];

/** A kept batch of which something is wanted. */
interface Wanted {
  readonly order: number;
  readonly stream: StreamLog;
}

/**
 * The newest kept messages, oldest first, read back from where they are kept.
 * @param topic undefined for all
 */
export function readHistory(
  kept: KeptBatches,
  limits: Limits,
  topic: Topic | undefined,
  limit: number,
): readonly Message[] {
  if (limit <= 0) return [];
  const wanted = newestWith(kept, limits, topic, limit);
  const clocks = clocksOf(kept, limits, wanted);
  const messages: Message[] = [];
  for (const { order } of wanted) {
    const batch = batchAt(kept, limits, order);
    const clock = clocks.get(order);
    if (batch === undefined || clock === undefined) continue;
    batch.records.forEach((record, offset) => {
      if (topic !== undefined && record.topic !== topic) return;
      // The store may use these bytes again.
      const payload = record.payload.slice();
      const { id, time } = messageOf(batch, record, offset, NO_CLOCK);
      messages.push({
        id,
        topic: record.topic,
        payload,
        time,
        get clock() {
          return clock.entries;
        },
      });
    });
  }
  return messages.slice(-limit);
}

/** What the messages of the newest batch of a stream depend on. */
export function clockOf(stream: StreamLog, firstSequence: number): readonly ClockEntry[] {
  const clock: ClockEntry[] = [...stream.causes.entries()];
  if (firstSequence > 1) clock.push([stream.id, firstSequence - 1]);
  return clock;
}

/** A record of a delivered batch as the message that it is. */
export function messageOf(
  { origin, generation, firstSequence }: BatchHeader,
  { topic, payload, time }: BatchRecord,
  offset: number,
  clock: readonly ClockEntry[],
): Message {
  const id = { peer: origin, generation, sequence: firstSequence + offset };
  return { id, topic, payload, time, clock };
}

/** The batches with the newest `limit` messages of a topic, in the order of delivery. */
function newestWith(
  kept: KeptBatches,
  limits: Limits,
  topic: Topic | undefined,
  limit: number,
): readonly Wanted[] {
  const wanted: Wanted[] = [];
  let count = 0;
  for (let order = kept.end - 1; order >= kept.start && count < limit; order--) {
    const stream = kept.streamAt(order);
    if (stream === undefined) continue;
    if (topic !== undefined && !kept.mayHaveTopic(order, topic)) continue;
    const records = batchAt(kept, limits, order)?.records ?? [];
    const matching =
      topic === undefined
        ? records.length
        : records.filter((record) => record.topic === topic).length;
    if (matching > 0) wanted.push({ order, stream });
    count += matching;
  }
  return wanted.reverse();
}

/** The full clock of each wanted batch: what its stream depended on until then. */
function clocksOf(
  kept: KeptBatches,
  limits: Limits,
  wanted: readonly Wanted[],
): ReadonlyMap<number, PastClock> {
  const byStream = new Map<StreamLog, Set<number>>();
  for (const { order, stream } of wanted) {
    const orders = byStream.get(stream);
    if (orders === undefined) byStream.set(stream, new Set([order]));
    else orders.add(order);
  }
  const clocks = new Map<number, PastClock>();
  for (const [stream, orders] of byStream) followStream(kept, limits, stream, orders, clocks);
  return clocks;
}

/** @param orders of wanted batches of this stream, in the order of delivery */
function followStream(
  kept: KeptBatches,
  limits: Limits,
  stream: StreamLog,
  orders: ReadonlySet<number>,
  clocks: Map<number, PastClock>,
): void {
  const [oldest = 0] = orders;
  const { index: start, causes: base } = stream.causesBefore(stream.indexAt(oldest));
  const raised: ClockEntry[] = [];
  let left = orders.size;
  for (let index = start; left > 0 && index < stream.end; index++) {
    const order = stream.orderOf(index);
    const bytes = kept.bytesAt(order);
    raised.push(...((bytes && openBatch(bytes, limits).header.causes) ?? []));
    if (!orders.has(order)) continue;
    left -= 1;
    const own = [stream.id, stream.firstOf(index) - 1] as const;
    clocks.set(order, new PastClock(base, raised, raised.length, own));
  }
}

/**
 * The clock of an earlier batch, put together when somebody asks: most never do, and where peers
 * were started often it is long.
 */
class PastClock {
  readonly #base: readonly ClockEntry[];
  /** Shared with later batches of the stream, which see more of it. */
  readonly #raised: readonly ClockEntry[];
  readonly #count: number;
  readonly #own: ClockEntry;
  #entries: readonly ClockEntry[] | undefined;

  constructor(
    base: readonly ClockEntry[],
    raised: readonly ClockEntry[],
    count: number,
    own: ClockEntry,
  ) {
    this.#base = base;
    this.#raised = raised;
    this.#count = count;
    this.#own = own;
  }

  get entries(): readonly ClockEntry[] {
    this.#entries ??= this.#make();
    return this.#entries;
  }

  #make(): readonly ClockEntry[] {
    const clock = VectorClock.from(this.#base);
    for (let index = 0; index < this.#count; index++) {
      const [stream, sequence] = this.#raised[index] ?? this.#own;
      clock.raise(stream, sequence);
    }
    clock.raise(...this.#own);
    return clock.sorted();
  }
}

function batchAt(kept: KeptBatches, limits: Limits, order: number): Batch | undefined {
  const bytes = kept.bytesAt(order);
  return bytes && readBatch(bytes, limits);
}
