import type { PeerId } from '@hearsay/core';
import { joinBytes } from '../wire/bytes.js';
import type { DocumentLimits } from './limits.js';
import type { PiecePost } from './posts.js';

/** What pulls need of whoever holds the documents. */
export interface PullsHost {
  readonly limits: DocumentLimits;
  /** What we hold of a document, or undefined when it cannot be had now. */
  stateVector(key: string): Uint8Array | undefined;
  ask(peer: PeerId, ask: Question): void;
  /** A whole answer is here. */
  answered(peer: PeerId, answer: Answered): void;
}

interface Question {
  readonly key: string;
  readonly stateVector: Uint8Array;
  readonly answer: number;
  readonly offset: number;
}

export interface Answered {
  readonly key: string;
  readonly session: number;
  readonly upTo: number;
  readonly update: Uint8Array;
}

interface Pull {
  readonly key: string;
  readonly peer: PeerId;
  stateVector: Uint8Array;
  answer: number;
  total: number;
  received: number;
  pieces: Uint8Array[];
  askedMs: number;
  tries: number;
}

/** A question that stays without an answer this long is asked again. */
const ASK_AGAIN_MS = 1_000;
/** Then the pull is given up; anti-entropy begins another, with whoever has more. */
const TRIES_MAX = 4;
/** Encoded, a document takes at most a few times the bytes it is limited to; beyond it an answer is a lie. */
const ANSWER_SLACK = 4;

/** Documents that are pulled from neighbours: one question at a time for each, one piece an answer. */
export class Pulls {
  readonly #host: PullsHost;
  readonly #running = new Map<string, Pull>();
  /** Wanted from somebody, until there is room or the one under way has ended. */
  readonly #waiting = new Map<string, { readonly key: string; readonly peer: PeerId }>();

  constructor(host: PullsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#running.size + this.#waiting.size;
  }

  /** Pulls what a neighbour holds of a document and we lack; once, however often it is wanted. */
  want(key: string, peer: PeerId, nowMs: number): void {
    const name = nameOf(key, peer);
    if (this.#running.has(name) || this.#waiting.has(name)) return;
    if (this.#waiting.size >= this.#host.limits.documentsMax) return; // Anti-entropy asks again.
    this.#waiting.set(name, { key, peer });
    this.#startNext(nowMs);
  }

  piece(from: PeerId, post: PiecePost, nowMs: number): void {
    const pull = this.#running.get(nameOf(post.key, from));
    if (pull === undefined) return;
    if (post.total > ANSWER_SLACK * this.#host.limits.documentBytesMax) {
      return this.#end(pull, nowMs);
    }
    if (post.answer !== pull.answer && post.offset === 0) restart(pull, post);
    if (post.answer !== pull.answer || post.offset !== pull.received) return; // A late or double one.
    pull.pieces.push(post.bytes);
    pull.received += post.bytes.length;
    pull.tries = 0;
    if (pull.received < pull.total) return this.#ask(pull, nowMs);
    this.#running.delete(nameOf(pull.key, pull.peer));
    const { key, session, upTo } = post;
    this.#host.answered(from, { key, session, upTo, update: joinBytes(pull.pieces) });
    this.#startNext(nowMs);
  }

  /** Asks again what was not answered. */
  tick(nowMs: number): void {
    for (const pull of [...this.#running.values()]) {
      if (nowMs - pull.askedMs < ASK_AGAIN_MS) continue;
      pull.tries += 1;
      if (pull.tries >= TRIES_MAX) this.#end(pull, nowMs);
      else this.#ask(pull, nowMs);
    }
  }

  peerDown(peer: PeerId, nowMs: number): void {
    for (const [name, waiting] of this.#waiting) {
      if (waiting.peer === peer) this.#waiting.delete(name);
    }
    for (const pull of [...this.#running.values()]) {
      if (pull.peer === peer) this.#end(pull, nowMs);
    }
  }

  #startNext(nowMs: number): void {
    for (const [name, { key, peer }] of this.#waiting) {
      if (this.#running.size >= this.#host.limits.pullsMax) return;
      this.#waiting.delete(name);
      const stateVector = this.#host.stateVector(key);
      if (stateVector === undefined) continue;
      const fresh = { answer: 0, total: 0, received: 0, pieces: [], askedMs: nowMs, tries: 0 };
      const pull: Pull = { key, peer, stateVector, ...fresh };
      this.#running.set(name, pull);
      this.#ask(pull, nowMs);
    }
  }

  #ask(pull: Pull, nowMs: number): void {
    pull.askedMs = nowMs;
    const { key, stateVector, answer, received } = pull;
    this.#host.ask(pull.peer, { key, stateVector, answer, offset: received });
  }

  #end(pull: Pull, nowMs: number): void {
    this.#running.delete(nameOf(pull.key, pull.peer));
    this.#startNext(nowMs);
  }
}

function restart(pull: Pull, { answer, total }: PiecePost): void {
  pull.answer = answer;
  pull.total = total;
  pull.received = 0;
  pull.pieces = [];
}

function nameOf(key: string, peer: PeerId): string {
  return `${peer} ${key}`;
}
