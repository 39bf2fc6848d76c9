import type { Wire } from './wire.js';

/** How fast one link may speak. Both are bounds of a bucket that holds what one second brings. */
interface InflowLimits {
  readonly linkFramesPerSecondMax: number;
  readonly linkBytesPerSecondMax: number;
}

/** What an inflow needs. */
export interface InflowOptions {
  readonly wire: Pick<Wire, 'pause' | 'resume'>;
  readonly limits: InflowLimits;
  readonly readMonotonicMs: () => number;
  readonly onPause: () => void;
}

const SECOND_MS = 1_000;

/**
 * Keeps one link from taking all our time: over its rate we stop reading, so that the sender's
 * own queue fills and nothing is lost. Below it costs two subtractions a message: the clock is
 * read only when the bucket looks empty.
 */
export class Inflow {
  readonly #options: InflowOptions;
  #frames: number;
  #bytes: number;
  #filledMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InflowOptions) {
    this.#options = options;
    this.#frames = options.limits.linkFramesPerSecondMax;
    this.#bytes = options.limits.linkBytesPerSecondMax;
    this.#filledMs = options.readMonotonicMs();
  }

  /** Something was read, and worked off. */
  took(frames: number, bytes: number): void {
    if (frames > this.#frames || bytes > this.#bytes) this.#fill();
    this.#frames -= frames;
    this.#bytes -= bytes;
    if (this.#timer !== undefined || (this.#frames >= 0 && this.#bytes >= 0)) return;
    this.#options.wire.pause();
    this.#options.onPause();
    this.#timer = setTimeout(() => this.#resume(), this.#debtMs());
  }

  /** Reads on whatever the debt is, so that the end of the connection is seen. Idempotent. */
  close(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.wire.resume();
  }

  #resume(): void {
    this.#timer = undefined;
    this.#fill();
    this.#options.wire.resume();
  }

  #fill(): void {
    const { linkFramesPerSecondMax: frames, linkBytesPerSecondMax: bytes } = this.#options.limits;
    const nowMs = this.#options.readMonotonicMs();
    const passed = (nowMs - this.#filledMs) / SECOND_MS;
    this.#filledMs = nowMs;
    this.#frames = Math.min(frames, this.#frames + passed * frames);
    this.#bytes = Math.min(bytes, this.#bytes + passed * bytes);
  }

  /** Until nothing is owed. */
  #debtMs(): number {
    const { linkFramesPerSecondMax: frames, linkBytesPerSecondMax: bytes } = this.#options.limits;
    const owed = Math.max(-this.#frames / frames, -this.#bytes / bytes);
    return Math.ceil(owed * SECOND_MS);
  }
}
