import type { PeerId } from '@hearsay/core';
import { joinBytes } from '../wire/bytes.js';
import { PART_BYTES } from '../wire/wire-limits.js';

/** Fragments that go at once; the next ones when those were taken. */
const WINDOW_FRAGMENTS = 8;
/** An answer that nobody fetches for so long is let go of. */
const KEEP_MS = 10_000;
/** A fragment that does not come in this time is asked for again. */
const ASK_AGAIN_MS = 1_000;

/** A part of an answer that is larger than a frame. */
export interface AnswerFragment {
  readonly size: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Kept {
  readonly peer: PeerId;
  readonly bytes: Uint8Array;
  usedMs: number;
}

/** Answers larger than a frame, as they stood when they were asked for, handed out window by window. */
export class LargeAnswers {
  readonly #bytesMax: number;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @param bytesMax of all of them; the oldest makes room */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  keep(peer: PeerId, id: number, bytes: Uint8Array, nowMs: number): void {
    this.#drop(nameOf(peer, id));
    for (const name of this.#kept.keys()) {
      if (this.#bytes + bytes.length <= this.#bytesMax) break;
      this.#drop(name);
    }
    this.#kept.set(nameOf(peer, id), { peer, bytes, usedMs: nowMs });
    this.#bytes += bytes.length;
  }

  /** The fragments from an offset; none when the answer is not here any more. */
  window(peer: PeerId, id: number, offset: number, nowMs: number): readonly AnswerFragment[] {
    const name = nameOf(peer, id);
    const kept = this.#kept.get(name);
    if (kept === undefined || offset >= kept.bytes.length) return [];
    kept.usedMs = nowMs;
    const { bytes } = kept;
    const fragments: AnswerFragment[] = [];
    for (let at = offset; at < bytes.length && fragments.length < WINDOW_FRAGMENTS; ) {
      const part = bytes.subarray(at, at + PART_BYTES);
      fragments.push({ size: bytes.length, offset: at, bytes: part });
      at += part.length;
    }
    return fragments;
  }

  linkDown(peer: PeerId): void {
    for (const [name, kept] of this.#kept) if (kept.peer === peer) this.#drop(name);
  }

  /** Lets go of what nobody fetches. */
  tick(nowMs: number): void {
    for (const [name, { usedMs }] of this.#kept) if (nowMs - usedMs >= KEEP_MS) this.#drop(name);
  }

  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.bytes.length ?? 0;
    this.#kept.delete(name);
  }
}

/** One answer that comes in fragments. */
export class Gathering {
  readonly size: number;
  readonly #parts: Uint8Array[] = [];
  #received = 0;
  #windowEnd = 0;
  #askedMs: number;

  constructor(size: number, nowMs: number) {
    this.size = size;
    this.#askedMs = nowMs;
    this.#openWindow();
  }

  /** Where it goes on. */
  get received(): number {
    return this.#received;
  }

  /** @returns `more` when the next window is to be asked for, and the whole when that was all */
  add({ size, offset, bytes }: AnswerFragment, nowMs: number): Uint8Array | 'more' | 'wait' {
    if (size !== this.size || offset !== this.#received) return 'wait';
    this.#parts.push(new Uint8Array(bytes));
    this.#received += bytes.length;
    if (this.#received === size) return joinBytes(this.#parts);
    if (this.#received < this.#windowEnd) return 'wait';
    return this.#ask(nowMs);
  }

  /** Whether what is missing is to be asked for again. */
  isOverdue(nowMs: number): boolean {
    if (nowMs - this.#askedMs < ASK_AGAIN_MS) return false;
    this.#ask(nowMs);
    return true;
  }

  #ask(nowMs: number): 'more' {
    this.#askedMs = nowMs;
    this.#openWindow();
    return 'more';
  }

  #openWindow(): void {
    this.#windowEnd = Math.min(this.size, this.#received + WINDOW_FRAGMENTS * PART_BYTES);
  }
}

function nameOf(peer: PeerId, id: number): string {
  return `${peer} ${id}`;
}
