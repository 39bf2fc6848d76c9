import type { StreamId } from '../ids.js';
import type { ChainEntry, TrailEntry } from '../wire/inquiry.js';
import type { KeptBatches } from './kept-batches.js';
import { hashOfBatch } from './signed-batch.js';
import type { StreamLog } from './stream-log.js';
import type { Streams } from './streams.js';

/** What a log holds of each stream: what two peers compare whose clocks agree and contents do not. */
export class Trails {
  readonly #streams: Streams;
  readonly #kept: KeptBatches;

  constructor(streams: Streams, kept: KeptBatches) {
    this.#streams = streams;
    this.#kept = kept;
  }

  /** How far each stream is held, and the hash over it. */
  chains(): readonly ChainEntry[] {
    return [...this.#streams.all()].filter(({ last }) => last > 0).map(chainOf);
  }

  chainOf(id: StreamId): ChainEntry | undefined {
    const stream = this.#streams.get(id);
    return stream && chainOf(stream);
  }

  /** The newest kept batches of a stream, oldest first; one that cannot be read ends the list. */
  trail(id: StreamId, max: number): readonly TrailEntry[] {
    const stream = this.#streams.get(id);
    const trail: TrailEntry[] = [];
    if (stream === undefined) return trail;
    for (let index = Math.max(stream.start, stream.end - max); index < stream.end; index++) {
      const bytes = this.#kept.bytesAt(stream.orderOf(index));
      if (bytes === undefined) break;
      trail.push({ first: stream.firstOf(index), hash: hashOfBatch(bytes) });
    }
    return trail;
  }

  /** The kept batch that a message is in; its bytes are good until the next look. */
  batchWith(id: StreamId, sequence: number): Uint8Array | undefined {
    const stream = this.#streams.get(id);
    const index = stream?.indexOf(sequence);
    if (stream === undefined || index === undefined) return undefined;
    return this.#kept.bytesAt(stream.orderOf(index));
  }
}

function chainOf({ id: stream, last, chain }: StreamLog): ChainEntry {
  return { stream, last, chain };
}
