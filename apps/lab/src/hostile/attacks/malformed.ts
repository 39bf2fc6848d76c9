import { encodeFrame, Writer } from '@hearsay/core/wire';
import type { Attack } from '../attacker/attack.js';
import { sayOnce } from './member-actions.js';

const MILLION = 1_000_000;
const KIB = 1_024;
const [HELLO, UPDATES, TABLE_WANT, BATCH, HAVE, WANT, DELTA] = [1, 7, 8, 9, 10, 12, 13];
const UNKNOWN = 99;

/** A frame with any tag, any body, and any length that it claims. */
function rawFrame(tag: number, body: Uint8Array, claimedBytes: number = body.length): Uint8Array {
  return new Writer().u8(tag).varuint(claimedBytes).raw(body).finish();
}

const says = (name: string, because: string, bytes: Uint8Array): Attack => ({
  name,
  as: 'member',
  answer: 'cut',
  because,
  run: (scene) => sayOnce(scene, (link) => link.saySealed(bytes)),
});

const tableWant = encodeFrame({ kind: 'table-want' });

/** Frames that do not decode, well sealed. */
export const malformedAttacks: readonly Attack[] = [
  says('noise instead of frames', 'it does not decode', Buffer.alloc(1 * KIB, 0xe7)),
  says('a message without a frame', 'a message has one frame at least', new Uint8Array()),
  says('a frame of an unknown kind', 'there are no optional frames', rawFrame(UNKNOWN, tableWant)),
  says(
    'a frame in a frame',
    'frames hold no frames',
    rawFrame(BATCH, rawFrame(BATCH, rawFrame(TABLE_WANT, new Uint8Array()))),
  ),
  says('a delta in a delta', 'it has no such piece', rawFrame(DELTA, Buffer.of(0, 4, 13, 2, 0, 0))),
  says(
    'a frame of 4 GiB',
    'more than FRAME_BODY_BYTES_MAX',
    rawFrame(BATCH, Buffer.alloc(64), 4 * KIB * KIB * KIB),
  ),
  says(
    'a clock of a million entries',
    'more than ENTRIES_PER_FRAME_MAX',
    rawFrame(
      HAVE,
      new Writer()
        .varuint(MILLION)
        .raw(Buffer.alloc(64 * KIB))
        .finish(),
    ),
  ),
  says(
    'a summary of a million entries',
    'more than ENTRIES_PER_FRAME_MAX',
    rawFrame(
      WANT,
      new Writer()
        .varuint(0)
        .bytes(
          new Writer()
            .varuint(MILLION)
            .raw(Buffer.alloc(64 * KIB))
            .finish(),
        )
        .finish(),
    ),
  ),
  says(
    'a list of a million members',
    'more than ENTRIES_PER_FRAME_MAX',
    rawFrame(
      UPDATES,
      new Writer()
        .varuint(MILLION)
        .raw(Buffer.alloc(64 * KIB))
        .finish(),
    ),
  ),
  says('a second hello', 'one is enough', rawFrame(HELLO, Buffer.alloc(64))),
  {
    name: 'a message of 1 MiB',
    as: 'member',
    answer: 'cut',
    because: 'more than transportBytesMax',
    run: (scene) => sayOnce(scene, (link) => link.saySealed(Buffer.alloc(KIB * KIB))),
  },
];
