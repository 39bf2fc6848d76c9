import { HearsayError, type PeerId, streamId } from '@hearsay/core';
import type { FrameHead } from '../wire/frame.js';
import type { Post } from '../wire/post.js';
import type { Acks } from './acks.js';
import type { Asks } from './asks.js';
import type { Context } from './context.js';
import type { Delivery } from './delivery.js';
import type { Divergence } from './divergence.js';
import type { Flights } from './flights.js';
import type { Holdings } from './holdings.js';
import { Parts } from './parts.js';

/** Whom posts concern. */
export interface InboxParts {
  readonly delivery: Delivery;
  readonly holdings: Holdings;
  readonly acks: Acks;
  readonly asks: Asks;
  readonly divergence: Divergence;
  readonly flights: Flights;
}

/** What the inbox asks of the rest. */
export interface InboxHandlers {
  /** What was written here goes out before we answer. */
  flush(): void;
  membersChanged(): void;
}

/** Hands what neighbours post to whom it concerns. */
export class Inbox {
  readonly #context: Context;
  readonly #to: InboxParts;
  readonly #handlers: InboxHandlers;
  readonly #frames: Parts;
  readonly #answers: Parts;
  /** Neighbours whose writes turned out not to be signed by them. */
  readonly #caught = new Set<PeerId>();

  constructor(context: Context, to: InboxParts, handlers: InboxHandlers) {
    this.#context = context;
    this.#to = to;
    this.#handlers = handlers;
    this.#frames = new Parts(context.limits.partsBytesMax);
    this.#answers = new Parts(context.limits.partsBytesMax);
  }

  /** Things in parts that were let go of for want of room. */
  get partsDropped(): number {
    return this.#frames.dropped + this.#answers.dropped;
  }

  /** The author of this head did not sign it: its link is closed with what it says next. */
  forged({ origin, stream, last }: FrameHead): void {
    this.#caught.add(origin);
    this.#context.outbox.event({ kind: 'forged', peer: origin, stream, sequence: last });
  }

  linkDown(peer: PeerId): void {
    this.#caught.delete(peer);
    this.#frames.forget(peer);
    this.#answers.forget(peer);
  }

  /** @throws HearsayError `malformed`, `forged` */
  take(from: PeerId, post: Post): void {
    if (this.#caught.delete(from)) {
      throw new HearsayError('forged', 'it sent writes of its own that it did not sign');
    }
    const { delivery, holdings, acks, asks, divergence, flights } = this.#to;
    switch (post.kind) {
      case 'frame':
        return delivery.received(post.bytes, from, post.answer);
      case 'part': {
        const whole = this.#frames.add(from, 'frame', post);
        if (whole !== undefined) delivery.received(whole, from, post.answer);
        return;
      }
      case 'have': {
        const known = holdings.told(from, post);
        if (!known) this.#handlers.membersChanged();
        acks.settle();
        return;
      }
      case 'applied': {
        const stream = streamId(this.#context.self, post.generation);
        const entries = [[stream, post.sequence]] as const;
        holdings.told(from, { all: false, reply: false, entries });
        acks.settle();
        return;
      }
      case 'ask':
        this.#handlers.flush();
        return asks.asked(from, post);
      case 'answer': {
        const whole = this.#answers.add(from, `${post.id}`, post);
        if (whole !== undefined) asks.answered(from, post.id, post.behind, whole);
        return;
      }
      case 'fragment':
        return asks.fragment(from, post);
      case 'more':
        return asks.more(from, post);
      case 'digests':
        this.#handlers.flush();
        return divergence.digests(from, post.id, post.vector, post.digests);
      case 'compared':
        return this.#context.outbox.push({ ...post, peer: from });
      case 'partition':
        return divergence.partition(from, post.partition, post.reply, post.items);
      case 'flight':
        return flights.said(from, post.step, post.id, post.key);
    }
  }
}
