import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import { formatHash, hashBytes, type StateHash, sameHash, ZERO_HASH } from '../log/state-hash.js';
import type { Links, OpenLink } from '../overlay/links.js';
import { jitter, pick, type Random } from '../random.js';
import type { Delta, DeltaEnd, Offer, ReplicaId, Want } from '../wire/sync.js';
import { Answers } from './answers.js';
import type { Replica } from './replica.js';

/** A pull under way: at most one a replica, so that what many could send is sent once. */
interface Pull {
  readonly replica: ReplicaId;
  readonly peer: PeerId;
  readonly link: number;
  readonly startedMs: number;
  activeMs: number;
  added: number;
  /** What we held when we last asked: an answer that changes nothing is the last. */
  askedHash: StateHash;
  /** Whether it brought something since, though it may change nothing yet. */
  learned: boolean;
  /** What to ask next, of what was told only where we differ. */
  next: Uint8Array | undefined;
  /** How often it was told so in a row. */
  narrowings: number;
  /** What the other side offered, if that is why we pull. */
  readonly offered: StateHash | undefined;
}

interface Entry {
  readonly replica: Replica;
  /** What the hash is of, unless the replica knows it without. */
  summary: Uint8Array | undefined;
  hash: StateHash;
  /** The next round in which it is compared. */
  dueMs: number;
  /** Since when the hash is known to be what it is. */
  sinceMs: number;
  /** Neighbours that offered something else while a pull was under way. */
  readonly waiting: Set<PeerId>;
  /** Neighbours that had nothing for us at these hashes, theirs and ours: not asked again until one moves. */
  readonly fruitless: Map<PeerId, string>;
  /** Neighbours whose next offer is taken at its word, busy or not: new ones, and those that waited. */
  readonly expected: Set<PeerId>;
}

/** A hash that stood still this long is not just behind a broadcast on its way. */
const QUIET_MS = 250;

/** A pull makes way for a neighbour that waits after this long, whatever it brings: else one could keep all others from us. */
const TURN_MS = 30_000;

/** Each narrowing is of smaller parts; whoever answers with more never comes to an end. */
const NARROWINGS_MAX = 8;

/** What a pull brought. */
export interface Catch {
  readonly replica: ReplicaId;
  readonly from: PeerId;
  readonly added: number;
  readonly tookMs: number;
}

/** Who is told of what happens here. */
export interface SyncHooks {
  /** An offer equals what is held here. */
  agreed(link: OpenLink, replica: ReplicaId): void;
  /** A question says what its asker holds. @throws HearsayError when it cannot be true */
  asked(link: OpenLink, replica: ReplicaId, summary: Uint8Array): void;
  /** A delta brought something. */
  repaired(link: OpenLink, replica: ReplicaId, added: number): void;
  /** A pull ended that brought something. */
  caughtUp(caught: Catch): void;
  /** A question that waited could not be read. @throws what is not the fault of its sender */
  blame(link: OpenLink, error: unknown): void;
}

/**
 * Anti-entropy over any Replica: hashes are offered to one random neighbour a second and on every
 * new link; who differs pulls what it lacks. The puller paces: each answer is bounded, and it asks
 * again for more.
 */
export class AntiEntropy {
  readonly #context: Context;
  readonly #links: Links;
  readonly #random: Random;
  readonly #hooks: SyncHooks;
  readonly #answers: Answers;
  readonly #replicas = new Map<ReplicaId, Entry>();
  readonly #pulls = new Map<ReplicaId, Pull>();

