/** No head of a WebSocket message is longer: two bytes, eight of a length, four of a masking key. */
export const HEAD_BYTES_MAX = 14;

const FINAL_BINARY = 0x82;
const MASKED = 0x80;
const MASK_BYTES = 4;
const SHORT_MAX = 125;
const [LENGTH_16, LENGTH_64] = [126, 127];
const LENGTH_16_MAX = 0xffff;

/**
 * Writes the head of a binary message in one piece (RFC 6455, section 5.2) right before it.
 * @param start where the message begins; `HEAD_BYTES_MAX` before it are free
 * @param isMasked by whoever dialled, with a key of zeros: the message stays as it is
 * @returns where the head begins
 */
export function writeHead(memory: Buffer, start: number, bytes: number, isMasked: boolean): number {
  let at = start;
  if (isMasked) {
    at -= MASK_BYTES;
    memory.fill(0, at, start);
  }
  const flag = isMasked ? MASKED : 0;
  if (bytes <= SHORT_MAX) {
    memory[at - 1] = flag | bytes;
  } else if (bytes <= LENGTH_16_MAX) {
    at -= 2;
    memory[at] = bytes >>> 8;
    memory[at + 1] = bytes & 0xff;
    memory[at - 1] = flag | LENGTH_16;
  } else {
    at -= 8;
    memory.writeBigUInt64BE(BigInt(bytes), at);
    memory[at - 1] = flag | LENGTH_64;
  }
  memory[at - 2] = FINAL_BINARY;
  return at - 2;
}
