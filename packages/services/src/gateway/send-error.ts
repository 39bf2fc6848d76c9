import type { ServerResponse } from 'node:http';

/** One line of JSON; of an answer that has begun, the end without its end. */
export function sendError(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What of the body was not read must not be taken for the next request.
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}
