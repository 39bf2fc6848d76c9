import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file of the page, with its headers. */
export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const NONCE_BYTES = 16;
const TOKEN = /^[\w.~-]{1,256}$/;
/** Built from the sources of this package; the same place for the sources and for what is built. */
const FOLDER = new URL('../dist/page/', import.meta.url);
const TYPES = {
  'pad.css': 'text/css; charset=utf-8',
  'pad.js': 'text/javascript; charset=utf-8',
} as const;

/** What no page here may do: run a script of another place, or be put into a frame. */
const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  // The address may hold the token.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

/**
 * The page itself.
 * @param token put behind the addresses of its parts, which need it too
 */
export function pageHtml(token: string | undefined): PageFile {
  const nonce = randomBytes(NONCE_BYTES).toString('base64');
  const query = token !== undefined && TOKEN.test(token) ? `?token=${token}` : '';
  const body = readFileSync(new URL('pad.html', FOLDER), 'utf8')
    .replace('{nonce}', nonce)
    .replaceAll('{query}', query);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // The editor makes its style sheet itself; remote cursors carry their colour in an attribute.
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    'img-src data:',
    // Other peers, when this one is gone; where they are nobody knows before.
    "connect-src 'self' http: https: ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = {
    ...COMMON_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  };
  return { headers, body };
}

/** A part of the page; undefined when there is none of that name. */
export function pagePart(name: string): PageFile | undefined {
  if (name !== 'pad.css' && name !== 'pad.js') return undefined;
  const headers = { ...COMMON_HEADERS, 'content-type': TYPES[name] };
  return { headers, body: readFileSync(new URL(name, FOLDER), 'utf8') };
}
