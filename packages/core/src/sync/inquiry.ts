import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import { sameHash } from '../log/state-hash.js';
import type { Trails } from '../log/trails.js';
import type { OpenLink } from '../overlay/links.js';
import type { Chains, Trail, TrailEntry } from '../wire/inquiry.js';
import { rotated } from './rotated.js';

/** Between two inquiries with one neighbour. */
const EVERY_MS = 30_000;
/** Of as many streams an inquiry asks further. */
const STREAMS_MAX = 4;
const CHAINS_PER_FRAME = 1_024;
/** Of a stream the newest batches are compared. */
const TRAIL_BATCHES_MAX = 2_048;

/** What a neighbour has had of us; over these it has to wait for the next inquiry. */
interface Budget {
  readonly sinceMs: number;
  opened: boolean;
  chains: number;
  trails: number;
}

/**
 * Finds out what differs from a neighbour whose clock is the same. Both tell their chains; of a
 * stream whose chains differ both tell the hashes of its batches; and each sends its version of the
 * first that differs. Both are signed, so both sides then hold the proof that its origin told them
 * different things.
 */
export class Inquiry {
  readonly #context: Context;
  readonly #trails: Trails;
  readonly #budgets = new Map<PeerId, Budget>();
  /** Counts inquiries of others: streams that are known to differ must not hide further ones. */
  #turn = 0;

  constructor(context: Context, trails: Trails) {
    this.#context = context;
    this.#trails = trails;
  }

  /** A neighbour holds as much as we do, and something else. */
  open(link: OpenLink): void {
    const budget = this.#budgetOf(link);
    if (budget.opened) return;
    budget.opened = true;
    const chains = this.#trails.chains();
    for (let start = 0; start < chains.length; start += CHAINS_PER_FRAME) {
      const part = chains.slice(start, start + CHAINS_PER_FRAME);
      this.#context.outbox.send(link.id, { kind: 'chains', chains: part });
    }
  }

  /** A neighbour found that we differ. */
  chains(link: OpenLink, { chains }: Chains): void {
    const budget = this.#budgetOf(link);
    const framesMax = Math.ceil(this.#context.limits.streamsMax / CHAINS_PER_FRAME);
    if (budget.chains >= framesMax) return;
    budget.chains += 1;
    const differing = chains.filter((theirs) => {
      const ours = this.#trails.chainOf(theirs.stream);
      return ours?.last === theirs.last && !sameHash(ours.chain, theirs.chain);
    });
    this.#turn += 1;
    for (const { stream } of rotated(differing, this.#turn).slice(0, STREAMS_MAX)) {
      const batches = this.#trails.trail(stream, TRAIL_BATCHES_MAX);
      this.#context.outbox.send(link.id, { kind: 'trail', stream, reply: true, batches });
    }
  }

  /** A neighbour told which batches it keeps of a stream. */
  trail(link: OpenLink, { stream, reply, batches: theirs }: Trail): void {
    const budget = this.#budgetOf(link);
    if (budget.trails >= 2 * STREAMS_MAX) return;
    budget.trails += 1;
    const { outbox } = this.#context;
    const ours = this.#trails.trail(stream, TRAIL_BATCHES_MAX);
    const first = firstDifference(ours, theirs);
    const bytes = first === undefined ? undefined : this.#trails.batchWith(stream, first);
    if (bytes !== undefined) outbox.send(link.id, { kind: 'batch', bytes }, 'bulk');
    if (reply) outbox.send(link.id, { kind: 'trail', stream, reply: false, batches: ours });
  }

  linkDown(peer: PeerId): void {
    this.#budgets.delete(peer);
  }

  #budgetOf({ peer }: OpenLink): Budget {
    const nowMs = this.#context.now.monotonicMs;
    const known = this.#budgets.get(peer);
    if (known !== undefined && nowMs - known.sinceMs < EVERY_MS) return known;
    const budget = { sinceMs: nowMs, opened: false, chains: 0, trails: 0 };
    this.#budgets.set(peer, budget);
    return budget;
  }
}

/** Where our first batch begins that the other side has in another form, within what both keep. */
function firstDifference(
  ours: readonly TrailEntry[],
  theirs: readonly TrailEntry[],
): number | undefined {
  const from = theirs[0]?.first ?? Number.POSITIVE_INFINITY;
  const hashes = new Map(theirs.map(({ first, hash }) => [first, hash]));
  return ours.find(({ first, hash }) => {
    const other = hashes.get(first);
    return first >= from && (other === undefined || !sameHash(other, hash));
  })?.first;
}
