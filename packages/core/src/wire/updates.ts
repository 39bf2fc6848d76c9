import { HearsayError } from '../errors.js';
import { UPDATES_PER_FRAME_MAX } from '../limits.js';
import type { MemberUpdate } from '../membership/member.js';
import { readRecord, writeRecord } from './member-record.js';
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
    writer.peer(update.peer).u8(STATES.indexOf(update.state)).peer(update.from);
    writeRecord(writer, update);
  });
  return writer.finish();
}

export function readUpdates(reader: Reader, metaBytesMax: number): Updates {
  const updates = reader.list(UPDATES_PER_FRAME_MAX, () => {
    const peer = reader.peer();
    const state = STATES[reader.u8()];
    if (state === undefined) throw new HearsayError('malformed', 'unknown state of a member');
    const from = reader.peer();
    return { peer, state, from, ...readRecord(reader, metaBytesMax) };
  });
  return { kind: 'updates', updates };
}
