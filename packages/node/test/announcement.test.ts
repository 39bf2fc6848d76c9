import { peerId, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { decodeAnnouncement, encodeAnnouncement } from '../src/discovery/announcement.js';

const LOCAL = '127.0.0.1';
const ANNOUNCEMENT = {
  network: 'local',
  key: '0123456789abcdef',
  peer: peerId('ab'.repeat(16)),
  generation: 3,
  addresses: ['127.0.0.1:7340', '[::1]:7340'],
};
const FIELDS = { hearsay: 2, ...ANNOUNCEMENT };

const datagram = (fields: unknown) => Buffer.from(JSON.stringify(fields));

describe('an announcement', () => {
  it('is read again from what was written', () => {
    expect(decodeAnnouncement(encodeAnnouncement(ANNOUNCEMENT), LOCAL)).toEqual(ANNOUNCEMENT);
  });

  it('is exactly these bytes', () => {
    const text = Buffer.from(encodeAnnouncement(ANNOUNCEMENT)).toString();
    expect(text).toBe(
      '{"hearsay":2,"network":"local","key":"0123456789abcdef",' +
        '"peer":"abababababababababababababababab","generation":3,' +
        '"addresses":["127.0.0.1:7340","[::1]:7340"]}',
    );
  });

  it('leaves out addresses that do not fit', () => {
    const long = (name: string) => `${name.repeat(120)}.example:7340`;
    const addresses = [long('a'), long('b'), long('c'), long('d')];
    const bytes = encodeAnnouncement({ ...ANNOUNCEMENT, addresses });
    expect(bytes.length).toBeLessThanOrEqual(512);
    expect(decodeAnnouncement(bytes, LOCAL)?.addresses).toEqual(addresses.slice(0, 2));
    expect(() => encodeAnnouncement({ ...ANNOUNCEMENT, addresses: [] })).toThrow('an address');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no JSON', Buffer.from('hello')],
    ['no UTF-8', Buffer.from([0xc0, 0x80])],
    ['null', datagram(null)],
    ['a list', datagram([FIELDS])],
    ['a number', datagram(1)],
    ['another format', datagram({ ...FIELDS, hearsay: 1 })],
    ['a network that is no text', datagram({ ...FIELDS, network: 7 })],
    ['a key id that is none', datagram({ ...FIELDS, key: '0123' })],
    ['a short id', datagram({ ...FIELDS, peer: 'abcd' })],
    ['an id in capitals', datagram({ ...FIELDS, peer: 'AB'.repeat(16) })],
    ['an id that is no text', datagram({ ...FIELDS, peer: {} })],
    ['a negative generation', datagram({ ...FIELDS, generation: -1 })],
    ['half a generation', datagram({ ...FIELDS, generation: 0.5 })],
    ['a huge generation', datagram({ ...FIELDS, generation: 2 ** 40 })],
    ['no addresses', datagram({ ...FIELDS, addresses: [] })],
    ['addresses that are no list', datagram({ ...FIELDS, addresses: '127.0.0.1:1' })],
    ['five addresses', datagram({ ...FIELDS, addresses: Array(5).fill('127.0.0.1:7340') })],
    ['a URL', datagram({ ...FIELDS, addresses: ['127.0.0.1:7340/path'] })],
    ['a user in the address', datagram({ ...FIELDS, addresses: ['a@b:7340'] })],
    ['port 0', datagram({ ...FIELDS, addresses: ['127.0.0.1:0'] })],
    ['an address that is no text', datagram({ ...FIELDS, addresses: [['127.0.0.1:7340']] })],
    ['too many bytes', datagram({ ...FIELDS, more: 'x'.repeat(500) })],
  ])('with %s is ignored', (_what, bytes) => {
    expect(decodeAnnouncement(bytes, LOCAL)).toBeUndefined();
  });

  it('of another machine cannot send us to our own loopback', () => {
    const far = { ...ANNOUNCEMENT, addresses: ['127.0.0.1:7340', '192.168.1.20:7340'] };
    const bytes = encodeAnnouncement(far);
    expect(decodeAnnouncement(bytes, '192.168.1.20')?.addresses).toEqual(['192.168.1.20:7340']);
    expect(decodeAnnouncement(encodeAnnouncement(ANNOUNCEMENT), '10.0.0.1')).toBeUndefined();
  });

  it('of another machine is followed to where it came from, when it names that', () => {
    const addresses = ['192.168.1.20:7340', '10.8.0.3:7340'];
    const bytes = encodeAnnouncement({ ...ANNOUNCEMENT, addresses });
    expect(decodeAnnouncement(bytes, '10.8.0.3')?.addresses).toEqual(['10.8.0.3:7340']);
    expect(decodeAnnouncement(bytes, '10.8.0.4')?.addresses).toEqual(addresses);
  });

  it('that was garbled is ignored or read, and never throws', () => {
    const random = seededRandom('announcement');
    const good = encodeAnnouncement(ANNOUNCEMENT);
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from(good.subarray(0, 1 + random.below(good.length)));
      for (let flips = random.below(4); flips > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      expect(() => decodeAnnouncement(bytes, LOCAL)).not.toThrow();
    }
  });
});
