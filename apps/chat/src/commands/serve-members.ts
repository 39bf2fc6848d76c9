import type { Peer } from '@hearsay/node';
import { memberFields } from '../json/objects.js';

/** Where a chat tells whom it knows. */
export const MEMBERS_PATH = '/members';

/** Tells programs of this machine at `/members` whom this peer knows; it goes with the peer. */
export function serveMembers(peer: Peer): void {
  peer.http.route(MEMBERS_PATH, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end('Only GET and HEAD.\n');
      return;
    }
    const told = { members: peer.members().map(memberFields), messages: peer.status().messages };
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    response.writeHead(200, headers);
    response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(told)}\n`);
  });
}
