import type { Dot } from '../clock/dot.js';
import type { Context } from '../context.js';
import { HearsayError } from '../errors.js';
import { type MessageId, type PeerId, type StreamId, streamId } from '../ids.js';
import { HAVE_ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { CausalLog } from '../log/causal-log.js';
import { sameHash } from '../log/state-hash.js';
import type { Member, Members } from '../membership/members.js';
import type { Links } from '../overlay/links.js';
import type { Census } from '../roster/census.js';
import type { Receipt, SyncView } from '../view.js';
import type { BatchHeader } from '../wire/batch.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { encodeFrame } from '../wire/frame.js';
import type { Summary } from '../wire/probes.js';
import { Lacks } from './lacks.js';

/** Differences in a row that make an alarm. */
const DIFFERENCES_MIN = 3;
/** So many messages are told of at once: their author may be waiting for it. */
const MUCH_MESSAGES = 100;
const SOON_MS = 5;
/** Who told of as many strange streams as it may is listened to about them again after this long. */
const STRANGE_REFILL_MS = 60_000;
/** What a neighbour told of streams of nobody known. */
interface Strangers {
  /** How many it may still tell of, as of a time. */
  left: number;
  atMs: number;
  /** Further ones that it told of, since a time: more than anybody keeps are a lie. */
  readonly ignored: Set<StreamId>;
  sinceMs: number;
}

/**
 * Who holds what: our clock told to neighbours as it rises, theirs remembered. Receipts, "behind
 * by n" and "in sync" are read off here; so is what must be pulled because no broadcast brings it.
 */
export class Holdings {
  readonly #context: Context;
  readonly #log: CausalLog;
  readonly #links: Links;
  readonly #members: Members;
  readonly #census: Census;
  /** Not yet told to everybody, and not yet told to their author. */
  readonly #risen = new Set<StreamId>();
  readonly #unanswered = new Set<StreamId>();
  readonly #lacks: Lacks;
  /** Streams of nobody known that each neighbour may tell of, as of a time. */
  readonly #strange = new WeakMap<Member, Strangers>();
  /** When everybody was last told, and how many messages had been delivered when anybody was. */
  #toldMs = Number.NEGATIVE_INFINITY;
  #toldMessages = 0;

  constructor(
    context: Context,
    log: CausalLog,
    links: Links,
    who: { readonly members: Members; readonly census: Census },
  ) {
    this.#context = context;
    this.#log = log;
    this.#links = links;
    this.#members = who.members;
    this.#census = who.census;
    this.#lacks = new Lacks(context, log);
  }

  /** Our clock rose: authors hear of it soon, everybody now and then. */
  rose(streams: readonly StreamId[]): void {
    if (streams.length === 0) return;
    const { deadlines, now, counters } = this.#context;
    for (const stream of streams) {
      this.#risen.add(stream);
      this.#unanswered.add(stream);
      this.#lacks.rose(stream);
    }
    const much = counters.messagesDelivered - this.#toldMessages >= MUCH_MESSAGES;
    const afterMs = much ? SOON_MS : this.#answerDelayMs();
    deadlines.setNoLater({ kind: 'have' }, now.monotonicMs + afterMs);
  }

  /**
   * All receive a message at the same moment. Were they all to answer at the same moment too, the
   * next message would have to wait for them: each has a time of its own, from half the delay up.
   */
  #answerDelayMs(): number {
    const { config, self } = this.#context;
    const delayMs = config.haveMinMs + config.havePerLinkMs * this.#links.openCount;
    return delayMs / 2 + (self.nonce % Math.ceil(delayMs));
  }

  /** Tells authors what we hold of theirs, and when it is time every neighbour what rose. */
  tell(): void {
    const { config, counters, now } = this.#context;
    this.#toldMessages = counters.messagesDelivered;
    // All peers hear of a message at once: each waits a time of its own before it speaks to all.
    const spreadMs = this.#context.self.nonce % config.haveTrickleMs;
    const everybodyMs = this.#toldMs + config.haveTrickleMs + spreadMs;
    if (now.monotonicMs >= everybodyMs) return this.#tellEverybody();
    const authors = [...this.#unanswered];
    this.#unanswered.clear();
    for (const stream of authors) {
      const link = this.#links.of(originOf(stream));
      if (link === undefined) continue;
      const entries = [[stream, this.#log.clock.get(stream)] as const];
      this.#context.outbox.send(link.id, { kind: 'have', entries });
    }
    if (this.#risen.size > 0) this.#context.deadlines.setNoLater({ kind: 'have' }, everybodyMs);
  }

  #tellEverybody(): void {
    if (this.#risen.size === 0) return;
    this.#toldMs = this.#context.now.monotonicMs;
    const entries = [...this.#risen].map(
      (stream) => [stream, this.#log.clock.get(stream)] as const,
    );
    this.#risen.clear();
    this.#unanswered.clear();
    for (const bytes of haveFrames(entries)) {
      for (const link of this.#links.neighbours()) {
        this.#context.outbox.sendBytes(link.id, bytes, 'control');
      }
    }
  }

  /** Tells a new neighbour everything, unless that is much: then it learns it from what we ask. */
  tellAll(link: number): void {
    if (!this.#log.digest.isSmall) return;
    for (const bytes of haveFrames([...this.#log.clock.entries()])) {
      this.#context.outbox.sendBytes(link, bytes, 'control');
    }
  }

  /**
   * A neighbour told what it holds.
   * @throws HearsayError `forged` when it is more of ours than we published
   */
  told(member: Member, entries: readonly ClockEntry[]): void {
    const invented = entries.find(([stream, sequence]) => this.#log.isInvented(stream, sequence));
    if (invented !== undefined) throw this.#refuse(invented);
    member.toldMs = this.#context.now.monotonicMs;
    for (const [stream, sequence] of entries) {
      if (this.#isStrange(stream) && !this.#spendStrange(member, stream)) continue;
      if (this.#log.isOver(stream) || !this.#holds(member, stream, sequence)) continue;
      if (this.#log.clock.get(stream) < sequence) this.#lack(stream, sequence);
    }
  }

  /** Neither is anything of it here, nor is its author known. */
  #isStrange(stream: StreamId): boolean {
    return this.#log.clock.get(stream) === 0 && !this.#isMember(stream);
  }

  /**
   * Streams cost nothing to invent. What is ignored here is found when clocks are compared.
   * @throws HearsayError `forged` when nobody could hold as many
   */
  #spendStrange(member: Member, stream: StreamId): boolean {
    if (member.clock.get(stream) > 0) return true;
    const { counters, limits, now } = this.#context;
    const max = limits.strangeStreamsPerLinkMax;
    const nowMs = now.monotonicMs;
    const known = this.#strange.get(member);
    const credit = known ?? { left: max, atMs: nowMs, ignored: new Set(), sinceMs: nowMs };
    this.#strange.set(member, credit);
    credit.left = Math.min(max, credit.left + (max * (nowMs - credit.atMs)) / STRANGE_REFILL_MS);
    credit.atMs = nowMs;
    if (credit.left >= 1) {
      credit.left -= 1;
      return true;
    }
    if (nowMs - credit.sinceMs > STRANGE_REFILL_MS) {
      credit.ignored.clear();
      credit.sinceMs = nowMs;
    }
    credit.ignored.add(stream);
    counters.strangeStreamsIgnored += 1;
    if (credit.ignored.size <= limits.streamsMax) return false;
    counters.claimsForged += 1;
    throw new HearsayError('forged', 'it claims to hold more streams than anybody keeps');
  }

  /** A probe or its answer brought the neighbour's state hash. */
  compared(member: Member, summary: Summary): void {
    const nowMs = this.#context.now.monotonicMs;
    member.toldMs = nowMs;
    const ours = this.#log.hash;
    if (sameHash(summary.state, ours)) {
      this.#holdsTheSame(member);
      member.differedAt = undefined;
      member.differences = 0;
    } else if (member.agreedAt !== undefined && sameHash(member.agreedAt, ours)) {
      member.differedAt = ours;
    }
  }

  /**
   * An offer showed that a neighbour's clock equals ours. Clocks only rise: if its content was found
   * different between two such moments, and nothing changed here, then it differs. Once more and
   * once again, since a transport that swaps frames could show an old offer late.
   * @returns whether that is certain now
   */
  clocksAgree(member: Member): boolean {
    const ours = this.#log.hash;
    this.#holdsTheSame(member);
    member.toldMs = this.#context.now.monotonicMs;
    const still = member.agreedAt !== undefined && sameHash(member.agreedAt, ours);
    const differed = member.differedAt !== undefined && sameHash(member.differedAt, ours);
    if (!still) member.differences = 0;
    else if (differed) member.differences += 1;
    member.differedAt = undefined;
    member.agreedAt = ours;
    return member.differences >= DIFFERENCES_MIN;
  }

  /**
   * Its clock equals ours. What it told of before and we never held is over by now, at both: had we
   * held it, its end would have been told.
   */
  #holdsTheSame({ clock }: Member): void {
    const ours = this.#log.clock;
    clock.merge(ours);
    if (clock.size === ours.size) return;
    for (const [stream] of [...clock.entries()]) if (ours.get(stream) === 0) clock.remove(stream);
  }

  /** A run does not count any more, at whomever. */
  retired(stream: StreamId): void {
    this.#risen.delete(stream);
    this.#unanswered.delete(stream);
    for (const { clock } of this.#members.all()) clock.remove(stream);
  }

  /** A batch arrived whose own predecessors are missing: on an ordered link they were lost. */
  hole(stream: StreamId, before: number): void {
    this.#lacks.note(stream, before, this.#context.config.gapRepairMs);
  }

  /** A batch waits for messages of others. Its author holds them, and may be the only one here who does. */
  awaited({ origin, generation, causes }: BatchHeader): void {
    const author = this.#members.get(origin);
    for (const [stream, sequence] of causes) {
      // Of somebody whom nobody knows nothing can be asked for: it may be invented.
      if (this.#log.clock.get(stream) >= sequence || !this.#isMember(stream)) continue;
      if (author?.generation === generation) this.#holds(author, stream, sequence);
      this.#lack(stream, sequence);
    }
  }

  /** @returns false when there is no room to remember it */
  #holds({ clock }: Member, stream: StreamId, sequence: number): boolean {
    if (clock.size >= this.#context.limits.streamsMax && clock.get(stream) === 0) return false;
    clock.raise(stream, sequence);
    return true;
  }

  #isMember(stream: StreamId): boolean {
    const origin = originOf(stream);
    return this.#members.get(origin) !== undefined || this.#census.has(origin);
  }

  /** What has been lacking for longer than a broadcast can take, and a neighbour that has it. */
  overdue(): PeerId | undefined {
    const dot = this.#lacks.takeOverdue();
    if (dot === undefined) return undefined;
    const holder = this.#holderOf(dot);
    if (holder !== undefined) this.#context.counters.gapPulls += 1;
    return holder;
  }

  receipt(id: MessageId): Receipt {
    const dot = { stream: streamId(id.peer, id.generation), sequence: id.sequence };
    const live = this.#members.alive();
    const held = live.filter((member) => member.clock.includes(dot)).length;
    return { held, live: live.length + this.#census.present };
  }

  view(member: Member): SyncView {
    const lacks = this.#log.clock.excessOver(member.clock);
    const ahead = member.clock.excessOver(this.#log.clock);
    const diverged = member.differences >= DIFFERENCES_MIN && lacks + ahead === 0;
    const inSync = lacks + ahead === 0 && member.toldMs !== undefined && !diverged;
    return { lacks, ahead, inSync, diverged, atMs: member.toldMs };
  }

  /** A neighbour with no link to the origin hears of its messages here first: they may not come by themselves. */
  #lack(stream: StreamId, sequence: number): void {
    if (this.#log.isHeldBack(stream, sequence)) return;
    const origin = this.#links.of(originOf(stream));
    const { gapRepairMs, syncIntervalMs } = this.#context.config;
    this.#lacks.note(stream, sequence, origin === undefined ? gapRepairMs : syncIntervalMs);
  }

  #refuse([stream, sequence]: ClockEntry): HearsayError {
    this.#context.counters.claimsForged += 1;
    const written = this.#log.clock.get(stream);
    return new HearsayError(
      'forged',
      `it claims ${sequence} messages of ours, we wrote ${written}`,
    );
  }

  #holderOf(dot: Dot): PeerId | undefined {
    const holders = this.#links.neighbours().map((link) => this.#members.get(link.peer));
    const holder = holders.find((member) => member?.clock.includes(dot));
    return (holder ?? holders.find((member) => member?.state === 'alive'))?.peer;
  }
}

function originOf(stream: StreamId): PeerId {
  return stream.slice(0, stream.indexOf('.')) as PeerId; // A stream id begins with its peer's id.
}

/** At least one, so that "nothing" is told too. */
function* haveFrames(entries: readonly ClockEntry[]): Generator<Uint8Array> {
  let start = 0;
  do {
    const end = start + HAVE_ENTRIES_PER_FRAME_MAX;
    yield encodeFrame({ kind: 'have', entries: entries.slice(start, end) });
    start = end;
  } while (start < entries.length);
}
