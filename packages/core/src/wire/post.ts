import { HearsayError } from '../errors.js';
import { type Limits, PORT_MAX } from '../limits.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** Says which of the programs that share a peer something is for; 1 to `PORT_MAX`. */
export type Port = number;

/** What a program behind a port says to those behind the same port of its neighbours. */
export interface Post {
  readonly kind: 'post';
  readonly port: Port;
  readonly bytes: Uint8Array;
}

/** Room for the port before the bytes. */
const PORT_BYTES_MAX = 3;

export function writePost({ port, bytes }: Omit<Post, 'kind'>): Uint8Array {
  return new Writer(PORT_BYTES_MAX + bytes.length).varuint(port).raw(bytes).finish();
}

export function readPost(reader: Reader, { postBytesMax }: Limits): Post {
  const port = reader.varuint(PORT_MAX);
  if (port === 0) throw new HearsayError('malformed', 'a post to port 0, which is the log');
  if (reader.remaining > postBytesMax) {
    throw new HearsayError('malformed', `post of ${reader.remaining} bytes, over ${postBytesMax}`);
  }
  return { kind: 'post', port, bytes: reader.raw(reader.remaining) };
}
