import type { Outbox } from '../outbox.js';
import type { Links } from '../overlay/links.js';
import type { BatchHeader, EncodedBatch } from '../wire/batch.js';
import type { Broadcast } from './broadcast.js';

/** In a full mesh the origin reaches all in one hop, and no copy travels twice. */
export class DirectBroadcast implements Broadcast {
  readonly #links: Links;
  readonly #outbox: Outbox;

  constructor(links: Links, outbox: Outbox) {
    this.#links = links;
    this.#outbox = outbox;
  }

  get reach(): number {
    return this.#links.openCount;
  }

  originate(_header: BatchHeader, { frame }: EncodedBatch): number {
    const neighbours = this.#links.neighbours();
    for (const link of neighbours) this.#outbox.sendBytes(link.id, frame, 'bulk');
    return neighbours.length;
  }
}
