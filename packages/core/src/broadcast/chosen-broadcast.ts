import type { Context } from '../context.js';
import type { Members } from '../membership/members.js';
import type { Links } from '../overlay/links.js';
import type { Census } from '../roster/census.js';
import type { BatchHeader, EncodedBatch } from '../wire/batch.js';
import type { Broadcast } from './broadcast.js';

/** Members are counted anew when a link came or went, and after this long. */
const COUNT_EVERY_MS = 50;

/**
 * Each batch goes the way that fits its origin at that moment: straight to everybody where it is
 * linked with all but a few, else along a tree. The frame says which it is, so no two peers need to
 * agree on the size of the mesh.
 */
export class ChosenBroadcast implements Broadcast {
  readonly #context: Context;
  readonly #links: Links;
  readonly #members: Members;
  readonly #census: Census;
  readonly #direct: Broadcast;
  readonly #trees: Broadcast;
  #lacking = 0;
  #countedMs = Number.NEGATIVE_INFINITY;
  #countedLinks = 0;

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    census: Census;
    direct: Broadcast;
    trees: Broadcast;
  }) {
    this.#context = parts.context;
    this.#links = parts.links;
    this.#members = parts.members;
    this.#census = parts.census;
    this.#direct = parts.direct;
    this.#trees = parts.trees;
  }

  get reach(): number {
    return this.#chosen().reach;
  }

  originate(header: BatchHeader, encoded: EncodedBatch): number {
    return this.#chosen().originate(header, encoded);
  }

  #chosen(): Broadcast {
    const { config, now } = this.#context;
    const isOld = now.monotonicMs - this.#countedMs >= COUNT_EVERY_MS;
    if (isOld || this.#countedLinks !== this.#links.openCount) {
      this.#countedMs = now.monotonicMs;
      this.#countedLinks = this.#links.openCount;
      this.#lacking = this.#countLacking();
    }
    return this.#lacking > config.directLackingMax ? this.#trees : this.#direct;
  }

  /** Live members that are no neighbours, and that were met or have been there for a while. */
  #countLacking(): number {
    const { config, now } = this.#context;
    const settledMs = now.monotonicMs - config.hearsaySettledMs;
    let lacking = this.#census.present;
    for (const { peer, state, heardMs, knownMs } of this.#members.all()) {
      const counts = state === 'alive' && (heardMs !== undefined || knownMs <= settledMs);
      if (counts && this.#links.of(peer) === undefined) lacking += 1;
    }
    return lacking;
  }
}
