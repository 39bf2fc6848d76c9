import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInvite, type Invite, parseInvite } from '../src/network/invite.js';

const KEY = Buffer.alloc(32, 0xa7);
const INVITE: Invite = {
  network: 'ops',
  id: '0123456789ab',
  key: KEY,
  addresses: ['192.168.1.20:7340', '192.168.1.31:7341'],
};
const LINE =
  'hearsay://192.168.1.20:7340,192.168.1.31:7341/ops#1p6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6cBI0Vniau8xkZ5';

describe('an invite', () => {
  it('is one line of fewer than 120 characters', () => {
    expect(formatInvite(INVITE)).toBe(LINE);
    expect(LINE.length).toBeLessThan(120);
    expect(parseInvite(`  ${LINE}\n`)).toEqual(INVITE);
  });

  it('names as many addresses as fit, one at least', () => {
    const addresses = [1, 2, 3, 4, 5].map((end) => `192.168.100.20${end}:7340`);
    const line = formatInvite({ ...INVITE, addresses }, 120);
    expect(line.length).toBeLessThan(120);
    expect(parseInvite(line).addresses).toEqual(addresses.slice(0, 2));
    expect(parseInvite(formatInvite({ ...INVITE, addresses }, 10)).addresses).toHaveLength(1);
    expect(parseInvite(formatInvite({ ...INVITE, addresses })).addresses).toHaveLength(4);
  });

  it('carries any network name and address', () => {
    const invite = { ...INVITE, network: 'größe_2', addresses: ['[fd00::1]:7340', 'a.example:1'] };
    expect(parseInvite(formatInvite(invite))).toEqual(invite);
  });

  it.each([
    [
      'no key',
      LINE.replace(/#.*/, ''),
      'its key is missing: the part from # on (quote the invite in a shell)',
    ],
    ['a cut key', LINE.slice(0, -9), 'its key has 48 of 57 characters: was it cut?'],
    [
      'a wrong character',
      LINE.replace('p6enp6', 'p6enq6'),
      'a character of its key or of its network is wrong: was it typed by hand?',
    ],
    [
      'another network',
      LINE.replace('/ops', '/oops'),
      'a character of its key or of its network is wrong: was it typed by hand?',
    ],
    ['spaces in the key', LINE.replace('p6en', 'p 6en'), 'its key has characters that no key has'],
    [
      'another version',
      LINE.replace('#1', '#2'),
      'it is of another version: this Hearsay or the one that made it is too old',
    ],
    ['no network', LINE.replace('/ops', ''), 'its network is missing: the part between / and #'],
    [
      'a path as network',
      LINE.replace('/ops', '/..%2Fops'),
      '"..%2Fops" in it is no name of a network',
    ],
    ['broken escapes', LINE.replace('/ops', '/%E0%A4'), '"%E0%A4" in it is no name of a network'],
    ['no address', LINE.replace(/\/\/[^/]*\//, '///'), 'it names no address'],
    ['an address without port', LINE.replace(':7341', ''), '"192.168.1.31" in it is not HOST:PORT'],
    [
      'escape sequences',
      LINE.replace('192.168.1.31:7341', '\u001b[2Jx'),
      '"x" in it is not HOST:PORT',
    ],
    [
      'many addresses',
      LINE.replace('//', '//a:1,b:1,c:1,'),
      'it names 5 addresses, at most 4 are allowed',
    ],
    ['another scheme', LINE.replace('hearsay', 'http'), 'it does not begin with hearsay://'],
    ['no end', `${LINE}${'x'.repeat(1_000)}`, 'it has 1107 characters'],
  ])('with %s is refused in one line', (_what, text, reason) => {
    expect(() => parseInvite(text)).toThrow(
      `this invite does not read: ${reason}${reason.endsWith('?') ? '' : '.'} Copy it again whole.`,
    );
  });

  it('that is accepted is written as it was read', () => {
    const position = fc.nat(LINE.length - 1);
    const character = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(position, character, (at, put) => {
        const text = LINE.slice(0, at) + put + LINE.slice(at + 1);
        let invite: Invite;
        try {
          invite = parseInvite(text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'PeerError', code: 'bad-invite' });
          return;
        }
        expect([invite.key, invite.id]).toEqual([KEY, INVITE.id]);
        expect(formatInvite(invite).toLowerCase()).toBe(text.trim().toLowerCase());
      }),
    );
  });
});
