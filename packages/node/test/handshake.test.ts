import { CLOSE_CODES, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../src/crypto/ed25519-signer.js';
import { newSeed, signingKeysOf } from '../src/crypto/keys.js';
import { randomBytes } from '../src/crypto/random.js';
import {
  DiallerHandshake,
  type HandshakeStep,
  type LinkIdentity,
  ListenerHandshake,
  linkIdentity,
} from '../src/links/secure/handshake.js';
import type { Keyring } from '../src/network/keyring.js';

const KEY = randomBytes(32);

function someone({
  network = 'home',
  keyring = keysOf(KEY),
}: {
  network?: string;
  keyring?: Keyring;
} = {}): LinkIdentity {
  return linkIdentity(signingKeysOf(newSeed()), network, keyring);
}

function idOf({ signing }: LinkIdentity): string {
  return peerIdOf(signing.publicKey);
}

function keysOf(...all: [Uint8Array, ...Uint8Array[]]): Keyring {
  return { primary: all[0], all, onChange: () => () => undefined };
}

function bytesOf(step: HandshakeStep): Uint8Array {
  if (step.kind === 'refused' || step.bytes === undefined) throw new Error(step.kind);
  return step.bytes;
}

/** Carries the messages, through whoever may change one: the first, second or third. */
function shake(
  ana: LinkIdentity,
  bob: LinkIdentity,
  change = (bytes: Uint8Array, _at: number) => bytes,
) {
  const dialler = new DiallerHandshake(ana);
  const listener = new ListenerHandshake(bob);
  const answer = listener.receive(change(dialler.begin(), 1));
  if (answer.kind === 'refused') return { atBob: answer };
  const atAna = dialler.receive(change(bytesOf(answer), 2));
  if (atAna.kind === 'refused') return { atAna };
  return { atAna, atBob: listener.receive(change(bytesOf(atAna), 3)) };
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('two of one network', () => {
  it('know each other and share two keys', () => {
    const [ana, bob] = [someone(), someone()];
    const { atAna, atBob } = shake(ana, bob);
    if (atAna?.kind !== 'done' || atBob?.kind !== 'done') throw new Error('not done');
    expect(atAna.session).toMatchObject({ peer: idOf(bob), networkKey: KEY });
    expect(atBob.session).toMatchObject({ peer: idOf(ana), networkKey: KEY });
    expect(atAna.session.keys.sending).toEqual(atBob.session.keys.receiving);
    expect(atAna.session.keys.receiving).toEqual(atBob.session.keys.sending);
    expect(atAna.session.keys.sending).not.toEqual(atAna.session.keys.receiving);
  });

  it('never share the same keys twice', () => {
    const [ana, bob] = [someone(), someone()];
    const keys = [1, 2].map(() => {
      const { atAna } = shake(ana, bob);
      return atAna?.kind === 'done' ? atAna.session.keys.sending : undefined;
    });
    expect(keys[0]).not.toEqual(keys[1]);
  });

  it('say nothing about who they are to whoever only listens', () => {
    const [ana, bob] = [someone(), someone()];
    const seen: Uint8Array[] = [];
    shake(ana, bob, (bytes) => {
      seen.push(bytes);
      return bytes;
    });
    const wire = Buffer.concat(seen).toString('hex');
    expect(seen.map(({ length }) => length)).toEqual([49, 128, 96]);
    for (const secret of [idOf(ana), idOf(bob), Buffer.from(KEY).toString('hex')]) {
      expect(wire).not.toContain(secret);
    }
  });

  it('find the key that both have while keys are changed', () => {
    const fresh = randomBytes(32);
    const ana = someone({ keyring: keysOf(KEY) });
    const bob = someone({ keyring: keysOf(fresh, KEY) });
    const { atBob } = shake(ana, bob);
    expect(atBob).toMatchObject({ kind: 'done', session: { networkKey: KEY } });
    const later = someone({ keyring: keysOf(fresh) });
    expect(shake(bob, ana).atBob).toMatchObject({ kind: 'refused' });
    expect(shake(later, bob).atBob).toMatchObject({ session: { networkKey: fresh } });
  });
});

describe('a handshake is refused', () => {
  const KEY_REFUSED = {
    kind: 'refused',
    closure: { code: CLOSE_CODES.key, reason: 'another network key' },
  };

  it.each([
    ['with another key', { keyring: keysOf(randomBytes(32)) }],
    ['in another network', { network: 'work' }],
  ])('%s', (_what, options) => {
    expect(shake(someone(options), someone()).atBob).toEqual(KEY_REFUSED);
  });

  it('when any bit of any message is changed', () => {
    const [ana, bob] = [someone(), someone()];
    const codes = new Map([
      [1, CLOSE_CODES.key],
      [2, CLOSE_CODES.key],
      [3, CLOSE_CODES.sealed],
    ]);
    for (const [changed, code] of codes) {
      for (let bit = changed === 1 ? 8 : 0; bit < 49 * 8; bit += 7) {
        const { atAna, atBob } = shake(ana, bob, (bytes, at) =>
          at === changed ? flip(bytes, bit) : bytes,
        );
        expect(atBob ?? atAna).toMatchObject({ kind: 'refused', closure: { code } });
      }
    }
  });

  it('when a message is cut short, padded or left out', () => {
    const [ana, bob] = [someone(), someone()];
    for (const changed of [1, 2, 3]) {
      for (const change of [
        (bytes: Uint8Array) => bytes.subarray(0, -1),
        (bytes: Uint8Array) => bytes.subarray(0, 20),
        (bytes: Uint8Array) => bytes.subarray(0, 1),
        (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(1)]),
        (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(300)]),
      ]) {
        const { atAna, atBob } = shake(ana, bob, (bytes, at) =>
          at === changed ? change(bytes) : bytes,
        );
        expect((atBob ?? atAna)?.kind).toBe('refused');
      }
    }
    expect(new ListenerHandshake(bob).receive(Buffer.alloc(0)).kind).toBe('refused');
  });

  it('of another version, with both versions', () => {
    const listener = new ListenerHandshake(someone());
    const first = Buffer.from(new DiallerHandshake(someone()).begin());
    first[0] = 9;
    expect(listener.receive(first)).toEqual({
      kind: 'refused',
      closure: {
        code: CLOSE_CODES.version,
        reason: 'link version 1 here, 9 there: update the older',
      },
    });
  });

  it('to whoever repeats what a member once said', () => {
    const [ana, bob] = [someone(), someone()];
    const said: Uint8Array[] = [];
    shake(ana, bob, (bytes, at) => {
      if (at !== 2) said.push(bytes);
      return bytes;
    });
    const listener = new ListenerHandshake(bob);
    expect(listener.receive(said[0] ?? Buffer.alloc(0)).kind).toBe('answer');
    expect(listener.receive(said[1] ?? Buffer.alloc(0))).toMatchObject({
      closure: { code: CLOSE_CODES.sealed },
    });
  });

  it('to a member that claims the id of another', () => {
    const [ana, bob, eve] = [someone(), someone(), someone()];
    // The key exchange of eve with the name of ana: the network key alone proves no name.
    const liar: LinkIdentity = { ...eve, signing: ana.signing };
    const refused = {
      kind: 'refused',
      closure: { code: CLOSE_CODES.impostor, reason: 'is not who it says it is' },
    };
    expect(shake(liar, bob).atBob).toEqual(refused);
    expect(shake(ana, { ...eve, signing: bob.signing }).atAna).toEqual(refused);
  });

  it('to a member that names no key', () => {
    const [bob, eve] = [someone(), someone()];
    for (const publicKey of [Buffer.alloc(0), Buffer.alloc(32), Buffer.alloc(31, 7)]) {
      const liar: LinkIdentity = { ...eve, signing: { ...eve.signing, publicKey } };
      expect(shake(liar, bob).atBob).toMatchObject({ closure: { code: CLOSE_CODES.impostor } });
    }
  });
});

