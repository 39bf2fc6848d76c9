import { VectorClock } from '../clock/vector-clock.js';
import { HearsayError } from '../errors.js';
import { compareIds, parseStreamId, type StreamId, streamId } from '../ids.js';
import { ENTRIES_PER_FRAME_MAX } from '../limits.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

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
  return streamId(reader.peer(), reader.varuint());
}

export function readClockEntries(reader: Reader): ClockEntry[] {
  return reader.list(ENTRIES_PER_FRAME_MAX, () => {
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

/** A whole clock as bytes, equal for equal clocks. */
export function encodeClock(clock: VectorClock): Uint8Array {
  const writer = new Writer();
  writeClockEntries(writer, clock.sorted());
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function decodeClock(bytes: Uint8Array): VectorClock {
  const reader = new Reader(bytes);
  const clock = VectorClock.from(readClock(reader));
  reader.end();
  return clock;
}
