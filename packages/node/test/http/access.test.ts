import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { judgeAccess } from '../../src/http/access.js';

const TOKEN = 'a-token-of-16-or-more';
const HERE = '127.0.0.1';
const ELSEWHERE = '192.0.2.7';

type Headers = Readonly<Record<string, string>>;

function judge(remoteAddress: string, headers: Headers, token?: string, url = '/'): number {
  const request = { url, headers, socket: { remoteAddress } } as unknown as IncomingMessage;
  return judgeAccess(request, token)?.status ?? 200;
}

describe('without a token', () => {
  it.each([
    [HERE, { host: '127.0.0.1:7340' }],
    [HERE, { host: 'localhost' }],
    [HERE, { host: 'LOCALHOST:7340' }],
    [HERE, { host: '127.8.9.1:1' }],
    ['::1', { host: '[::1]:7340' }],
    ['::ffff:127.0.0.1', { host: 'localhost:7340' }],
    [HERE, { host: 'localhost:7340', origin: 'http://localhost:5173' }],
    [HERE, { host: 'localhost:7340', origin: 'http://127.0.0.1:7340' }],
    [HERE, { host: 'localhost:7340', origin: 'http://[::1]:7340' }],
    [HERE, { host: 'localhost:7340', 'sec-fetch-site': 'none' }],
    [HERE, { host: 'localhost:7340', 'sec-fetch-site': 'same-origin' }],
    [HERE, { host: '127.0.0.1', origin: 'http://localhost:1', 'sec-fetch-site': 'cross-site' }],
  ])('a program of this machine may ask: %s %j', (remote, headers) => {
    expect(judge(remote, headers)).toBe(200);
  });

  it.each([
    // A name that an attacker lets point to loopback.
    { host: 'evil.example:7340' },
    { host: 'localhost.evil.example' },
    { host: '127.0.0.1.evil.example' },
    { host: '127.evil.example' },
    { host: '' },
    {},
    { host: '0.0.0.0:7340' },
    { host: '192.168.1.5:7340' },
    // A page of another site.
    { host: 'localhost:7340', origin: 'https://evil.example' },
    { host: 'localhost:7340', origin: 'http://localhost.evil.example' },
    { host: 'localhost:7340', origin: 'null' },
    { host: 'localhost:7340', origin: '' },
    { host: 'localhost:7340', 'sec-fetch-site': 'cross-site' },
    { host: 'localhost:7340', 'sec-fetch-site': 'same-site' },
  ])('a web page from elsewhere may not: %j', (headers) => {
    expect(judge(HERE, headers as Headers)).toBe(403);
  });

  it.each([ELSEWHERE, '2001:db8::1', '::ffff:192.0.2.7', '', '127.evil'])(
    'nobody elsewhere may: %s',
    (remote) => {
      expect(judge(remote, { host: 'localhost' })).toBe(401);
      expect(judge(remote, { host: 'localhost', authorization: 'Bearer undefined' })).toBe(401);
      expect(judge(remote, { host: 'localhost' }, undefined, '/?token=')).toBe(401);
    },
  );
});

describe('with the token', () => {
  it.each([ELSEWHERE, HERE])('anybody may ask, from any page: %s', (remote) => {
    const headers = { host: 'peer.example', origin: 'https://app.example' };
    const authorization = `Bearer ${TOKEN}`;
    expect(judge(remote, { ...headers, authorization }, TOKEN)).toBe(200);
    expect(judge(remote, { ...headers, authorization: `bearer  ${TOKEN}` }, TOKEN)).toBe(200);
    expect(judge(remote, headers, TOKEN, `/metrics?x=1&token=${TOKEN}`)).toBe(200);
  });

  it.each([
    ['none', {}, '/'],
    ['a wrong one', { authorization: 'Bearer something-else-entirely' }, '/'],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, '/'],
    ['more than it', { authorization: `Bearer ${TOKEN}x` }, '/'],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, '/'],
    ['a wrong one in the query', {}, '/?token=something-else-entirely'],
  ])('whoever shows %s may not from elsewhere', (_what, headers, url) => {
    expect(judge(ELSEWHERE, { host: 'localhost', ...headers }, TOKEN, url)).toBe(401);
  });

  it('is not needed by programs of this machine, and its lack is no way round the page rule', () => {
    expect(judge(HERE, { host: 'localhost' }, TOKEN)).toBe(200);
    expect(judge(HERE, { host: 'evil.example' }, TOKEN)).toBe(403);
  });
});
