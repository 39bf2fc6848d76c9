import { HearsayError } from '../errors.js';
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_PER_FRAME_MAX,
  ENTRIES_PER_FRAME_MAX,
  INCARNATION_MAX,
} from '../limits.js';
import type { MemberUpdate } from '../membership/member.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** News of members, or a whole table cut in parts. */
export interface Updates {
  readonly kind: 'updates';
  readonly updates: readonly MemberUpdate[];
}

const STATES: readonly MemberUpdate['state'][] = ['alive', 'suspect', 'dead', 'left'];

export function writeUpdates(frame: Updates): Uint8Array {
  const writer = new Writer();
  writer.list(frame.updates, (update) => {
    writer.peer(update.peer).varuint(update.generation).varuint(update.incarnation);
    writer.u8(STATES.indexOf(update.state)).peer(update.from);
    writer.list(update.addresses, (address) => writer.text(address));
    writer.varuint(update.metaVersion).bytes(update.meta);
  });
  return writer.finish();
}

export function readUpdates(reader: Reader, metaBytesMax: number): Updates {
  const updates = reader.list(ENTRIES_PER_FRAME_MAX, () => {
    const peer = reader.peer();
    const generation = reader.varuint();
    const incarnation = reader.varuint(INCARNATION_MAX);
    const state = STATES[reader.u8()];
    if (state === undefined) throw new HearsayError('malformed', 'unknown state of a member');
    const from = reader.peer();
    const addresses = reader.list(ADDRESSES_PER_FRAME_MAX, () => reader.text(ADDRESS_BYTES_MAX));
    const metaVersion = reader.varuint();
    const meta = reader.bytes(metaBytesMax);
    return { peer, generation, incarnation, state, from, addresses, metaVersion, meta };
  });
  return { kind: 'updates', updates };
}
