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
 * What somebody lacks: what is over and floors, each followed by the evidence that they may be believed,
 * then batches in our own delivery order, so that causes come before effects. Of a stream with a batch that
 * cannot be read the rest is left out: somebody else has it.
 *
 * Floors lean on each other, so the asker may need all of them before it can skip to any. An answer
 * that is cut short must bring evidence of them nevertheless, and the next one evidence of others.
 * @param turn counts answers: each begins with other evidence
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
  const firsts = new Set(oldest.map(({ peer, generation }) => streamId(peer, generation)));
  const evidence = [...cursors].filter((cursor) => {
    return firsts.has(cursor.stream.id) && !cursor.tellsFloor;
  });
  for (const cursor of rotated(evidence, turn)) yield* nextOf(cursor, cursors, kept);
  const { isOver } = streams;
  const floors = [...cursors].filter(({ tellsFloor }) => tellsFloor);
  for (const { stream } of floors) {
    if (!kept.proofs().has(stream)) yield floorOf(stream, undefined, isOver);
  }
  for (const cursor of rotated(floors, turn)) {
    const { stream } = cursor;
    const proof = kept.proofs().get(stream);
    if (proof !== undefined) yield floorOf(stream, proof, isOver);
    else yield* nextOf(cursor, cursors, kept); // The author signed a batch that begins right above.
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
function earliest(cursors: ReadonlySet<Cursor>): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    if (best === undefined || cursor.order < best.order) best = cursor;
  }
  return best;
}
