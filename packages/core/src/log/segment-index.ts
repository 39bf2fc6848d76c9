import { HearsayError } from '../errors.js';
import { parseStreamId, type StreamId, streamId } from '../ids.js';
import type { Limits } from '../limits.js';
import { openBatch, readRecords } from '../wire/batch.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import type { StoredRecord } from './batch-store.js';
import { topicMask } from './topic-mask.js';

/** Where one batch is, and what is asked about it most. */
export interface IndexEntry {
  readonly stream: StreamId;
  readonly first: number;
  readonly position: number;
  readonly topics: number;
}

const NUMBER_BYTES = 8;
const MASK_BYTES = 4;
const ENTRY_BYTES = NUMBER_BYTES + NUMBER_BYTES + MASK_BYTES + MASK_BYTES;

/** The batches of a part of the log, in order, as columns that are read without taking them apart. */
export function encodeIndex(entries: readonly IndexEntry[]): Uint8Array {
  const slots = new Map<StreamId, number>();
  const columns = emptyColumns(entries.length);
  entries.forEach(({ stream, first, position, topics }, index) => {
    const slot = slots.get(stream) ?? slots.size;
    slots.set(stream, slot);
    columns.positions[index] = position;
    columns.firsts[index] = first;
    columns.slots[index] = slot;
    columns.topics[index] = topics;
  });
  const writer = new Writer(ENTRY_BYTES * entries.length + MASK_BYTES);
  writer.list([...slots.keys()], (stream) => {
    const { peer, generation } = parseStreamId(stream);
    writer.peer(peer).varuint(generation);
  });
  writer.varuint(entries.length);
  for (const column of [columns.positions, columns.firsts, columns.slots, columns.topics]) {
    writer.raw(new Uint8Array(column.buffer));
  }
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function* decodeIndex(bytes: Uint8Array): Generator<IndexEntry> {
  const reader = new Reader(bytes);
  const streams = reader.list(bytes.length, () => reader.stream());
  const count = reader.varuint();
  if (reader.remaining !== ENTRY_BYTES * count) {
    throw new HearsayError('malformed', 'an index that is cut short');
  }
  // Copied, since columns begin where numbers of their size may.
  const columns = {
    positions: new Float64Array(reader.raw(NUMBER_BYTES * count).slice().buffer),
    firsts: new Float64Array(reader.raw(NUMBER_BYTES * count).slice().buffer),
    slots: new Uint32Array(reader.raw(MASK_BYTES * count).slice().buffer),
    topics: new Uint32Array(reader.raw(MASK_BYTES * count).slice().buffer),
  };
  for (let index = 0; index < count; index++) {
    const stream = streams[columns.slots[index] ?? count];
    if (stream === undefined) throw new HearsayError('malformed', 'an index without its stream');
    yield {
      stream,
      first: columns.firsts[index] ?? 0,
      position: columns.positions[index] ?? 0,
      topics: columns.topics[index] ?? 0,
    };
  }
}

/**
 * The index of records whose own was lost.
 * @throws HearsayError `malformed`
 */
export function indexRecords(records: Iterable<StoredRecord>, limits: Limits): Uint8Array {
  const entries: IndexEntry[] = [];
  for (const { kind, position, bytes } of records) {
    if (kind !== 'batch') continue;
    const batch = readRecords(openBatch(bytes, limits), limits);
    const { origin, generation, firstSequence: first } = batch;
    const topics = topicMask(new Set(batch.records.map((record) => record.topic)));
    entries.push({ stream: streamId(origin, generation), first, position, topics });
  }
  return encodeIndex(entries);
}

function emptyColumns(count: number): {
  positions: Float64Array;
  firsts: Float64Array;
  slots: Uint32Array;
  topics: Uint32Array;
} {
  return {
    positions: new Float64Array(count),
    firsts: new Float64Array(count),
    slots: new Uint32Array(count),
    topics: new Uint32Array(count),
  };
}
