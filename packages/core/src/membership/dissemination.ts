import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { LinkId } from '../input.js';
import type { Links } from '../overlay/links.js';
import type { Shape } from '../overlay/shape.js';
import { type Random, sample } from '../random.js';
import { encodeFrame } from '../wire/frame.js';
import { bringsNews, type MemberUpdate, supersedes } from './member.js';
import { type Members, updateOf } from './members.js';

/** Neighbours that second-hand news is passed to; first-hand news goes to all. */
const FORWARD_FANOUT = 2;
/** The same where the first teller has but a few links: an epidemic that must reach 98 % by itself (Eugster et al. 2004). */
const SPARSE_FANOUT = 4;
/** Updates in one frame; a table is cut in parts of this many. */
const UPDATES_PER_FRAME = 48;

interface News {
  readonly update: MemberUpdate;
  readonly dueMs: number;
  /** undefined: ours, for every neighbour; else the link that it came by. */
  readonly via: LinkId | undefined;
  /** Only what its member says of itself is new, and holds whatever others say of it. */
  readonly describes: boolean;
}

/**
 * Spreads news of members. What we saw ourselves goes to every neighbour, what we heard goes on
 * to a few (an epidemic, in case the first teller does not reach all); tables compared by hash in
 * every probe repair the rest. News waits a moment for company, and is dropped if overtaken.
 */
export class Dissemination {
  readonly #context: Context;
  readonly #links: Links;
  readonly #members: Members;
  readonly #topology: { readonly shape: Shape; readonly isBeyondTable: boolean };
  readonly #random: Random;
  readonly #news = new Map<PeerId, News>();
  #deniedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    topology: { readonly shape: Shape; readonly isBeyondTable: boolean };
    random: Random;
  }) {
    this.#context = parts.context;
    this.#links = parts.links;
    this.#members = parts.members;
    this.#topology = parts.topology;
    this.#random = parts.random;
  }

  /** Queues news. @param delayMs how long others get to say the same first */
  spread(update: MemberUpdate, via: LinkId | undefined, delayMs: number): void {
    const dueMs = this.#context.now.monotonicMs + delayMs;
    this.#news.set(update.peer, { update, dueMs, via, describes: false });
    this.#context.deadlines.setNoLater({ kind: 'gossip' }, dueMs);
  }

  /**
   * Queues what a member says of itself, which accuses nobody, whatever is thought of that member.
   * News of it that waits is told with it.
   */
  describe(update: MemberUpdate, via: LinkId | undefined): void {
    const waiting = this.#news.get(update.peer);
    if (waiting !== undefined && !waiting.describes && isOfOneRun(waiting.update, update)) {
      const { state, from } = waiting.update;
      this.#news.set(update.peer, { ...waiting, update: { ...update, state, from } });
      return;
    }
    const { config, deadlines, now } = this.#context;
    const dueMs = now.monotonicMs + config.gossipDelayMs;
    const described = { ...update, state: 'alive' as const };
    this.#news.set(update.peer, { update: described, dueMs, via, describes: true });
    deadlines.setNoLater({ kind: 'gossip' }, dueMs);
  }

  /** Takes back news of a member. @returns whether nobody had been told yet */
  withdraw(peer: PeerId): boolean {
    return this.#news.delete(peer);
  }

  /** Sends what is due. @param holdAccusations keep suspicions of our own back: we may be the one at fault */
  flush(holdAccusations: boolean): void {
    const { now, outbox, deadlines, config } = this.#context;
    const everywhere: MemberUpdate[] = [];
    for (const [peer, news] of this.#news) {
      if (news.dueMs > now.monotonicMs) {
        deadlines.setNoLater({ kind: 'gossip' }, news.dueMs);
        continue;
      }
      this.#news.delete(peer);
      if (this.#overtaken(news)) continue;
      if (news.via === undefined) {
        if (holdAccusations && news.update.state === 'suspect') {
          this.spread(news.update, undefined, config.gossipDelayMs + config.probeTimeoutMs);
        } else {
          everywhere.push(news.update);
        }
      } else {
        this.#forward(news.update, news.via);
      }
    }
    for (const updates of inParts(everywhere)) {
      const bytes = encodeFrame({ kind: 'updates', updates });
      for (const link of this.#links.neighbours()) outbox.sendBytes(link.id, bytes, 'control');
    }
  }

  /**
   * Sends the whole table, ourselves first, then those who are there: not all may be taken in at once.
   * Beyond what a table holds there is no whole one, and everybody speaks for itself in the roster.
   */
  sendTable(link: LinkId, own: MemberUpdate): void {
    if (this.#topology.isBeyondTable) return;
    const present = this.#members.present();
    const gone = this.#members
      .sorted()
      .filter(({ state }) => state !== 'alive' && state !== 'suspect');
    const told = [...present, ...gone].map(({ peer }) => this.#asTold(peer));
    const known = [own, ...told].filter((update) => update !== undefined);
    for (const updates of inParts(known)) {
      this.#context.outbox.send(link, { kind: 'updates', updates });
    }
  }

  /** Tells a member what is said of it, so that it can refute. */
  tellSubject(peer: PeerId): void {
    const link = this.#links.of(peer);
    const update = this.#asTold(peer);
    if (link === undefined || update === undefined) return;
    this.#context.outbox.send(link.id, { kind: 'updates', updates: [update] });
  }

  /**
   * Answers a neighbour that still says what we denied long ago: our denial was lost on the way to it, and
   * in a mesh of few links nobody else may bring it. Accusations in quick succession get one answer.
   */
  deny(via: LinkId | undefined, own: MemberUpdate): void {
    const { now, config, outbox } = this.#context;
    if (via === undefined || now.monotonicMs - this.#deniedMs < config.gossipDelayMs) return;
    this.#deniedMs = now.monotonicMs;
    outbox.send(via, { kind: 'updates', updates: [own] });
  }

  #asTold(peer: PeerId): MemberUpdate | undefined {
    const member = this.#members.get(peer);
    // A goodbye is the member's own word whoever passes it on; the rest is ours.
    return member && updateOf(member, member.state === 'left' ? peer : this.#context.self.id);
  }

  #overtaken({ update, describes }: News): boolean {
    const member = this.#members.get(update.peer);
    if (member === undefined) return false;
    const held = updateOf(member, member.peer);
    return describes ? bringsNews(held, update) : supersedes(held, update);
  }

  #forward(update: MemberUpdate, via: LinkId): void {
    const others = this.#links
      .neighbours()
      .filter((link) => link.id !== via && link.peer !== update.peer && link.peer !== update.from);
    const fanout = this.#topology.shape === 'full' ? FORWARD_FANOUT : SPARSE_FANOUT;
    const chosen = sample(others, fanout, this.#random);
    const subject = this.#links.of(update.peer);
    if (subject !== undefined && subject.id !== via) chosen.push(subject);
    const bytes = encodeFrame({ kind: 'updates', updates: [update] });
    for (const link of chosen) this.#context.outbox.sendBytes(link.id, bytes, 'control');
  }
}

/** Whether they speak of the same incarnation. */
function isOfOneRun(one: MemberUpdate, other: MemberUpdate): boolean {
  return one.generation === other.generation && one.incarnation === other.incarnation;
}

function* inParts(updates: readonly MemberUpdate[]): Generator<readonly MemberUpdate[]> {
  for (let start = 0; start < updates.length; start += UPDATES_PER_FRAME) {
    yield updates.slice(start, start + UPDATES_PER_FRAME);
  }
}
