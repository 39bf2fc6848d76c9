import type { Reader, Writer } from '@hearsay/core/wire';
import type { DeadlineWrite } from './composite.js';
import {
  readDeadline,
  type StreamReader,
  type StreamWriter,
  writeDeadline,
  writeTime,
} from './fields.js';
import { TIME_COUNTER_MAX, TIME_MS_MAX, type Version } from './stamp.js';

/** `stream sequence ms counter` */
export function writeVersion(writer: Writer, streams: StreamWriter, version: Version): void {
  streams.dot(version);
  writeTime(writer, version.ms, version.counter);
}

/** @throws HearsayError `malformed` */
export function readVersion(reader: Reader, streams: StreamReader): Version {
  const stream = streams.read();
  const sequence = streams.sequence();
  const ms = reader.varuint(TIME_MS_MAX);
  // One object, field by field: spreading two into a third took a third of the time of a whole survivor.
  return { ms, counter: reader.varuint(TIME_COUNTER_MAX), stream, sequence };
}

/** A flag, then a version and a deadline. */
export function writeDeadlineWrite(
  writer: Writer,
  streams: StreamWriter,
  write: DeadlineWrite | undefined,
): void {
  writer.u8(write === undefined ? 0 : 1);
  if (write === undefined) return;
  writeVersion(writer, streams, write.version);
  writeDeadline(writer, write.deadlineMs);
}

/** @throws HearsayError `malformed` */
export function readDeadlineWrite(
  reader: Reader,
  streams: StreamReader,
): DeadlineWrite | undefined {
  if (!reader.flag()) return undefined;
  const version = readVersion(reader, streams);
  return { version, deadlineMs: readDeadline(reader) };
}
