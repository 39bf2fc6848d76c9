import { describe, expect, it } from 'vitest';
import { ownAddresses } from '../src/links/own-addresses.js';

const LAN = ['192.168.1.20', '10.0.0.7'];

describe('own addresses', () => {
  it.each([
    ['loopback', '127.0.0.1', LAN, '127.0.0.1:7340', ['127.0.0.1:7340']],
    ['one interface', '192.168.1.20', LAN, '192.168.1.20:7340', ['192.168.1.20:7340']],
    ['every interface', '0.0.0.0', LAN, '127.0.0.1:7340', ['192.168.1.20:7340', '10.0.0.7:7340']],
    ['every interface, offline', '0.0.0.0', [], '127.0.0.1:7340', ['127.0.0.1:7340']],
    ['every interface, IPv6 too', '::', LAN, '[::1]:7340', ['192.168.1.20:7340', '10.0.0.7:7340']],
    ['IPv6 loopback', '::1', LAN, '[::1]:7340', ['[::1]:7340']],
  ])('on %s', (_what, host, reachable, local, advertised) => {
    expect(ownAddresses(host, 7_340, reachable)).toEqual({ local, advertised });
  });
});
