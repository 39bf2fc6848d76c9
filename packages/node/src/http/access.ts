import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import type { HttpDenial } from './peer-http.js';

const NEEDS_TOKEN: HttpDenial = {
  status: 401,
  reason:
    'From another machine a token is needed, and this peer has none: start it with httpToken.',
};
const WRONG_TOKEN: HttpDenial = {
  status: 401,
  reason:
    'From another machine a token is needed: Authorization: Bearer <token>, or ?token=<token>.',
};
const WRONG_HOST: HttpDenial = {
  status: 403,
  reason: 'Ask for localhost or 127.0.0.1: a name that leads here may be the trick of a web page.',
};
const FOREIGN_PAGE: HttpDenial = {
  status: 403,
  reason: 'A web page of another site may not ask this peer without its token.',
};
const BEARER = /^bearer +(\S+)$/i;

/**
 * Judges who may ask over HTTP. Whoever shows the token may, from anywhere. Without it only programs
 * of this machine may, and pages that this machine served itself: a page from elsewhere can make a
 * browser send requests to loopback, under a name of its own that it lets point here (DNS
 * rebinding), so `Host`, `Origin` and `Sec-Fetch-Site` are looked at.
 *
 * @param token the token of this peer, if it has one
 * @returns undefined when it may
 */
export function judgeAccess(
  request: IncomingMessage,
  token: string | undefined,
): HttpDenial | undefined {
  if (token !== undefined && isToken(shownBy(request), token)) return undefined;
  if (!isLoopback(request.socket.remoteAddress ?? '')) {
    return token === undefined ? NEEDS_TOKEN : WRONG_TOKEN;
  }
  const { host = '', origin } = request.headers;
  if (!isLoopbackName(host)) return WRONG_HOST;
  if (origin !== undefined) return isLoopbackOrigin(origin) ? undefined : FOREIGN_PAGE;
  const site = request.headers['sec-fetch-site'];
  // A browser that names no origin tells at least whether it asks for another site.
  return site === 'cross-site' || site === 'same-site' ? FOREIGN_PAGE : undefined;
}

/** The query of a request, which may be anything. */
function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}

function shownBy(request: IncomingMessage): string | undefined {
  const [, bearer] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  return bearer ?? queryOf(request).get('token') ?? undefined;
}

/** In the same time whatever is shown: hashes have one length. */
function isToken(shown: string | undefined, token: string): boolean {
  return shown !== undefined && timingSafeEqual(digestOf(shown), digestOf(token));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether an address is of this machine alone; IPv4 may come in the form of IPv6. */
function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}

/** Whether a `Host` header, with or without a port, can only mean this machine. */
function isLoopbackName(host: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  const name = bracketed ?? plain ?? '';
  return name.toLowerCase() === 'localhost' || isLoopback(name);
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopbackName(new URL(origin).host);
}
