import { describe, expect, it } from 'vitest';
import { randomBytes } from '../src/crypto/random.js';
import { Opener, Sealer } from '../src/links/secure/seals.js';

const KEY = randomBytes(32);
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

/** The first messages of a link. */
function sealed(count: number, key = KEY): Uint8Array[] {
  const sealer = new Sealer(key);
  return Array.from({ length: count }, (_, at) => sealer.seal(Buffer.from(`m${at}`)));
}

/** What opens of these messages, in this order. */
function opened(messages: readonly (Uint8Array | undefined)[], key = KEY): (string | undefined)[] {
  const opener = new Opener(key);
  return messages.map((message) => text(opener.open(Buffer.from(message ?? []))));
}

describe('sealed messages', () => {
  it('open in their order', () => {
    expect(opened(sealed(3))).toEqual(['m0', 'm1', 'm2']);
  });

  it('cost 16 bytes each, and the same words never look the same', () => {
    const sealer = new Sealer(KEY);
    const [one, two] = [sealer.seal(Buffer.from('hi')), sealer.seal(Buffer.from('hi'))];
    expect(one).toHaveLength(18);
    expect(one).not.toEqual(two);
  });

  const [first, second, third] = sealed(3);
  const [elsewhere] = sealed(1, randomBytes(32));
  it.each([
    ['repeated', [first, first, second]],
    ['left out', [first, third, second]],
    ['swapped', [first, third]],
    ['of another link', [first, elsewhere, second]],
    ['cut short', [first, second?.subarray(0, -1), second]],
    ['cut to nothing', [first, Buffer.alloc(0), second]],
    ['padded', [first, Buffer.concat([second ?? Buffer.alloc(0), Buffer.alloc(1)]), second]],
  ])('do not open when one is %s, nor does any after it', (_what, messages) => {
    const rest = messages.slice(1).map(() => undefined);
    expect(opened(messages)).toEqual(['m0', ...rest]);
  });

  it('do not open with any bit changed', () => {
    const message = sealed(1)[0] ?? Buffer.alloc(0);
    for (let bit = 0; bit < message.length * 8; bit++) {
      const copy = Buffer.from(message);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(opened([copy])).toEqual([undefined]);
    }
  });

  it('go on beyond the first byte of their number', () => {
    const messages = sealed(70_000);
    expect(opened(messages).at(-1)).toBe('m69999');
  });
});
