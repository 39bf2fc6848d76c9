import { HearsayError } from '../errors.js';
import { compareIds, parseStreamId, type StreamId } from '../ids.js';
import { ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

export type ClockEntry = readonly [StreamId, number];

/** `peer generation sequence`, as often as counted. */
export function writeClockEntries(writer: Writer, entries: readonly ClockEntry[]): void {
  writer.list(entries, ([stream, sequence]) => {
    writeStream(writer, stream).varuint(sequence);
  });
}

/** `peer generation` */
export function writeStream(writer: Writer, stream: StreamId): Writer {
  const { peer, generation } = parseStreamId(stream);
  return writer.peer(peer).varuint(generation);
}

/** @throws HearsayError `malformed` */
export function readStream(reader: Reader): StreamId {
  return reader.stream();
}

export function readClockEntries(
  reader: Reader,
  max: number = ENTRIES_PER_FRAME_MAX,
): ClockEntry[] {
  return reader.list(max, () => {
    const stream = readStream(reader);
    return [stream, reader.varuint()] as const;
  });
}

/**
 * Entries of a clock: in order of their streams, each once and above 0, so that equal clocks are
 * equal bytes.
 * @throws HearsayError `malformed`
 */
export function readClock(reader: Reader): ClockEntry[] {
  const entries = readClockEntries(reader);
  let before = '';
  for (const [stream, sequence] of entries) {
    if (compareIds(before, stream) >= 0 || sequence === 0) {
      throw new HearsayError('malformed', 'entries of a clock are not in order');
    }
    before = stream;
  }
  return entries;
}
