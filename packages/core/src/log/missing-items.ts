import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { KeptBatches } from './kept-batches.js';
import type { LogDeltaItem } from './log-delta.js';
import type { StreamLog } from './stream-log.js';

/** Where we are in the batches of one stream. */
interface Cursor {
  readonly stream: StreamLog;
  index: number;
  order: number;
}

/**
 * What a holder of `theirs` lacks: floors first, then batches in our own delivery order, so that
 * causes come before effects. Of a stream with a batch that cannot be read the rest is left out:
 * somebody else has it.
 */
export function* missingItems(
  streams: Iterable<StreamLog>,
  kept: KeptBatches,
  theirs: ReadonlyVectorClock,
): Generator<LogDeltaItem> {
  const cursors = new Set<Cursor>();
  for (const stream of streams) {
    const have = theirs.get(stream.id);
    if (have >= stream.last) continue;
    if (have < stream.floor) {
      const { id, floor, floorChain: chain } = stream;
      const causes = stream.floorCauses.sorted();
      yield { kind: 'floor', stream: id, floor, chain, causes, proof: kept.proofs().get(stream) };
    }
    const index = stream.indexAfter(Math.max(have, stream.floor));
    if (index < stream.end) cursors.add({ stream, index, order: stream.orderOf(index) });
  }
  for (;;) {
    const next = earliest(cursors);
    if (next === undefined) return;
    const bytes = kept.bytesAt(next.order);
    if (bytes !== undefined) yield { kind: 'batch', bytes };
    next.index += 1;
    next.order = next.stream.orderOf(next.index);
    if (bytes === undefined || next.index >= next.stream.end) cursors.delete(next);
  }
}

/** The one whose next batch was delivered first. */
function earliest(cursors: ReadonlySet<Cursor>): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    if (best === undefined || cursor.order < best.order) best = cursor;
  }
  return best;
}
