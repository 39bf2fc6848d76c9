import type { Dot } from '../clock/dot.js';
import type { Context } from '../context.js';
import { type StreamId, streamId } from '../ids.js';
import type { CausalLog } from '../log/causal-log.js';

/** Something that another peer holds and we do not. */
interface Lack {
  /** Overdue if this has not come at `dueMs`. */
  readonly sequence: number;
  readonly dueMs: number;
  /** The most that was told of since, and when that is overdue. */
  readonly latest: number;
  readonly latestDueMs: number;
  /** Pulls that did not bring it. */
  readonly pulls: number;
}

/** After so many pulls nobody here has it: it comes back with whoever has, or not at all. */
const PULLS_MAX = 5;

/**
 * What others are known to hold and we lack. Most of it is on its way; what stays away longer than
 * a broadcast can take is overdue, and is pulled.
 */
export class Lacks {
  readonly #context: Context;
  readonly #log: CausalLog;
  readonly #own: StreamId;
  readonly #lacks = new Map<StreamId, Lack>();

  constructor(context: Context, log: CausalLog) {
    this.#context = context;
    this.#log = log;
    this.#own = streamId(context.self.id, context.self.generation);
  }

  /** Takes note of a message that we lack. @param graceMs how long it may take to come by itself */
  note(stream: StreamId, sequence: number, graceMs: number): void {
    const { now, deadlines, limits } = this.#context;
    const known = this.#lacks.get(stream);
    // Nobody can hold more of our own stream than we do, whatever they say.
    if (stream === this.#own || !this.#log.hasRoomFor(stream)) return;
    if (known === undefined && this.#lacks.size >= limits.streamsMax) return;
    const dueMs = now.monotonicMs + graceMs;
    const later = { latest: sequence, latestDueMs: dueMs };
    if (known === undefined || dueMs < known.dueMs) {
      const latest = known !== undefined && known.latest > sequence ? known : later;
      const { latest: most, latestDueMs } = latest;
      this.#lacks.set(stream, { sequence, dueMs, latest: most, latestDueMs, pulls: 0 });
      deadlines.setNoLater({ kind: 'lacks' }, dueMs);
    } else if (sequence > known.latest) {
      this.#lacks.set(stream, { ...known, ...later });
    }
  }

  /** Our clock rose: what came is no longer lacking, what was told of later may be. */
  rose(stream: StreamId): void {
    const lack = this.#lacks.get(stream);
    const have = this.#log.clock.get(stream);
    if (lack === undefined) return;
    const { now, config } = this.#context;
    if (have < lack.sequence) {
      // Its origin is still sending: what is on its way need not be pulled.
      const dueMs = now.monotonicMs + config.syncIntervalMs;
      if (dueMs > lack.dueMs) this.#lacks.set(stream, { ...lack, dueMs });
      return;
    }
    if (have >= lack.latest) {
      this.#lacks.delete(stream);
      return;
    }
    const { latest, latestDueMs } = lack;
    this.#lacks.set(stream, { ...lack, sequence: latest, dueMs: latestDueMs, pulls: 0 });
    this.#context.deadlines.setNoLater({ kind: 'lacks' }, latestDueMs);
  }

  /** One message that should be here by now; the others are asked for again a little later. */
  takeOverdue(): Dot | undefined {
    const { now, deadlines, config } = this.#context;
    let overdue: Dot | undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [stream, lack] of this.#lacks) {
      let { dueMs } = lack;
      if (dueMs <= now.monotonicMs) {
        if (lack.pulls >= PULLS_MAX) {
          this.#lacks.delete(stream);
          continue;
        }
        overdue ??= { stream, sequence: lack.sequence };
        dueMs = now.monotonicMs + config.syncIntervalMs;
        this.#lacks.set(stream, { ...lack, dueMs, pulls: lack.pulls + 1 });
      }
      nextMs = Math.min(nextMs, dueMs);
    }
    if (nextMs < Number.POSITIVE_INFINITY) deadlines.set({ kind: 'lacks' }, nextMs);
    return overdue;
  }
}
