import {
  compareIds,
  type MessageId,
  parseStreamId,
  type StreamId,
  streamId,
} from '../../src/ids.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { readLogDelta, writeLogDeltaItem } from '../../src/log/log-delta.js';
import { zeroCounters } from '../../src/view.js';
import { type Batch, encodeBatch } from '../../src/wire/batch.js';
import { Writer } from '../../src/wire/writer.js';
import { recordOf } from './bench.js';
import { peer } from './identities.js';
import { isBatchBy, notaryOf } from './signer.js';

/** What may happen between the sites; numbers are taken modulo what there is. */
export type Move =
  | { readonly kind: 'publish'; readonly site: number; readonly count: number }
  | { readonly kind: 'deliver' | 'duplicate' | 'lose'; readonly site: number; readonly at: number }
  /** A pull that is cut after some pieces. */
  | {
      readonly kind: 'pull';
      readonly site: number;
      readonly from: number;
      readonly pieces: number;
    };

/** Highest sequence of each stream, kept apart from the code under test. */
type Heights = Map<StreamId, number>;

/**
 * The naive reference: one global list of everything published with the full clock its author had,
 * and for each site the plain list of what came out of its log.
 */
interface Site {
  readonly log: CausalLog;
  readonly stream: StreamId;
  readonly heights: Heights;
  readonly told: Heights;
  readonly inbox: Uint8Array[];
  readonly delivered: string[];
}

export class LogModel {
  readonly sites: Site[];
  /** Of each message its full causes, as its author saw them. */
  readonly #causes = new Map<string, Heights>();

  constructor(siteLimits: readonly Partial<Limits>[]) {
    this.sites = siteLimits.map((limits, index) => ({
      log: new CausalLog({
        limits: { ...DEFAULT_LIMITS, ...limits },
        counters: zeroCounters(),
        isBatchBy,
      }),
      stream: streamId(peer(index + 1), 1),
      heights: new Map(),
      told: new Map(),
      inbox: [],
      delivered: [],
    }));
  }

  play(moves: readonly Move[]): void {
    for (const move of moves) this.#move(move);
  }

  /** Everybody asks everybody, as often as it takes. */
  repair(): void {
    for (let round = 0; round < this.sites.length + 1; round++) {
      for (const site of this.sites) {
        for (const from of this.sites) this.#pull(site, from);
      }
    }
  }

  get published(): number {
    return this.#causes.size;
  }

  #move(move: Move): void {
    const site = this.sites[move.site % this.sites.length];
    if (site === undefined) return;
    switch (move.kind) {
      case 'publish':
        return this.#publish(site, move.count);
      case 'pull': {
        const from = this.sites[move.from % this.sites.length];
        return from === undefined ? undefined : this.#pull(site, from, move.pieces);
      }
      default: {
        const at = move.at % Math.max(1, site.inbox.length);
        const bytes = site.inbox[at];
        if (bytes === undefined) return;
        if (move.kind !== 'duplicate') site.inbox.splice(at, 1);
        if (move.kind !== 'lose') site.log.receive(bytes);
        return this.#collect(site);
      }
    }
  }

  #publish(site: Site, count: number): void {
    const first = (site.heights.get(site.stream) ?? 0) + 1;
    const causes = [...site.heights].filter(([stream, height]) => {
      return stream !== site.stream && site.told.get(stream) !== height;
    });
    causes.sort(([left], [right]) => compareIds(left, right));
    for (const [stream, height] of causes) site.told.set(stream, height);
    const records = Array.from({ length: count }, (_, index) => recordOf(`${first + index}`));
    const [peerPart] = site.stream.split('.');
    const origin = peerPart as Batch['origin'];
    const batch = { origin, generation: 1, firstSequence: first, count, causes, records };
    for (let offset = 0; offset < count; offset++) {
      this.#causes.set(`${site.stream}:${first + offset}`, new Map(site.heights));
    }
    const bytes = encodeBatch(batch, notaryOf(origin).signBatch).bytes;
    site.log.append(batch, bytes);
    this.#collect(site);
    for (const other of this.sites) if (other !== site) other.inbox.push(bytes);
  }

  #pull(site: Site, from: Site, pieces = Number.POSITIVE_INFINITY): void {
    let left = pieces;
    for (const delta of from.log.missing(site.log.summary())) {
      for (const item of readLogDelta(delta)) {
        if (left === 0) return;
        left -= 1;
        const writer = new Writer();
        writeLogDeltaItem(writer, item);
        site.log.merge(writer.finish(), parseStreamId(from.stream).peer);
        this.#collect(site);
      }
    }
  }

  /** Checks what came out of a log against the reference, message by message. */
  #collect(site: Site): void {
    for (const progress of site.log.takeProgress()) {
      if (progress.kind === 'gap') {
        const { from, stream } = progress;
        demand(from === heightOf(site, stream) + 1, `a gap of ${stream} begins at ${from}`);
        site.heights.set(progress.stream, progress.to);
        continue;
      }
      if (progress.kind !== 'delivery') throw new Error(`there is no ${progress.kind} here`);
      for (const { id } of progress.messages) this.#check(site, id);
    }
    for (const [stream, height] of site.heights) {
      demand(site.log.clock.get(stream) === height, `the clock is wrong about ${stream}`);
    }
  }
  #check(site: Site, { peer: origin, generation, sequence }: MessageId): void {
    const stream = streamId(origin, generation);
    const name = `${stream}:${sequence}`;
    demand(heightOf(site, stream) === sequence - 1, `${name} is not dense, in order and once`);
    for (const [cause, height] of this.#causes.get(name) ?? []) {
      if (cause === stream) continue;
      demand(heightOf(site, cause) >= height, `${name} before its cause ${cause}:${height}`);
    }
    site.heights.set(stream, sequence);
    site.delivered.push(name);
  }
}

function heightOf(site: Site, stream: StreamId): number {
  return site.heights.get(stream) ?? 0;
}

/** Cheaper than an assertion of the test runner, and needed millions of times. */
function demand(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
