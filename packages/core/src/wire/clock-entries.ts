import { parseStreamId, type StreamId, streamId } from '../ids.js';
import { ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

export type ClockEntry = readonly [StreamId, number];

/** `peer generation sequence`, as often as counted. */
export function writeClockEntries(writer: Writer, entries: readonly ClockEntry[]): void {
  writer.list(entries, ([stream, sequence]) => {
    const { peer, generation } = parseStreamId(stream);
    writer.peer(peer).varuint(generation).varuint(sequence);
  });
}

export function readClockEntries(reader: Reader): ClockEntry[] {
  return reader.list(ENTRIES_PER_FRAME_MAX, () => {
    const stream = streamId(reader.peer(), reader.varuint());
    return [stream, reader.varuint()] as const;
  });
}
