import { pick, type Random } from '@hearsay/core';
import { Writer } from '@hearsay/core/wire';

const WILD_BYTES_MAX = 120;
const LOST_BYTES_MAX = 3;

/**
 * Bytes for a decoder that nobody wrote: real ones cut, joined, with a hole or a flipped bit, or
 * such as are not even like them. Most often a single bit: numbers next to the right one come
 * furthest.
 */
export function damaged(samples: readonly Uint8Array[], random: Random): Uint8Array {
  const bytes = Uint8Array.from(pick(samples, random) ?? []);
  const other = pick(samples, random) ?? bytes;
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return Uint8Array.from({ length: random.below(WILD_BYTES_MAX) }, () => random.below(256));
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return joined(bytes.subarray(0, at), other);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + random.below(LOST_BYTES_MAX)));
    default:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  return new Writer().raw(left).raw(right).finish();
}
