import type { HlcTime } from '../clock/hybrid-logical-clock.js';
import { HearsayError } from '../errors.js';
import { type PeerId, streamId, type Topic } from '../ids.js';
import { BATCH_BODY_BYTES_MAX, type Limits, SIGNATURE_BYTES, WIRE_NUMBER_MAX } from '../limits.js';
import { type ClockEntry, readClock, writeClockEntries } from './clock-entries.js';
import { FRAME_HEADER_BYTES_MAX, frameAround } from './frame.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** One published message inside its batch. */
export interface BatchRecord {
  readonly topic: Topic;
  readonly payload: Uint8Array;
  readonly time: HlcTime;
}

/** Which messages a batch holds and what must be delivered before them. */
export interface BatchHeader {
  readonly origin: PeerId;
  readonly generation: number;
  /** Sequence of the first record; the others follow without holes. */
  readonly firstSequence: number;
  readonly count: number;
  /** Entries of the origin's clock that changed since its batch before (Singhal and Kshemkalyani 1992). */
  readonly causes: readonly ClockEntry[];
}

/** All that one peer published in one turn: encoded once, sent, stored and relayed as the same bytes. */
export interface Batch extends BatchHeader {
  readonly records: readonly BatchRecord[];
}

/** The bytes that are kept, and the frame that carries them. */
export interface EncodedBatch {
  readonly bytes: Uint8Array;
  readonly frame: Uint8Array;
}

/** @param sign makes the signature of all bytes before it */
export function encodeBatch(batch: Batch, sign: (body: Uint8Array) => Uint8Array): EncodedBatch {
  const writer = new Writer(FRAME_HEADER_BYTES_MAX + expectedBytes(batch));
  writer.leave(FRAME_HEADER_BYTES_MAX);
  writeBody(writer, batch);
  writer.raw(sign(writer.peek(FRAME_HEADER_BYTES_MAX)));
  return { frame: frameAround('batch', writer), bytes: writer.view(FRAME_HEADER_BYTES_MAX) };
}

function writeBody(writer: Writer, batch: Batch): void {
  writer.peer(batch.origin).varuint(batch.generation).varuint(batch.firstSequence);
  writer.varuint(batch.count);
  writeClockEntries(writer, batch.causes);
  const baseMs = batch.records[0]?.time.ms ?? 0;
  const topics = [...new Set(batch.records.map((record) => record.topic))];
  writer.varuint(baseMs).list(topics, (topic) => writer.text(topic));
  for (const { topic, payload, time } of batch.records) {
    writer.varuint(time.ms - baseMs).varuint(time.counter);
    writer.varuint(topics.indexOf(topic)).bytes(payload);
  }
}

/** A little more than the encoded size, so that the buffer need not grow. */
function expectedBytes({ records, causes }: Batch): number {
  const HEADER_BYTES = 64;
  const RECORD_BYTES = 16;
  const CAUSE_BYTES = 44;
  let bytes = HEADER_BYTES + CAUSE_BYTES * causes.length + SIGNATURE_BYTES;
  for (const { payload } of records) bytes += RECORD_BYTES + payload.length;
  return bytes;
}

type BatchLimits = Pick<Limits, 'payloadBytesMax' | 'topicBytesMax' | 'batchRecordsMax'>;

function readHeader(reader: Reader, limits: BatchLimits): BatchHeader {
  const origin = reader.peer();
  const generation = reader.varuint();
  const firstSequence = reader.varuint();
  const count = reader.varuint(limits.batchRecordsMax);
  if (firstSequence + count - 1 > WIRE_NUMBER_MAX) {
    throw new HearsayError('malformed', 'a sequence leaves the range of numbers');
  }
  if (count === 0 || firstSequence === 0) {
    throw new HearsayError('malformed', 'a batch has messages, and their sequences count from 1');
  }
  const causes = readClock(reader);
  const own = streamId(origin, generation);
  if (causes.some(([stream]) => stream === own)) {
    throw new HearsayError('malformed', 'a batch is a cause of its own stream');
  }
  return { origin, generation, firstSequence, count, causes };
}

/** A batch of which only the header was read: enough to tell a duplicate, at a fraction of the cost. */
export interface OpenedBatch {
  readonly header: BatchHeader;
  readonly rest: Reader;
}

/** @throws HearsayError `malformed` */
export function openBatch(bytes: Uint8Array, limits: BatchLimits): OpenedBatch {
  if (bytes.length > BATCH_BODY_BYTES_MAX) {
    throw new HearsayError('malformed', `a batch of ${bytes.length} bytes`);
  }
  const rest = new Reader(bytes);
  return { header: readHeader(rest, limits), rest };
}

/**
 * The whole batch; payloads are views of `bytes`.
 * @throws HearsayError `malformed`
 */
export function readBatch(bytes: Uint8Array, limits: BatchLimits): Batch {
  return readRecords(openBatch(bytes, limits), limits);
}

/**
 * The rest of an opened batch; to be called once.
 * @throws HearsayError `malformed`
 */
export function readRecords({ header, rest: reader }: OpenedBatch, limits: BatchLimits): Batch {
  const baseMs = reader.varuint();
  const topics = reader.list(header.count, () => reader.text(limits.topicBytesMax));
  const records: BatchRecord[] = [];
  let topicsUsed = 0;
  for (let index = 0; index < header.count; index++) {
    // The base is the time of the first record: any other would be a second encoding.
    const ms = baseMs + reader.varuint(index === 0 ? 0 : WIRE_NUMBER_MAX - baseMs);
    const counter = reader.varuint();
    const topicIndex = reader.varuint(topicsUsed);
    if (topicIndex === topicsUsed) topicsUsed += 1;
    const topic = topics[topicIndex];
    if (topic === undefined || topic === '')
      throw new HearsayError('malformed', 'message without a topic');
    records.push({ topic, payload: reader.bytes(limits.payloadBytesMax), time: { ms, counter } });
  }
  const repeated = topics.length > 1 && new Set(topics).size < topics.length;
  if (topicsUsed < topics.length || repeated) {
    throw new HearsayError('malformed', 'topics are not those of the messages, each once');
  }
  reader.skip(SIGNATURE_BYTES);
  reader.end();
  return { ...header, records };
}

/** What the origin made under a batch: all of its bytes follow from it, as nobody can sign others alike. */
export function signatureOf(batch: Uint8Array): Uint8Array {
  return batch.subarray(batch.length - SIGNATURE_BYTES);
}
