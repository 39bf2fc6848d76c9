import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/address.js';

describe('an address', () => {
  it.each([
    ['7340', { host: '127.0.0.1', port: 7340 }],
    ['example.org:7340', { host: 'example.org', port: 7340 }],
    ['[::1]:7340', { host: '::1', port: 7340 }],
  ])('is read from %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', 'host', 'host:', ':7340', '::1:7340', 'host:65536', 'host:7340/path'])(
    'is refused from "%s"',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('is read again from what was written', () => {
    const address = { host: '::1', port: 7340 };
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });
});