describe('whatever comes instead of a message', () => {
  const random = seededRandom('handshake');
  const garbage = (): Buffer => {
    const bytes = Buffer.alloc(random.below(300));
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256);
    return bytes;
  };
  /** Some bits of a real message changed, its end cut off or something added. */
  const mutated = (message: Uint8Array): Buffer => {
    const copy = Buffer.from(message.subarray(0, 1 + random.below(message.length)));
    for (let count = random.below(4); count >= 0; count--) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return random.below(4) === 0 ? Buffer.concat([copy, garbage()]) : copy;
  };

  it('is refused by the listener', () => {
    const bob = someone();
    const first = new DiallerHandshake(someone()).begin();
    for (let count = 0; count < 10_000; count++) {
      const message = count % 2 === 0 ? garbage() : mutated(first);
      expect(new ListenerHandshake(bob).receive(message).kind).toBe('refused');
    }
  });

  it('is refused by the dialler', () => {
    const [ana, bob] = [someone(), someone()];
    for (let count = 0; count < 300; count++) {
      const dialler = new DiallerHandshake(ana);
      const answer = bytesOf(new ListenerHandshake(bob).receive(dialler.begin()));
      const message = count % 2 === 0 ? garbage() : mutated(answer);
      expect(dialler.receive(message).kind).toBe('refused');
    }
  });
});