  constructor(context: Context, links: Links, random: Random, hooks: SyncHooks) {
    this.#context = context;
    this.#links = links;
    this.#random = random;
    this.#hooks = hooks;
    this.#answers = new Answers(context, links, {
      serve: (link, want) => this.#serve(link, want),
      pauseMs: ({ peer }, { replica }) =>
        this.#replicas.get(replica)?.replica.answerPauseMs?.(peer) ?? 0,
    });
  }

  register(id: ReplicaId, replica: Replica): void {
    this.#replicas.set(id, {
      replica,
      ...contentOf(replica, undefined),
      dueMs: 0,
      sinceMs: 0,
      waiting: new Set(),
      fruitless: new Map(),
      expected: new Set(),
    });
  }

  /** Registers a replica that comes while links are open: each is asked for its hash at once. */
  attach(id: ReplicaId, replica: Replica): void {
    this.register(id, replica);
    for (const link of this.#links.neighbours()) {
      this.#replicas.get(id)?.expected.add(link.peer);
      this.#offer(link, id, true);
    }
  }

  /** Forgets a replica, and whatever was under way for it. */
  detach(id: ReplicaId): void {
    this.#replicas.delete(id);
    this.#pulls.delete(id);
    this.#answers.forget(id);
  }

  /** A new neighbour: compare at once. */
  linkUp(link: OpenLink): void {
    for (const [id, { expected }] of this.#replicas) {
      expected.add(link.peer);
      this.#offer(link, id, false);
    }
  }

  linkDown(peer: PeerId): void {
    for (const { waiting, fruitless, expected } of this.#replicas.values()) {
      waiting.delete(peer);
      fruitless.delete(peer);
      expected.delete(peer);
    }
    this.#answers.linkDown(peer);
    for (const pull of [...this.#pulls.values()]) if (pull.peer === peer) this.#finish(pull);
  }

  /** The periodic comparison with one random neighbour. */
  round(): void {
    const { config, deadlines, now } = this.#context;
    const link = pick(this.#links.neighbours(), this.#random);
    if (link !== undefined) {
      for (const [id, entry] of this.#replicas) {
        if (entry.dueMs > now.monotonicMs) continue;
        entry.dueMs = now.monotonicMs + (entry.replica.compareEveryMs ?? 0);
        this.#offer(link, id, true);
      }
    }
    const periodMs = jitter(config.syncIntervalMs, config.jitterPercent, this.#random);
    deadlines.set({ kind: 'offer' }, now.monotonicMs + periodMs);
  }

  /** Sends what nobody asked for; whoever lost it finds that when it compares. */
  push(link: OpenLink, replica: ReplicaId, bytes: Uint8Array): void {
    this.#context.outbox.send(link.id, { kind: 'delta', replica, bytes }, 'bulk');
  }

  offer(link: OpenLink, { replica: id, hash, reply }: Offer): void {
    const entry = this.#replicas.get(id);
    if (entry === undefined) return;
    if (reply) this.#offer(link, id, false);
    // One that agrees is the one that was expected, too: a later one may differ by what is on its way.
    const isExpected = entry.expected.delete(link.peer);
    const ours = this.#refresh(entry);
    if (sameHash(hash, ours)) return this.#hooks.agreed(link, id);
    // While messages pour in, hashes always differ a little, and what differs is on its way.
    if (entry.fruitless.get(link.peer) === pairOf(hash, ours)) return;
    const quiet = this.#context.now.monotonicMs - entry.sinceMs >= QUIET_MS;
    if (quiet || isExpected) this.pull(id, link, hash);
  }

  /** Asks a neighbour for what we lack, now or when the present pull has ended. */
  pull(id: ReplicaId, link: OpenLink, offered?: StateHash): void {
    const { config, now, deadlines } = this.#context;
    const running = this.#pulls.get(id);
    if (running !== undefined) {
      if (running.peer !== link.peer) this.#replicas.get(id)?.waiting.add(link.peer);
      return;
    }
    const nowMs = now.monotonicMs;
    const pull = {
      replica: id,
      peer: link.peer,
      link: link.id,
      startedMs: nowMs,
      activeMs: nowMs,
      added: 0,
      askedHash: ZERO_HASH,
      learned: false,
      next: undefined,
      narrowings: 0,
      offered,
    };
    this.#pulls.set(id, pull);
    this.#want(pull);
    deadlines.setNoLater({ kind: 'pull' }, nowMs + config.pullTimeoutMs);
  }

  /** Serves a pull when it is this neighbour's turn. */
  want(link: OpenLink, want: Want): void {
    if (this.#replicas.has(want.replica)) this.#answers.want(link, want);
  }

  /** Serves pulls whose turn has come. */
  answer(): void {
    this.#answers.due();
  }

  /** A neighbour was too slow for what it was sent. */
  lagged(link: OpenLink): void {
    this.#answers.lagged(link);
  }

  delta(link: OpenLink, { replica: id, bytes }: Delta): void {
    const replica = this.#replicas.get(id)?.replica;
    if (replica === undefined) return;
    const { added, next, learned = false } = replica.merge(bytes, link.peer);
    if (added > 0) this.#hooks.repaired(link, id, added);
    const pull = this.#pulls.get(id);
    if (pull === undefined || pull.link !== link.id) return;
    pull.added += added;
    pull.learned ||= learned;
    if (next !== undefined) pull.next = next;
    pull.activeMs = this.#context.now.monotonicMs;
  }

  deltaEnd(link: OpenLink, { replica: id, more }: DeltaEnd): void {
    const pull = this.#pulls.get(id);
    if (pull === undefined || pull.link !== link.id) return;
    pull.activeMs = this.#context.now.monotonicMs;
    const { next } = pull;
    if (next !== undefined && pull.narrowings < NARROWINGS_MAX) {
      pull.narrowings += 1;
      return this.#ask(pull, next);
    }
    if (!more) return this.#answered(pull);
    // A part that changed nothing may be followed by one that does: not at once, but with the next offer.
    if (pull.learned || this.#moved(pull)) this.#want(pull);
    else this.#finish(pull);
  }

  /** Gives up pulls that bring nothing any more, and those that have lasted while others wait. */
  expire(): void {
    const { config, now, deadlines } = this.#context;
    for (const pull of [...this.#pulls.values()]) {
      const isOverdue = now.monotonicMs - pull.startedMs >= TURN_MS;
      if (isOverdue && this.#makeWay(pull)) continue;
      if (now.monotonicMs - pull.activeMs >= config.pullTimeoutMs) this.#finish(pull);
    }
    if (this.#pulls.size > 0) {
      deadlines.setNoLater({ kind: 'pull' }, now.monotonicMs + config.pullTimeoutMs);
    }
  }

  /** One answer, up to the bound. It may be long after the question: its sender is blamed here. */
  #serve(link: OpenLink, want: Want): void {
    const replica = this.#replicas.get(want.replica)?.replica;
    if (replica === undefined) return;
    try {
      this.#hooks.asked(link, want.replica, want.summary);
      this.#answer(link, want, replica);
    } catch (error) {
      this.#hooks.blame(link, error);
    }
  }

  #answer(link: OpenLink, { replica: id, summary }: Want, replica: Replica): void {
    const { outbox, limits } = this.#context;
    let sent = 0;
    let more = false;
    for (const bytes of replica.missing(summary, link.peer)) {
      if (sent >= limits.pullBytesMax) {
        more = true;
        break;
      }
      sent += bytes.length;
      outbox.send(link.id, { kind: 'delta', replica: id, bytes }, 'repair');
    }
    outbox.send(link.id, { kind: 'delta-end', replica: id, more }, 'repair');
  }

  #want(pull: Pull): void {
    const replica = this.#replicas.get(pull.replica)?.replica;
    pull.narrowings = 0;
    if (replica !== undefined) this.#ask(pull, replica.summary());
  }

  #ask(pull: Pull, summary: Uint8Array): void {
    const entry = this.#replicas.get(pull.replica);
    if (entry === undefined) return;
    pull.next = undefined;
    pull.learned = false;
    pull.askedHash = this.#refresh(entry);
    this.#context.outbox.send(pull.link, { kind: 'want', replica: pull.replica, summary });
  }

  /** The whole answer is here. */
  #answered(pull: Pull): void {
    const entry = this.#replicas.get(pull.replica);
    if (entry !== undefined && pull.offered !== undefined && !this.#moved(pull)) {
      entry.fruitless.set(pull.peer, pairOf(pull.offered, this.#refresh(entry)));
    }
    this.#finish(pull);
  }

  #moved(pull: Pull): boolean {
    const entry = this.#replicas.get(pull.replica);
    return entry !== undefined && !sameHash(this.#refresh(entry), pull.askedHash);
  }

  /**
   * Whoever waits is pulled from at once: were it asked for its hash, the other could be quicker.
   * @returns whether somebody waits
   */
  #makeWay(pull: Pull): boolean {
    const waiting = this.#replicas.get(pull.replica)?.waiting;
    for (const peer of waiting ?? []) {
      waiting?.delete(peer);
      const link = this.#links.of(peer);
      if (link === undefined) continue;
      this.#end(pull);
      this.pull(pull.replica, link);
      return true;
    }
    return false;
  }

  #end(pull: Pull): void {
    this.#pulls.delete(pull.replica);
    const { replica, peer: from, added } = pull;
    const tookMs = this.#context.now.monotonicMs - pull.startedMs;
    if (added > 0) this.#hooks.caughtUp({ replica, from, added, tookMs });
  }

  #finish(pull: Pull): void {
    const { replica } = pull;
    this.#end(pull);
    // Those that waited are asked for their hash first: the pull may have made us equal.
    const entry = this.#replicas.get(replica);
    for (const peer of entry?.waiting ?? []) {
      entry?.waiting.delete(peer);
      const link = this.#links.of(peer);
      if (link === undefined) continue;
      entry?.expected.add(peer);
      this.#offer(link, pull.replica, true);
      return;
    }
  }

  #offer(link: OpenLink, id: ReplicaId, reply: boolean): void {
    const entry = this.#replicas.get(id);
    if (entry === undefined) return;
    const offer: Offer = { kind: 'offer', replica: id, hash: this.#refresh(entry), reply };
    this.#context.outbox.send(link.id, offer);
  }

  #refresh(entry: Entry): StateHash {
    const { summary, hash } = contentOf(entry.replica, entry);
    entry.summary = summary;
    if (!sameHash(hash, entry.hash)) {
      entry.hash = hash;
      entry.sinceMs = this.#context.now.monotonicMs;
    }
    return hash;
  }
}

/** Hash of what is held. @param known the last one, which a replica that did not move still has */
function contentOf(
  replica: Replica,
  known: Pick<Entry, 'summary' | 'hash'> | undefined,
): Pick<Entry, 'summary' | 'hash'> {
  const hash = replica.contentHash?.();
  if (hash !== undefined) return { summary: undefined, hash };
  const summary = replica.summary();
  return known?.summary === summary ? known : { summary, hash: hashBytes(summary) };
}

function pairOf(theirs: StateHash, ours: StateHash): string {
  return `${formatHash(theirs)} ${formatHash(ours)}`;
}
