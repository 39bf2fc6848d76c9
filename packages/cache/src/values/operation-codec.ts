import { compareIds } from '@hearsay/core';
import type { Reader, Writer } from '@hearsay/core/wire';
import { type CacheLimits, DEFAULT_CACHE_LIMITS } from '../limits.js';
import {
  ascending,
  malformed,
  readBinary,
  readDeadline,
  readKey,
  readTime,
  readTotal,
  StreamReader,
  StreamWriter,
  writeBinary,
  writeDeadline,
  writeTime,
  writeTotal,
} from './fields.js';
import type { Change, CounterSeen, FieldWrite, Observed, Operation } from './operation.js';

/** The first byte of a change. */
const TAGS: Readonly<Record<Change['kind'], number>> = {
  set: 1,
  delete: 2,
  deadline: 3,
  count: 4,
  reset: 5,
  'set-add': 6,
  'set-remove': 7,
  'hash-set': 8,
  'hash-remove': 9,
  clear: 10,
};

/** `tag key time`, then what the kind of change has. */
export function writeOperation(writer: Writer, operation: Operation): void {
  const { key, time, change } = operation;
  writer.u8(TAGS[change.kind]).text(key);
  writeTime(writer, time.ms, time.counter);
  switch (change.kind) {
    case 'set':
      writeBinary(writer, change.value);
      return writeDeadline(writer, change.deadlineMs);
    case 'delete':
      return;
    case 'deadline':
      return writeDeadline(writer, change.deadlineMs);
    case 'count':
      writer.varuint(change.birth);
      writeTotal(writer, change.plus);
      return writeTotal(writer, change.minus);
    case 'reset':
      return writeSeen(writer, change.seen);
    case 'set-add':
    case 'set-remove':
      return writeObserved(writer, change.elements);
    case 'hash-set':
      return writeFields(writer, change.fields);
    case 'hash-remove':
      return writeObserved(writer, change.fields);
    case 'clear':
      writer.u8(change.of === 'set' ? 0 : 1);
      return new StreamWriter(writer).dots(change.seen);
  }
}

/**
 * The mirror of `writeOperation`: what it returns is written as the same bytes again.
 * @throws HearsayError `malformed`
 */
export function readOperation(
  reader: Reader,
  limits: CacheLimits = DEFAULT_CACHE_LIMITS,
): Operation {
  const tag = reader.u8();
  const key = readKey(reader, limits.keyBytesMax);
  const time = readTime(reader);
  return { key, time, change: readChange(reader, tag, limits) };
}

function readChange(reader: Reader, tag: number, limits: CacheLimits): Change {
  switch (tag) {
    case TAGS.set: {
      const value = readBinary(reader, limits.valueBytesMax);
      return { kind: 'set', value, deadlineMs: readDeadline(reader) };
    }
    case TAGS.delete:
      return { kind: 'delete' };
    case TAGS.deadline:
      return { kind: 'deadline', deadlineMs: readDeadline(reader) };
    case TAGS.count: {
      const birth = reader.varuint();
      const plus = readTotal(reader);
      return { kind: 'count', birth, plus, minus: readTotal(reader) };
    }
    case TAGS.reset:
      return { kind: 'reset', seen: readSeen(reader) };
    case TAGS['set-add']:
      return { kind: 'set-add', elements: readObserved(reader, limits) };
    case TAGS['set-remove']:
      return { kind: 'set-remove', elements: readObserved(reader, limits) };
    case TAGS['hash-set']:
      return { kind: 'hash-set', fields: readFields(reader, limits) };
    case TAGS['hash-remove']:
      return { kind: 'hash-remove', fields: readObserved(reader, limits) };
    case TAGS.clear: {
      const of = reader.flag() ? 'hash' : 'set';
      return { kind: 'clear', of, seen: new StreamReader(reader).dots() };
    }
    default:
      throw malformed(`a change of kind ${tag} is not known`);
  }
}

function writeSeen(writer: Writer, seen: readonly CounterSeen[]): void {
  const streams = new StreamWriter(writer);
  writer.list(seen, (count) => {
    streams.dot(count);
    writer.varuint(count.birth);
    writeTotal(writer, count.plus);
    writeTotal(writer, count.minus);
  });
}

function readSeen(reader: Reader): CounterSeen[] {
  const streams = new StreamReader(reader);
  return streams.sorted(() => {
    const dot = streams.dot();
    const birth = streams.sequence();
    const plus = readTotal(reader);
    return { ...dot, birth, plus, minus: readTotal(reader) };
  });
}

function writeObserved(writer: Writer, elements: readonly Observed[]): void {
  const streams = new StreamWriter(writer);
  writer.list(elements, ({ element, dots }) => {
    writeBinary(writer, element);
    streams.dots(dots);
  });
}

function readObserved(reader: Reader, limits: CacheLimits): Observed[] {
  const streams = new StreamReader(reader);
  const elements = reader.list(limits.elementsPerWriteMax, () => {
    const element = readBinary(reader, limits.elementBytesMax);
    return { element, dots: streams.dots() };
  });
  ascending(elements, byElement);
  return elements;
}

function writeFields(writer: Writer, fields: readonly FieldWrite[]): void {
  const streams = new StreamWriter(writer);
  writer.list(fields, ({ element, value, dots }) => {
    writeBinary(writer, element);
    writeBinary(writer, value);
    streams.dots(dots);
  });
}

function readFields(reader: Reader, limits: CacheLimits): FieldWrite[] {
  const streams = new StreamReader(reader);
  const fields = reader.list(limits.elementsPerWriteMax, () => {
    const element = readBinary(reader, limits.elementBytesMax);
    const value = readBinary(reader, limits.valueBytesMax);
    return { element, value, dots: streams.dots() };
  });
  ascending(fields, byElement);
  return fields;
}

/** One-byte strings are in the order of their bytes. */
function byElement(left: Observed, right: Observed): number {
  return compareIds(left.element, right.element);
}
