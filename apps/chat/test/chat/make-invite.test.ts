import { NetworkKeys, type PeerMember, parseInvite } from '@hearsay/node';
import { describe, expect, it } from 'vitest';
import { type MadeInvite, makeInvite } from '../../src/chat/make-invite.js';
import { idOf, member } from '../support/fake-peer.js';

const NETWORK = { network: 'ops', id: 'ab'.repeat(6), keys: NetworkKeys.of(Buffer.alloc(32, 5)) };

function made(...members: readonly Partial<PeerMember>[]): MadeInvite | undefined {
  const all = members.map((changes, index) => member({ id: idOf(String(index + 1)), ...changes }));
  return makeInvite(NETWORK, all);
}

describe('an invite to a running mesh', () => {
  it('names those who have lived the longest, and nobody who is gone or only visits', () => {
    const invite = made(
      { stateForMs: 5, addresses: ['10.0.0.5:1'] },
      { stateForMs: 9, addresses: ['10.0.0.9:1', '10.1.0.9:1'] },
      { stateForMs: 99, state: 'dead', addresses: ['10.0.0.99:1'] },
      { stateForMs: 98, tags: { errand: 'invite' }, addresses: ['10.0.0.98:1'] },
    );
    expect(invite).toMatchObject({
      addresses: ['10.0.0.9:1', '10.0.0.5:1', '10.1.0.9:1'],
      warning: undefined,
    });
    expect(parseInvite(invite?.line ?? '')).toMatchObject({
      network: 'ops',
      key: NETWORK.keys.primary,
    });
  });

  it('leaves out addresses that mean another machine elsewhere', () => {
    const invite = made({ addresses: ['127.0.0.1:1'] }, { addresses: ['192.168.1.20:1'] });
    expect(invite?.addresses).toEqual(['192.168.1.20:1']);
  });

  it('warns when it is of no use elsewhere', () => {
    const invite = made({ addresses: ['127.0.0.1:7340'] }, { addresses: ['[::1]:7341'] });
    expect(invite?.addresses).toEqual(['127.0.0.1:7340', '[::1]:7341']);
    expect(invite?.warning).toContain('start one with --lan');
  });

  it('stays under 120 characters', () => {
    const members = [1, 2, 3, 4].map((end) => ({ addresses: [`192.168.100.20${end}:65535`] }));
    const invite = made(...members);
    expect(invite?.line.length).toBeLessThan(120);
    expect(invite?.addresses).toHaveLength(2);
  });

  it('needs somebody to dial', () => {
    expect(made()).toBeUndefined();
    expect(made({ state: 'left' })).toBeUndefined();
  });
});
