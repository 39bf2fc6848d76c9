import { streamId } from '../ids.js';
import { rotated } from '../sync/rotated.js';
import type { KeptBatches } from './kept-batches.js';
import type { LogDeltaItem } from './log-delta.js';
import type { StreamLog } from './stream-log.js';
import type { Streams } from './streams.js';

/** Where we are in the batches of one stream. */
interface Cursor {
  readonly stream: StreamLog;
  /** Sends the floor first: the asker lacks something below. */
  readonly tellsFloor: boolean;
  index: number;
  order: number;
}

/** A stream of which somebody lacks something, and how far it holds it. */
export type LackingStream = readonly [stream: StreamLog, have: number];

/**
 * What somebody lacks: what is over, floors with what shows that each is true, then batches in our own
 * delivery order, so that causes come before effects. Of a stream with a batch that cannot be read the rest
 * is left out: somebody else has it.
 *
 * However little of an answer arrives, the asker comes to an end. It may have to know every floor before it
 * can skip to any, but it keeps what it was told, and each answer begins with another stream; when it knows
 * all, nothing else is needed to skip (`Floors`). Then the first batch of our order that it lacks can be
 * delivered there: whatever that names was delivered here before, so it is there too, or below a floor. That
 * batch must not wait behind what shows that runs are over, so every second answer, however answers and askers
 * alternate, begins with it.
 * @param turn counts answers: each begins elsewhere
 */
export function* missingItems(
  lacking: Iterable<LackingStream>,
  streams: Pick<Streams, 'oldest' | 'isOver'>,
  kept: KeptBatches,
  turn: number,
): Generator<LogDeltaItem> {
  const cursors = cursorsOf(lacking);
  if (cursors.size === 0) return;
  // What is over was a cause of much that is not.
  const oldest = [...streams.oldest()];
  for (const { peer, generation } of oldest) {
    if (generation > 0) yield { kind: 'over', peer, generation: generation - 1 };
  }
  // That a run is over is believed when a newer one was seen.
  const firsts = new Set(oldest.map(({ peer, generation }) => streamId(peer, generation)));
  const shown = [...cursors].filter(({ stream, tellsFloor }) => {
    return tellsFloor || firsts.has(stream.id);
  });
  const [batchFirst] = rotated([true, false], turn / 2);
  const first = batchFirst ? earliest([...cursors].filter(isAboveNoFloor)) : undefined;
  if (first !== undefined) yield* nextOf(first, cursors, kept);
  for (const cursor of rotated(shown, turn)) {
    const { stream, tellsFloor } = cursor;
    const proof = kept.proofs().get(stream);
    if (tellsFloor) yield floorOf(stream, proof, streams.isOver);
    // The author signed a batch that begins right above.
    if (proof === undefined && cursor !== first) yield* nextOf(cursor, cursors, kept);
  }
  for (;;) {
    const next = earliest(cursors);
    if (next === undefined) return;
    yield* nextOf(next, cursors, kept);
  }
}

function cursorsOf(streams: Iterable<LackingStream>): Set<Cursor> {
  const cursors = new Set<Cursor>();
  for (const [stream, have] of streams) {
    if (have >= stream.last) continue;
    const index = stream.indexAfter(Math.max(have, stream.floor));
    const order = index < stream.end ? stream.orderOf(index) : Number.POSITIVE_INFINITY;
    cursors.add({ stream, tellsFloor: have < stream.floor, index, order });
  }
  return cursors;
}

function isAboveNoFloor({ tellsFloor }: Cursor): boolean {
  return !tellsFloor;
}

function floorOf(
  stream: StreamLog,
  proof: Uint8Array | undefined,
  isOver: Streams['isOver'],
): LogDeltaItem {
  const { id, floor, floorChain: chain } = stream;
  const causes = stream.floorCauses.sorted().filter(([cause]) => !isOver(cause));
  return { kind: 'floor', stream: id, floor, chain, causes, proof };
}

/** The next batch of a stream, if there is one. */
function* nextOf(
  cursor: Cursor,
  cursors: Set<Cursor>,
  kept: KeptBatches,
): Generator<LogDeltaItem & { kind: 'batch' }> {
  const { stream, index } = cursor;
  const bytes = index < stream.end ? kept.bytesAt(stream.orderOf(index)) : undefined;
  if (bytes !== undefined) yield { kind: 'batch', bytes };
  cursor.index += 1;
  if (bytes === undefined || cursor.index >= stream.end) cursors.delete(cursor);
  else cursor.order = stream.orderOf(cursor.index);
}

/** The one whose next batch was delivered first. */
function earliest(cursors: Iterable<Cursor>): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    if (best === undefined || cursor.order < best.order) best = cursor;
  }
  return best;
}
