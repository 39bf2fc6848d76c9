/** A slice ends after so many bytes, unless the caller says how many, or frames, whichever comes first. */
const SLICE_BYTES = 16_384;
const SLICE_FRAMES = 16;

const VARUINT_CONTINUE = 0x80;
const VARUINT_BITS = 7;
/** Longer lengths are refused by core; here they only must not run away. */
const LENGTH_BYTES_MAX = 4;

/**
 * Cuts a message between frames, so that others get their turn in the middle of it. What does not
 * look like frames stays in one piece: core says what is wrong with it.
 * @returns where the first slice ends
 */
export function sliceEnd(bytes: Uint8Array, start: number, bytesMax: number = SLICE_BYTES): number {
  let end = start;
  for (let frames = 0; frames < SLICE_FRAMES && end - start < bytesMax; frames++) {
    const next = frameEnd(bytes, end);
    if (next === undefined || next >= bytes.length) return bytes.length;
    end = next;
  }
  return end;
}

/** Where the frame ends that starts here: a tag, a length, and a body. */
function frameEnd(bytes: Uint8Array, start: number): number | undefined {
  let length = 0;
  for (let index = 0; index < LENGTH_BYTES_MAX; index++) {
    const byte = bytes[start + 1 + index];
    if (byte === undefined) return undefined;
    length += (byte & (VARUINT_CONTINUE - 1)) << (VARUINT_BITS * index);
    if (byte < VARUINT_CONTINUE) return start + 2 + index + length;
  }
  return undefined;
}
