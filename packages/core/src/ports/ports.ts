import type { Context } from '../context.js';
import { HearsayError } from '../errors.js';
import type { PeerId } from '../ids.js';
import { PORT_MAX } from '../limits.js';
import type { Links, OpenLink } from '../overlay/links.js';
import type { Priority } from '../priority.js';
import type { AntiEntropy } from '../sync/anti-entropy.js';
import type { Replica } from '../sync/replica.js';
import { FRAME_HEADER_BYTES_MAX, frameAround } from '../wire/frame.js';
import type { Port, Post } from '../wire/post.js';
import { Writer } from '../wire/writer.js';

/** Room for the number of a port. */
const PORT_BYTES_MAX = 3;
/**
 * Short frames lie one behind the other in memory of this size: memory of its own costs a frame of 200
 * bytes more than all that is done with it. One that waits for long keeps no more than this.
 */
const MEMORY_BYTES = 4_096;

/**
 * Programs beside the message log that share the links of a peer. Each has a port: what it posts is
 * handed to whoever has that port open at the other end, at most once and in order; what was lost
 * is repaired by anti-entropy if it brought a replica.
 */
export class Ports {
  readonly #context: Context;
  readonly #links: Links;
  readonly #antiEntropy: AntiEntropy;
  readonly #open = new Set<Port>();
  #memory = new Writer(0);
  #memoryLeft = 0;

  constructor(context: Context, links: Links, antiEntropy: AntiEntropy) {
    this.#context = context;
    this.#links = links;
    this.#antiEntropy = antiEntropy;
  }

  /** @throws HearsayError `bad-port`, `port-taken` */
  attach(port: Port, replica: Replica | undefined): void {
    if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
      throw new HearsayError('bad-port', `port ${port} of a peer: 1 to ${PORT_MAX}`);
    }
    if (this.#open.has(port)) throw new HearsayError('port-taken', `port ${port} is open already`);
    this.#open.add(port);
    if (replica !== undefined) this.#antiEntropy.attach(port, replica);
  }

  detach(port: Port): void {
    this.#open.delete(port);
    this.#antiEntropy.detach(port);
  }

  /** @throws HearsayError `post-too-large` */
  post(port: Port, bytes: Uint8Array, priority: Priority, to: PeerId | undefined): void {
    const { limits, outbox } = this.#context;
    if (bytes.length > limits.postBytesMax) {
      const what = `post of ${bytes.length} bytes, the limit is ${limits.postBytesMax}`;
      throw new HearsayError('post-too-large', what);
    }
    const links = this.#recipients(to);
    if (links.length > 0) {
      const frame = this.#frameOf(port, bytes);
      for (const link of links) outbox.sendBytes(link.id, frame, priority);
    }
    outbox.push({ kind: 'posted', links: links.length });
  }

  received(link: OpenLink, { port, bytes }: Post): void {
    const { counters, outbox } = this.#context;
    if (!this.#open.has(port)) {
      counters.postsIgnored += 1;
      return;
    }
    counters.postsReceived += 1;
    outbox.push({ kind: 'post', from: link.peer, generation: link.generation, port, bytes });
  }

  #recipients(to: PeerId | undefined): readonly OpenLink[] {
    if (to === undefined) return this.#links.neighbours();
    const link = this.#links.of(to);
    return link === undefined ? [] : [link];
  }

  /** Encoded once for all links, and with one copy. */
  #frameOf(port: Port, bytes: Uint8Array): Uint8Array {
    const writer = this.#writerFor(FRAME_HEADER_BYTES_MAX + PORT_BYTES_MAX + bytes.length);
    const from = writer.length;
    writer.leave(FRAME_HEADER_BYTES_MAX).varuint(port).raw(bytes);
    return frameAround('post', writer, from);
  }

  /** With room for so much, so that what it wrote before stays where it is. */
  #writerFor(bytes: number): Writer {
    if (bytes > MEMORY_BYTES) return new Writer(bytes);
    if (bytes > this.#memoryLeft) {
      this.#memory = new Writer(MEMORY_BYTES);
      this.#memoryLeft = MEMORY_BYTES;
    }
    this.#memoryLeft -= bytes;
    return this.#memory;
  }
}
