import type { PeerId } from '../ids.js';
import { RELAY_ENTRIES_PER_FRAME_MAX } from '../limits.js';
import { type ClockEntry, readStream, writeClockEntries } from './clock-entries.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** A batch that whoever receives it passes on, along the tree of its origin. The same bytes as in `batch`. */
interface Relay {
  readonly kind: 'relay';
  readonly bytes: Uint8Array;
}

/** "I have these batches, if you lack one": each by its stream and its last sequence. */
export interface IHave {
  readonly kind: 'ihave';
  readonly batches: readonly ClockEntry[];
}

/**
 * "Relay to me from now on what these origins say", and first the batch with this last sequence;
 * sequence 0 asks for no batch.
 */
export interface Graft {
  readonly kind: 'graft';
  readonly batches: readonly ClockEntry[];
}

/** "What these origins say comes to me another way: only tell me that you have it." */
export interface Prune {
  readonly kind: 'prune';
  readonly origins: readonly PeerId[];
}

/** The frames of the broadcast trees (Plumtree: GOSSIP, IHAVE, GRAFT, PRUNE). */
export type TreeFrame = Relay | IHave | Graft | Prune;

/** The body of `ihave` and `graft`. */
export function writeNamedBatches({ batches }: IHave | Graft): Uint8Array {
  const writer = new Writer();
  writeClockEntries(writer, batches);
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function readNamedBatches<K extends 'ihave' | 'graft'>(
  reader: Reader,
  kind: K,
): { readonly kind: K; readonly batches: readonly ClockEntry[] } {
  const batches = reader.list(RELAY_ENTRIES_PER_FRAME_MAX, () => {
    return [readStream(reader), reader.varuint()] as const;
  });
  return { kind, batches };
}

export function writePrune({ origins }: Prune): Uint8Array {
  const writer = new Writer();
  writer.list(origins, (origin) => writer.peer(origin));
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function readPrune(reader: Reader): Prune {
  return { kind: 'prune', origins: reader.list(RELAY_ENTRIES_PER_FRAME_MAX, () => reader.peer()) };
}
