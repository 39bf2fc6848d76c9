import type { HlcTime } from '../clock/hybrid-logical-clock.js';
import { HearsayError } from '../errors.js';
import type { PeerId, Topic } from '../ids.js';
import { BATCH_BODY_BYTES_MAX, type Limits, WIRE_NUMBER_MAX } from '../limits.js';
import { type ClockEntry, readClockEntries, writeClockEntries } from './clock-entries.js';
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

export function encodeBatch(batch: Batch): EncodedBatch {
  const writer = new Writer(FRAME_HEADER_BYTES_MAX + expectedBytes(batch));
  writer.leave(FRAME_HEADER_BYTES_MAX);
  writeBody(writer, batch);
  const { frame, body } = frameAround('batch', writer);
  return { frame, bytes: body };
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
  let bytes = HEADER_BYTES + CAUSE_BYTES * causes.length;
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
  return { origin, generation, firstSequence, count, causes: readClockEntries(reader) };
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
  for (let index = 0; index < header.count; index++) {
    const ms = baseMs + reader.varuint(WIRE_NUMBER_MAX - baseMs);
    const counter = reader.varuint();
    const topic = topics[reader.varuint()];
    if (topic === undefined || topic === '')
      throw new HearsayError('malformed', 'message without a topic');
    records.push({ topic, payload: reader.bytes(limits.payloadBytesMax), time: { ms, counter } });
  }
  reader.end();
  return { ...header, records };
}
