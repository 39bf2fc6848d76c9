import { compareIds, type StreamId } from '@hearsay/core';
import type { Reader, Writer } from '@hearsay/core/wire';
import type { CacheLimits } from '../limits.js';
import type { Addition, Item } from '../values/collection.js';
import type { CompositeState, CompositeType } from '../values/composite.js';
import type { Count, Reset } from '../values/counts.js';
import {
  ascending,
  malformed,
  readBinary,
  readTime,
  readTotal,
  StreamReader,
  StreamWriter,
  writeBinary,
  writeTime,
  writeTotal,
} from '../values/fields.js';
import { compareStamps, type Version } from '../values/stamp.js';
import {
  readDeadlineWrite,
  readVersion,
  writeDeadlineWrite,
  writeVersion,
} from '../values/version-fields.js';
import type { CompositeSurvivor } from './survivor.js';

/** The first byte of a survivor that is no register. */
export const COMPOSITE_TAGS: Readonly<Record<number, CompositeType>> = {
  5: 'counter',
  6: 'set',
  7: 'hash',
};
const TAG_OF: Readonly<Record<CompositeType, number>> = { counter: 5, set: 6, hash: 7 };
const LOST_NOTHING = 0;
const LOST_ALL = 1;

/**
 * `tag key`, what was seen of each stream, the latest write, the floor, the deadline, what was lost, then
 * the counts of a counter or the elements with their additions.
 */
export function writeComposite(writer: Writer, { key, state }: CompositeSurvivor): void {
  const streams = new StreamWriter(writer);
  writer.u8(TAG_OF[state.type]).text(key);
  streams.dots(state.seen.map(([stream, sequence]) => ({ stream, sequence })));
  writeVersion(writer, streams, state.latest);
  writer.u8(state.floor === undefined ? 0 : 1);
  if (state.floor !== undefined) writeVersion(writer, streams, state.floor);
  writeDeadlineWrite(writer, streams, state.deadlineWrite);
  writeLost(writer, state.lostBeforeMs);
  if (state.type === 'counter') {
    return void writer.list(state.counts, (count) => writeCount(writer, streams, count));
  }
  writer.list(state.items, ({ element, additions }) => {
    writeBinary(writer, element);
    writer.list(additions, (addition) => {
      writeVersion(writer, streams, addition);
      if (state.type === 'hash') writeBinary(writer, addition.value);
    });
  });
}

/** The mirror of `writeComposite` from the key on. @throws HearsayError `malformed` */
export function readComposite(
  reader: Reader,
  type: CompositeType,
  key: string,
  limits: CacheLimits,
): CompositeSurvivor {
  const streams = new StreamReader(reader);
  const seen = streams.dots().map(({ stream, sequence }) => [stream, sequence] as const);
  const known = new Map(seen);
  const latest = readKnown(reader, streams, known);
  const floor = reader.flag() ? readKnown(reader, streams, known) : undefined;
  const deadlineWrite = readDeadlineWrite(reader, streams);
  const lostBeforeMs = readLost(reader);
  const counts = type === 'counter' ? streams.sorted(() => readCount(reader, streams)) : [];
  const items =
    type === 'counter'
      ? []
      : reader.list(Number.MAX_SAFE_INTEGER, () => {
          const element = readBinary(reader, limits.elementBytesMax);
          const additions = streams.sorted((): Addition => {
            const version = readKnown(reader, streams, known);
            const value = type === 'hash' ? readBinary(reader, limits.valueBytesMax) : '';
            return { ...version, value };
          });
          if (additions.length === 0) throw malformed('an element has no addition');
          return { element, additions };
        });
  ascending<Item>(items, (left, right) => compareIds(left.element, right.element));
  const common = { type, latest, floor, seen, deadlineWrite, lostBeforeMs };
  const state: CompositeState = { ...common, items, counts };
  return { kind: 'composite', key, state };
}

/** A version that lies in what was seen. */
function readKnown(
  reader: Reader,
  streams: StreamReader,
  known: ReadonlyMap<StreamId, number>,
): Version {
  const version = readVersion(reader, streams);
  if ((known.get(version.stream) ?? 0) >= version.sequence) return version;
  throw malformed('a value has parts that it has not seen');
}

function writeCount(writer: Writer, streams: StreamWriter, count: Count): void {
  writeVersion(writer, streams, count);
  writer.varuint(count.birth);
  writeTotal(writer, count.plus);
  writeTotal(writer, count.minus);
  writer.list(count.resets, ({ stamp, sequence, plus, minus }) => {
    streams.write(stamp.stream);
    writeTime(writer, stamp.ms, stamp.counter);
    writer.varuint(sequence);
    writeTotal(writer, plus);
    writeTotal(writer, minus);
  });
}

function readCount(reader: Reader, streams: StreamReader): Count {
  const version = readVersion(reader, streams);
  const birth = streams.sequence();
  const plus = readTotal(reader);
  const minus = readTotal(reader);
  const resets = reader.list(Number.MAX_SAFE_INTEGER, () => readReset(reader, streams));
  ascending(resets, (left, right) => left.sequence - right.sequence);
  ascending(resets, (left, right) => compareStamps(right.stamp, left.stamp));
  return { ...version, birth, plus, minus, resets };
}

function readReset(reader: Reader, streams: StreamReader): Reset {
  const stream = streams.read();
  const stamp = { ...readTime(reader), stream };
  const sequence = streams.sequence();
  const plus = readTotal(reader);
  return { stamp, sequence, plus, minus: readTotal(reader) };
}

function writeLost(writer: Writer, beforeMs: number): void {
  if (beforeMs === Number.POSITIVE_INFINITY) writer.varuint(LOST_ALL);
  else writer.varuint(beforeMs === 0 ? LOST_NOTHING : beforeMs + LOST_ALL);
}

function readLost(reader: Reader): number {
  const lost = reader.varuint();
  if (lost === LOST_ALL) return Number.POSITIVE_INFINITY;
  return lost === LOST_NOTHING ? 0 : lost - LOST_ALL;
}
