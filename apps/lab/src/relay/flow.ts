import type { Socket } from 'node:net';
import { clockMs } from '../clock.js';
import { flowBytesMax, slowPieceBytesMin } from '../limits.js';
import type { Conditions } from './conditions.js';

/** What is on its way: bytes, or the end of them. */
type Piece =
  | { readonly kind: 'bytes'; readonly dueMs: number; readonly bytes: Buffer }
  | { readonly kind: 'end' | 'reset'; readonly dueMs: number };

export interface FlowOptions {
  readonly source: Socket;
  readonly sink: Socket;
  /** As they are now. */
  readonly conditions: () => Conditions;
  /** Takes one of the flips that were ordered for this direction; false: none is left. */
  readonly takeFlip: () => boolean;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Runs before the sink is told that the source ended. */
  readonly beforeEnd: () => Promise<void>;
}

/** Pieces of a slow flow are about this long, so that it trickles rather than gushes. */
const SLOW_PIECE_MS = 50;

/**
 * One direction of one connection. While it is halted nothing is read from its source, so what a
 * peer sends piles up at that peer, as on a wire that lost its other end; and nothing is lost: what
 * waits comes when it goes on, as a retransmission would.
 */
export class Flow {
  readonly #options: FlowOptions;
  readonly #pieces: Piece[] = [];
  #bytes = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #stalled = false;
  #writable = true;

  constructor(options: FlowOptions) {
    this.#options = options;
    const { source, sink } = options;
    source.on('data', (bytes: Buffer) => this.#take(bytes));
    source.on('end', () => this.#end('end'));
    source.on('close', () => this.#end('reset'));
    source.on('error', () => undefined); // `close` follows.
    sink.on('drain', () => {
      this.#writable = true;
      this.review();
    });
  }

  /** This flow alone stops, whatever the conditions of its direction are. */
  stall(): void {
    this.#stalled = true;
    this.review();
  }

  resume(): void {
    this.#stalled = false;
    this.review();
  }

  /** The conditions may have changed. */
  review(): void {
    this.#drain();
    if (this.#halted || this.#bytes >= this.#bytesMax) this.#options.source.pause();
    else this.#options.source.resume();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ended = true;
    this.#pieces.length = 0;
  }

  get #halted(): boolean {
    return this.#stalled || this.#options.conditions().cut;
  }

  /** A slow wire holds little, so that whoever sends too much feels it. */
  get #bytesMax(): number {
    return Math.min(flowBytesMax, Math.max(slowPieceBytesMin, this.#pieceBytes));
  }

  get #pieceBytes(): number {
    const perPiece = (this.#options.conditions().bytesPerSecond * SLOW_PIECE_MS) / 1_000;
    return Math.max(slowPieceBytesMin, Math.ceil(perPiece));
  }

  #take(bytes: Buffer): void {
    if (this.#ended) return;
    const { bytesPerSecond } = this.#options.conditions();
    const step = Number.isFinite(bytesPerSecond) ? this.#pieceBytes : bytes.length;
    for (let start = 0; start < bytes.length; start += step) {
      const piece = this.#maybeFlipped(bytes.subarray(start, start + step));
      const slowMs = (piece.length / bytesPerSecond) * 1_000;
      this.#pieces.push({ kind: 'bytes', dueMs: this.#dueMs(slowMs), bytes: piece });
      this.#bytes += piece.length;
    }
    this.review();
  }

  #maybeFlipped(bytes: Buffer): Buffer {
    if (!this.#options.takeFlip()) return bytes;
    const flipped = Buffer.from(bytes);
    const at = Math.floor(this.#options.random() * flipped.length);
    const bit = Math.floor(this.#options.random() * 8);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
    return flipped;
  }

  #end(kind: 'end' | 'reset'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pieces.push({ kind, dueMs: this.#dueMs(0) });
    this.#drain();
  }

  /** No piece overtakes another. */
  #dueMs(slowMs: number): number {
    const { delayMs, jitterMs } = this.#options.conditions();
    const freeMs = Math.max(
      this.#lastDueMs,
      clockMs() + delayMs + this.#options.random() * jitterMs,
    );
    this.#lastDueMs = freeMs + slowMs;
    return this.#lastDueMs;
  }

  #drain(): void {
    clearTimeout(this.#timer);
    while (!this.#halted && this.#writable) {
      const [piece] = this.#pieces;
      if (piece === undefined) return;
      const waitMs = piece.dueMs - clockMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.review(), waitMs);
        return;
      }
      this.#pieces.shift();
      this.#pass(piece);
    }
  }

  #pass(piece: Piece): void {
    const { sink, beforeEnd } = this.#options;
    if (piece.kind === 'bytes') {
      this.#bytes -= piece.bytes.length;
      if (!sink.destroyed && !sink.writableEnded) this.#writable = sink.write(piece.bytes);
      return;
    }
    void beforeEnd().then(() => {
      if (piece.kind === 'end') sink.end();
      else sink.resetAndDestroy();
    });
  }
}
