import type { Wire } from './wire.js';

/**
 * How fast one link may speak. Frames and bytes are bounds of buckets that hold what one second brings,
 * the bucket of futile time holds a fifth of that.
 */
interface InflowLimits {
  readonly linkFramesPerSecondMax: number;
  readonly linkBytesPerSecondMax: number;
  readonly linkFutileMsPerSecondMax: number;
}

/** What an inflow needs. */
export interface InflowOptions {
  readonly wire: Pick<Wire, 'pause' | 'resume'>;
  readonly limits: InflowLimits;
  readonly readMonotonicMs: () => number;
  readonly onPause: () => void;
}

const SECOND_MS = 1_000;
/** One look at what came is charged with no more: on a busy machine others run in the middle of it. */
const FUTILE_READ_MS_MAX = 2;
/** So much of what it may waste in a second it may waste at once: the rest comes as time passes. */
const FUTILE_BURST_PART = 1 / 5;
/** Who has wasted this part of what it may waste is read in short turns, until it is paid for. */
const SUSPICIOUS_PART = 1 / 20;

/**
 * Keeps one link from taking all our time: over its rate we stop reading, so that the sender's
 * own queue fills and nothing is lost. Below it costs two subtractions a message: the clock is
 * read only when the bucket looks empty.
 *
 * Time spent on what brought nothing (no message, no post, nothing that a replica lacked) has a rate of
 * its own: whoever makes us work for nothing is read less, and everybody else as before.
 */
export class Inflow {
  readonly #options: InflowOptions;
  #frames: number;
  #bytes: number;
  #filledMs: number;
  #futileMs = 0;
  #paidMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InflowOptions) {
    this.#options = options;
    this.#frames = options.limits.linkFramesPerSecondMax;
    this.#bytes = options.limits.linkBytesPerSecondMax;
    this.#filledMs = options.readMonotonicMs();
    this.#paidMs = this.#filledMs;
  }

  /** Something was read, and worked off. */
  took(frames: number, bytes: number): void {
    if (frames > this.#frames || bytes > this.#bytes) this.#fill();
    this.#frames -= frames;
    this.#bytes -= bytes;
    if (this.#frames < 0 || this.#bytes < 0) this.#pause();
  }

  /** What was read brought nothing. @param ms the time it took, until `nowMs` */
  wasted(ms: number, nowMs: number): void {
    this.#pay(nowMs);
    this.#futileMs += Math.min(ms, FUTILE_READ_MS_MAX);
    if (this.#futilePart > FUTILE_BURST_PART) this.#pause();
  }

  /** Whether much of what came lately brought nothing. */
  get isSuspicious(): boolean {
    return this.#futilePart > SUSPICIOUS_PART;
  }

  /** What is not forgiven yet, of what a second forgives. */
  get #futilePart(): number {
    return this.#futileMs / this.#options.limits.linkFutileMsPerSecondMax;
  }

  /** Reads on whatever the debt is, so that the end of the connection is seen. Idempotent. */
  close(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.wire.resume();
  }

  #pause(): void {
    if (this.#timer !== undefined) return;
    this.#options.wire.pause();
    this.#options.onPause();
    this.#timer = setTimeout(() => this.#resume(), this.#debtMs());
  }

  #resume(): void {
    this.#timer = undefined;
    this.#fill();
    this.#pay(this.#filledMs);
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

  /** Time passes, and what was wasted is forgiven. */
  #pay(nowMs: number): void {
    const { linkFutileMsPerSecondMax: max } = this.#options.limits;
    this.#futileMs = Math.max(0, this.#futileMs - ((nowMs - this.#paidMs) * max) / SECOND_MS);
    this.#paidMs = nowMs;
  }

  /** Until nothing is owed. */
  #debtMs(): number {
    const { linkFramesPerSecondMax: frames, linkBytesPerSecondMax: bytes } = this.#options.limits;
    const futile = this.#futilePart - FUTILE_BURST_PART;
    const owed = Math.max(-this.#frames / frames, -this.#bytes / bytes, futile);
    return Math.ceil(owed * SECOND_MS);
  }
}
