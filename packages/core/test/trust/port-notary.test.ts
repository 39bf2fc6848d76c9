import { describe, expect, it } from 'vitest';
import { PortNotary } from '../../src/trust/port-notary.js';
import { ascii, peer } from '../support/identities.js';
import { testSigner } from '../support/signer.js';

const ANA = peer(1);
const BOB = peer(2);
const BYTES = ascii('what a program keeps');

describe('a signature of the program behind a port', () => {
  const signature = new PortNotary(testSigner(ANA), 'home', 7).sign(BYTES).slice();
  const check = (network: string, port: number): PortNotary =>
    new PortNotary(testSigner(BOB), network, port);

  it('holds for its signer, its bytes, its network and its port', () => {
    expect(check('home', 7).verify(ANA, BYTES, signature)).toBe(true);
  });

  it.each<[string, boolean]>([
    ['another signer', check('home', 7).verify(BOB, BYTES, signature)],
    ['other bytes', check('home', 7).verify(ANA, ascii('something else'), signature)],
    ['another network', check('work', 7).verify(ANA, BYTES, signature)],
    ['another port', check('home', 8).verify(ANA, BYTES, signature)],
  ])('does not hold for %s', (_what, held) => {
    expect(held).toBe(false);
  });
});
