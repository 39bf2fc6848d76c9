import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import type { LogDeltaItem } from './log-delta.js';
import type { StoredBatch, StreamLog } from './stream-log.js';

/**
 * What a holder of `theirs` lacks: floors first, then batches in our own delivery order, so that
 * causes come before effects.
 */
export function* missingItems(
  streams: Iterable<StreamLog>,
  theirs: ReadonlyVectorClock,
): Generator<LogDeltaItem> {
  const queues: StoredBatch[][] = [];
  for (const stream of streams) {
    const have = theirs.get(stream.id);
    if (have >= stream.last) continue;
    if (have < stream.floor) {
      const { id, floor, floorChain: chain } = stream;
      yield { kind: 'floor', stream: id, floor, chain, causes: stream.floorCauses.sorted() };
    }
    queues.push([...stream.after(Math.max(have, stream.floor))].reverse());
  }
  for (;;) {
    const next = earliest(queues);
    if (next === undefined) return;
    yield { kind: 'batch', bytes: next.bytes };
  }
}

/** Takes the batch that was delivered first from queues that have their oldest at the end. */
function earliest(queues: readonly StoredBatch[][]): StoredBatch | undefined {
  let best: StoredBatch[] | undefined;
  for (const queue of queues) {
    const head = queue.at(-1);
    if (head === undefined) continue;
    if (best === undefined || head.order < (best.at(-1)?.order ?? 0)) best = queue;
  }
  return best?.pop();
}
