import { type DocumentLimits, PIECE_BYTES_MAX } from './limits.js';
import type { AskPost, PiecePost } from './posts.js';

/** All that somebody lacks of a document, and the number of our last post that is in it. */
export interface Answer {
  readonly upTo: number;
  readonly update: Uint8Array;
}

interface KeptAnswer extends Answer {
  readonly key: string;
  usedMs: number;
}

/** Who does not ask for the next piece within this time begins anew. */
const KEEP_MS = 30_000;

/** Answers too large for one post, handed out piece by piece as they are asked for. */
export class Answers {
  readonly #limits: DocumentLimits;
  readonly #session: number;
  readonly #kept = new Map<number, KeptAnswer>();
  #bytes = 0;
  #last = 0;

  constructor(limits: DocumentLimits, session: number) {
    this.#limits = limits;
    this.#session = session;
  }

  /** The piece that was asked for, of an answer that is here or is made now. */
  piece(ask: AskPost, make: () => Answer, nowMs: number): PiecePost {
    const kept = this.#kept.get(ask.answer);
    if (kept !== undefined && kept.key === ask.key && ask.offset < kept.update.length) {
      kept.usedMs = nowMs;
      return this.#cut(ask.answer, kept, ask.key, ask.offset);
    }
    const answer = make();
    this.#last += 1;
    if (answer.update.length > PIECE_BYTES_MAX) this.#keep(ask.key, answer, nowMs);
    return this.#cut(this.#last, answer, ask.key, 0);
  }

  /** Lets go of answers that nobody asks for any more. */
  tick(nowMs: number): void {
    for (const [number, { usedMs }] of this.#kept) {
      if (nowMs - usedMs >= KEEP_MS) this.#drop(number);
    }
  }

  #cut(number: number, { upTo, update }: Answer, key: string, offset: number): PiecePost {
    const bytes = update.subarray(offset, offset + PIECE_BYTES_MAX);
    const session = this.#session;
    return {
      kind: 'piece',
      key,
      session,
      upTo,
      answer: number,
      offset,
      total: update.length,
      bytes,
    };
  }

  #keep(key: string, answer: Answer, nowMs: number): void {
    this.#kept.set(this.#last, { ...answer, key, usedMs: nowMs });
    this.#bytes += answer.update.length;
    for (const number of this.#kept.keys()) {
      if (this.#bytes <= this.#limits.answerBytesMax || number === this.#last) break;
      this.#drop(number);
    }
  }

  #drop(number: number): void {
    this.#bytes -= this.#kept.get(number)?.update.length ?? 0;
    this.#kept.delete(number);
  }
}
