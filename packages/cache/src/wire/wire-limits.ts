const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Operations of one turn gather into frames of at most so many bytes; a batch of more is one frame, sent in parts. */
export const FRAME_GATHER_BYTES: number = 64 * KIB;
/** The same in operations. */
export const FRAME_GATHER_OPERATIONS = 500;
/** Operations of one frame that a decoder accepts: a batch of the application may be larger than a turn. */
export const FRAME_OPERATIONS_MAX = 65_536;
/** Bytes of one frame: a batch of the largest allowed size, with its head and causes. */
export const FRAME_BYTES_MAX: number = 1 * MIB + 128 * KIB;
/** A part of a frame that does not fit one post. */
export const PART_BYTES: number = 60 * KIB;
/** Parts of one frame. */
export const PARTS_MAX: number = Math.ceil(FRAME_BYTES_MAX / PART_BYTES);
/** A delta of a repair; core asks for about 60 KiB. */
export const DELTA_BYTES: number = 60 * KIB;
/** What several peers added to one key may be larger than a frame; in a repair it goes in fragments then. */
export const WHOLE_SURVIVOR_BYTES_MAX: number = 512 * KIB;
/** A fragment of a survivor. */
export const FRAGMENT_BYTES: number = 32 * KIB;
/** UTF-8 bytes of a key that a decoder accepts; the store refuses what is over its own limit. */
export const KEY_BYTES_WIRE_MAX = 512;
