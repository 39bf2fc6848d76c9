import type { IncomingMessage } from 'node:http';
import { PeerError } from '../errors.js';

/**
 * Reads the body of a request.
 * @param maxBytes a larger one is not read on: answer 413
 * @throws PeerError `body-too-large`; or what the socket says when the other side goes away
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const tooLarge = (): PeerError =>
    new PeerError('body-too-large', `the body is larger than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return await new Promise((resolve, reject) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > maxBytes) {
        request.pause();
        reject(tooLarge());
        return;
      }
      parts.push(part);
    });
    request.once('end', () => resolve(Buffer.concat(parts)));
    request.once('error', reject);
  });
}
