import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Peer, PeerMember } from '@hearsay/node';
import { type PageFile, pageHtml, pagePart } from './page-files.js';

/** Where a peer serves the page. */
export const PAD_PATH = '/pad/';

/** What the page is served by. */
export interface PadOptions {
  /** Its documents must be open, and served at `/yjs/`. */
  readonly peer: Peer;
}

/** A member says so in its tags when it serves documents. */
export const DOCUMENTS_TAG = 'documents';

/**
 * Where a browser of this machine finds the page.
 * @param name of the text; undefined: the one that is called `notes`
 */
export function padUrl(port: number, name?: string): string {
  const query = name === undefined ? '' : `?doc=${encodeURIComponent(name)}`;
  return `http://127.0.0.1:${port}${PAD_PATH}${query}`;
}

/**
 * Serves the page at `/pad/` of a peer, with a list of the peers it may go on to.
 * @returns a function that ends it
 * @throws PeerError `route-taken`
 */
export function servePad({ peer }: PadOptions): () => void {
  return peer.http.route(PAD_PATH, (request, response) => answer(peer, request, response));
}

function answer(peer: Peer, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://peer');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(response, 405, { headers: { allow: 'GET, HEAD' }, body: 'Only GET and HEAD.\n' });
  }
  // Without the slash the parts of the page would be looked for beside it.
  if (pathname === PAD_PATH.slice(0, -1)) {
    const location = `${PAD_PATH}?${searchParams.toString()}`;
    return send(response, 308, { headers: { location }, body: '' });
  }
  const name = pathname.slice(PAD_PATH.length);
  if (name === '') return send(response, 200, pageHtml(searchParams.get('token') ?? undefined));
  if (name === 'peers') return send(response, 200, peersFile(peer, request));
  const part = pagePart(name);
  const missing = { headers: { 'content-type': 'text/plain' }, body: 'Not found.\n' };
  return send(response, part === undefined ? 404 : 200, part ?? missing);
}

/** This peer, and those that are alive, by the addresses they told. */
function peersFile(peer: Peer, request: IncomingMessage): PageFile {
  const others = peer
    .members()
    .filter(({ self, state }) => !self && state === 'alive')
    .sort((left, right) => servesDocuments(right) - servesDocuments(left))
    .flatMap(({ label, addresses }) => addresses.map((address) => ({ nick: label, address })));
  const own = { nick: peer.nick, address: request.headers.host ?? '' };
  const { origin } = request.headers;
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    vary: 'origin',
    // Whoever got this far may ask: the page of a peer that is gone among them.
    ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }),
  };
  return { headers, body: `${JSON.stringify({ peers: [own, ...others] })}\n` };
}

function servesDocuments({ tags }: PeerMember): number {
  return tags[DOCUMENTS_TAG] === undefined ? 0 : 1;
}

function send(response: ServerResponse, status: number, { headers, body }: PageFile): void {
  response.writeHead(status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
