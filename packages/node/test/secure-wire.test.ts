import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Opener } from '../src/links/secure/seals.js';
import { SecureWire } from '../src/links/secure/secure-wire.js';
import { chunk, FakeWire } from './support/fake-wire.js';

const key = randomBytes(32);

function opened(messages: readonly Uint8Array[]): string[] {
  const opener = new Opener(key);
  return messages.map((each) => Buffer.from(opener.open(Uint8Array.from(each)) ?? []).toString());
}

describe('a sealed wire', () => {
  it('leaves what the socket still has to send as it is', () => {
    const fake = new FakeWire();
    const wire = new SecureWire(fake, key);
    for (const text of ['one', 'two', 'three']) wire.send(chunk(text));
    expect(opened(fake.sent)).toEqual(['one', 'two', 'three']);
  });

  it('uses the same memory again once the system has its own copy', () => {
    const copies: Uint8Array[] = [];
    const memory = new Set<ArrayBufferLike>();
    class Taken extends FakeWire {
      override send(bytes: Uint8Array): void {
        memory.add(bytes.buffer);
        copies.push(Uint8Array.from(bytes));
      }
    }
    const wire = new SecureWire(new Taken(), key);
    for (const text of ['one', 'two', 'three']) wire.send(chunk(text));
    expect(opened(copies)).toEqual(['one', 'two', 'three']);
    expect(memory.size).toBe(1);
  });
});
