import type { StreamId } from '../ids.js';
import type { KeptBatches } from './kept-batches.js';
import { decodeLogState, type LogState } from './log-state.js';
import { decodeIndex } from './segment-index.js';
import type { StreamLog } from './stream-log.js';

/**
 * The streams as they were at the newest mark, with their batches filed.
 * @param states at marks, oldest first
 * @param indexes of all batches before the newest mark; the last two states lie around the last one
 * @throws HearsayError `malformed`
 */
export function restoreStreams(
  kept: KeptBatches,
  states: readonly Uint8Array[],
  indexes: readonly Uint8Array[],
): Pick<LogState, 'streams' | 'waived'> {
  const newest = states.at(-1);
  if (newest === undefined) return { streams: [], waived: new Map() };
  const streams = new Map<StreamId, StreamLog>();
  const state = decodeLogState(newest);
  for (const stream of state.streams) streams.set(stream.id, stream);
  for (const [stream, proof] of state.proofs) kept.prove(stream, proof);
  const find = (id: StreamId): StreamLog | undefined => streams.get(id);
  for (const index of indexes.slice(0, -1)) kept.restore(decodeIndex(index), find);
  const ends = new Map([...streams.values()].map((stream) => [stream, stream.end]));
  for (const index of indexes.slice(-1)) kept.restore(decodeIndex(index), find);
  const before = states.at(-2);
  // So that the clocks of recent messages are found without reading everything before them.
  for (const { id, causes } of before === undefined ? [] : decodeLogState(before).streams) {
    const stream = find(id);
    const end = stream && ends.get(stream);
    if (stream !== undefined && end !== undefined && stream.end > end) {
      stream.rememberCauses(end, causes);
    }
  }
  for (const stream of streams.values()) kept.restored(stream);
  return { streams: [...streams.values()], waived: state.waived };
}
