import { createHash, createPrivateKey, sign } from 'node:crypto';
import { peerId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { openInPlace, seal, TAG_BYTES } from '../src/crypto/aead.js';
import { BOX_OVERHEAD_BYTES, closeBox, openBox } from '../src/crypto/box.js';
import { Ed25519Signer, peerIdOf, publicKeyOf } from '../src/crypto/ed25519-signer.js';
import { hash, sha256 } from '../src/crypto/hash.js';
import { exchangeKeyOf, exchangeKeysOf, newSeed, signingKeysOf } from '../src/crypto/keys.js';
import { randomBytes } from '../src/crypto/random.js';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'hex');

/** Every copy of some bytes with one bit changed. */
function* flipped(bytes: Uint8Array): Iterable<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy;
  }
}

describe('a signature', () => {
  // RFC 8032, section 7.1, test 2.
  const seed = bytesOf('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const keys = signingKeysOf(seed);
  const signer = new Ed25519Signer(keys);
  const id = peerIdOf(keys.publicKey);
  const text = bytesOf('72');

  it('is that of the standards, over a hash', () => {
    const key = createPrivateKey({
      key: { kty: 'OKP', crv: 'Ed25519', d: seed.toString('base64url'), x: base64(keys.publicKey) },
      format: 'jwk',
    });
    const digest = createHash('blake2b512').update(text).digest();
    expect(hex(signer.sign(text))).toBe(sign(null, digest, key).toString('hex'));
    expect(id).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    expect(publicKeyOf(id)).toEqual(keys.publicKey);
  });

  it('holds for its bytes, its signer and itself only', () => {
    const signature = signer.sign(text);
    expect(signer.verify(id, text, signature)).toBe(true);
    expect(signer.verify(id, bytesOf('73'), signature)).toBe(false);
    for (const other of flipped(signature)) expect(signer.verify(id, text, other)).toBe(false);
    const stranger = peerIdOf(signingKeysOf(newSeed()).publicKey);
    expect(signer.verify(stranger, text, signature)).toBe(false);
  });

  it('of no key or of no length is none', () => {
    const signature = signer.sign(text);
    expect(signer.verify(peerId('ab'.repeat(16)), text, signature)).toBe(false);
    expect(signer.verify(peerId('00'.repeat(32)), text, signature)).toBe(false);
    expect(signer.verify(peerId('ff'.repeat(32)), text, signature)).toBe(false);
    expect(signer.verify(id, text, signature.subarray(1))).toBe(false);
    expect(signer.verify(id, text, new Uint8Array())).toBe(false);
  });
});

describe('a key', () => {
  it('has one other form for key exchange', () => {
    const keys = signingKeysOf(newSeed());
    expect(exchangeKeyOf(keys.publicKey)).toEqual(exchangeKeysOf(keys).publicKey);
  });

  it.each([
    ['of zeros', '00'.repeat(32)],
    ['off the curve', 'ff'.repeat(32)],
    ['too short', 'ab'.repeat(16)],
    ['of small order', `01${'00'.repeat(31)}`],
  ])('%s has none', (_what, text) => {
    expect(exchangeKeyOf(bytesOf(text))).toBeUndefined();
  });

  it('is another one each time', () => {
    expect(newSeed()).not.toEqual(newSeed());
    expect(randomBytes(16)).toHaveLength(16);
  });
});

describe('what is sealed', () => {
  const key = Buffer.alloc(32, 7);
  const nonce = Buffer.alloc(12, 9);
  const plaintext = new Uint8Array(Buffer.from('a few words'));

  it('opens to what it was, and hides it', () => {
    const sealed = seal(plaintext, { key, nonce });
    expect(sealed).toHaveLength(plaintext.length + TAG_BYTES);
    expect(hex(sealed)).not.toContain(hex(plaintext));
    expect(openInPlace(sealed, { key, nonce })).toEqual(plaintext);
  });

  it('does not open changed, cut, or with anything else', () => {
    const sealed = seal(plaintext, { key, nonce, associated: bytesOf('01') });
    const associated = bytesOf('01');
    const open = (bytes: Uint8Array, other: object = {}): Uint8Array | undefined =>
      openInPlace(Buffer.from(bytes), { key, nonce, associated, ...other });
    expect(open(sealed)).toEqual(plaintext);
    for (const other of flipped(sealed)) expect(open(other)).toBeUndefined();
    for (let length = 0; length < sealed.length; length++) {
      expect(open(sealed.subarray(0, length))).toBeUndefined();
    }
    expect(open(sealed, { key: Buffer.alloc(32, 8) })).toBeUndefined();
    expect(open(sealed, { nonce: Buffer.alloc(12, 8) })).toBeUndefined();
    expect(open(sealed, { associated: bytesOf('02') })).toBeUndefined();
  });
});

describe('a box', () => {
  const someone = () => exchangeKeysOf(signingKeysOf(newSeed()));
  const [ana, bob, eve] = [someone(), someone(), someone()];
  const plaintext = Buffer.from('for bob');

  it('opens for those two only', () => {
    const box = closeBox(plaintext, bob.publicKey, ana);
    expect(box).toHaveLength(plaintext.length + BOX_OVERHEAD_BYTES);
    expect(openBox(box, ana.publicKey, bob)).toEqual(plaintext);
    expect(openBox(box, ana.publicKey, eve)).toBeUndefined();
    expect(openBox(box, eve.publicKey, bob)).toBeUndefined();
    for (const other of flipped(box)) expect(openBox(other, ana.publicKey, bob)).toBeUndefined();
    expect(openBox(box.subarray(0, 20), ana.publicKey, bob)).toBeUndefined();
  });

  it('is another one each time', () => {
    expect(closeBox(plaintext, bob.publicKey, ana)).not.toEqual(
      closeBox(plaintext, bob.publicKey, ana),
    );
  });
});

describe('a hash', () => {
  it('is BLAKE2b over all its parts', () => {
    // RFC 7693, appendix A.
    expect(hex(hash([Buffer.from('a'), Buffer.from('bc')], 64))).toBe(
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    );
    expect(hash([])).toHaveLength(32);
  });

  it.each([0, 1, 1_024, 1_025, 100_000])('of the other kind is SHA-256: %i bytes', (length) => {
    const bytes = randomBytes(length);
    expect(hex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
