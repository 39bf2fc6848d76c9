import { DEFAULT_CONFIG } from './config.js';
import type { Context } from './context.js';
import { Deadlines } from './deadlines.js';
import type { Effect, Message } from './effect.js';
import type { Engine, EngineOptions } from './engine-api.js';
import { HearsayError } from './errors.js';
import type { MessageId, PeerId, StreamId, Topic } from './ids.js';
import type { Command, Input, Now } from './input.js';
import { DEFAULT_LIMITS } from './limits.js';
import { LinkHandler } from './link-handler.js';
import type { BatchStore } from './log/batch-store.js';
import type { Contradiction } from './log/log-progress.js';
import { ALL_DEFENCES } from './membership/defences.js';
import { NO_TABLE } from './membership/members.js';
import { Outbox } from './outbox.js';
import { buildParts, type PeerHooks, type PeerParts } from './peer-parts.js';
import type { Random } from './random.js';
import type { Self } from './self.js';
import { memberView, snapshot } from './snapshot.js';
import { FORGET_EVERY_MS, TimerHandler } from './timer-handler.js';
import { Notary } from './trust/notary.js';
import { OwnRecord } from './trust/own-record.js';
import type { Signer } from './trust/signer.js';
import { type Counters, type Receipt, type StatusView, zeroCounters } from './view.js';
import { CLOSE_CODES } from './wire/close-codes.js';
import { encodeFrame } from './wire/frame.js';

/** A stall shorter than this is not worth a line on a screen. */
const STALL_TOLD_MS = 1_000;

/** Makes a peer; it does nothing before the `start` input. */
export function createEngine(options: EngineOptions): Engine {
  return new PeerEngine(options);
}

/** Composes the machines; what each does stands in its own file. */
class PeerEngine implements Engine {
  readonly #context: Context;
  readonly #parts: PeerParts;
  readonly #links: LinkHandler;
  readonly #timers: TimerHandler;
  #state: 'joining' | 'alive' | 'left' = 'joining';
  #startedMs = 0;
  /** The wish the host last heard; later than this by much means that the process stood still. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #stall = { ms: 0, untilMs: 0 };

  constructor(options: EngineOptions) {
    const { id, generation, network, meta, signer, random, store } = options;
    const counters = zeroCounters();
    const notary = new Notary(signer, network);
    const self: Self = {
      id,
      generation,
      network,
      nonce: random.split('identity').next(),
      incarnation: 0,
      metaVersion: 1,
      meta,
      addresses: [],
    };
    this.#context = {
      self,
      config: { ...DEFAULT_CONFIG, ...options.config },
      defences: { ...ALL_DEFENCES, ...options.defences },
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      counters,
      notary,
      ownRecord: new OwnRecord(self, notary),
      deadlines: new Deadlines(),
      outbox: new Outbox(counters),
      now: { monotonicMs: 0, wallMs: 0 },
    };
    this.#checkMeta(meta);
    this.#parts = this.#build(random, { signer, store });
    this.#links = new LinkHandler(this.#context, this.#parts, () =>
      this.#context.now.monotonicMs < this.#stall.untilMs ? this.#stall.ms : 0,
    );
    this.#timers = new TimerHandler(this.#context, this.#parts, this.#links);
  }

  handle(input: Input, now: Now): readonly Effect[] {
    this.#context.now = now;
    if (this.#state === 'left') return this.#afterGoodbye(input);
    this.#noticeStall();
    // A wish that came true is used up, even if the next one is for the same time.
    if (input.kind === 'wake') this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#step(input);
    this.#parts.overlay.pump();
    this.#parts.attendance.follow();
    this.#drain();
    this.#wish();
    return this.#context.outbox.take();
  }

  status(now: Now): StatusView {
    this.#context.now = now;
    return snapshot(this.#context, this.#parts, this.#state, this.#startedMs);
  }

  readonly edges: Engine['edges'] = (link) => this.#parts.trees.edges(link);

  readonly member: Engine['member'] = (peer) => memberView(this.#context, this.#parts, peer);

  receipt(id: MessageId): Receipt {
    return this.#parts.holdings.receipt(id);
  }

  holdings(peer: PeerId): ReadonlyMap<StreamId, number> | undefined {
    const member = this.#parts.members.get(peer);
    if (member === undefined) return this.#parts.census.has(peer) ? new Map() : undefined;
    return new Map(member.clock.entries());
  }

  history(topic: Topic | undefined, limit: number): readonly Message[] {
    return this.#parts.log.history(topic, limit);
  }

  counters(): Readonly<Counters> {
    return this.#context.counters;
  }

  #build(
    random: Random,
    host: { readonly signer: Signer; readonly store: BatchStore | undefined },
  ): PeerParts {
    const { self } = this.#context;
    const hooks: PeerHooks = {
      membership: {
        entered: (member, was) => {
          this.#links.outdated(member);
          if (member.state === 'dead') this.#parts.attendance.miss(member.peer);
          this.#parts.overlay.memberEntered(member, was);
        },
        newcomer: (member) => this.#parts.attendance.rowFor(member),
        check: (member) => {
          if (this.#parts.topology.watches(member)) this.#parts.prober.probe(member);
        },
        dials: (member) => this.#parts.overlay.dials(member.peer),
      },
      probe: {
        answered: (member) => this.#parts.membership.vouched(member),
        failed: (member, agreeing) => {
          this.#parts.membership.noAnswer(member);
          for (const helper of agreeing) this.#parts.membership.confirm(member, helper);
        },
        confirmed: (member, helper) => this.#parts.membership.confirm(member, helper),
        silentLink: (link) => this.#links.silent(link),
        summary: () => {
          const { attendance, log, members } = this.#parts;
          return { state: log.hash, table: attendance.isLarge ? NO_TABLE : members.hash(self) };
        },
      },
      refused: (member) => this.#parts.membership.refused(member),
      release: (link) => this.#links.release(link),
      unanswered: (peer) => this.#unanswered(peer),
      blame: (link, error) => this.#links.blame(link, error),
    };
    return buildParts(this.#context, random, hooks, host);
  }

  /** A dial that was to find out whether somebody lives led nowhere. */
  #unanswered(peer: PeerId): void {
    const { attendance, isolation, members, membership } = this.#parts;
    const member = members.get(peer);
    if (member !== undefined) membership.noAnswer(member);
    // Who is cut off reaches nobody, and that is nobody's death.
    else if (!isolation.suspected) attendance.miss(peer);
  }

  #step(input: Input): void {
    const { health, overlay } = this.#parts;
    switch (input.kind) {
      case 'start':
        return this.#start(input.addresses);
      case 'link-opened':
        return this.#links.opened(input);
      case 'link-refused':
        return this.#links.refused(input);
      case 'frames':
        return this.#links.frames(input.link, input.bytes);
      case 'link-closed':
        return this.#links.closed(input.link, input.closure, input.isOffence);
      case 'dial-failed':
        return overlay.dialFailed(input.address, input.failure, input.detail);
      case 'wake':
        for (const timer of this.#context.deadlines.takeDue(this.#context.now.monotonicMs)) {
          this.#timers.fire(timer);
        }
        return;
      case 'health':
        return health.loopDelayed(input.loopDelayMs);
      case 'lagged':
        return this.#lagged(input.link, input.frames, input.bytes);
      case 'command':
        return this.#command(input.command);
    }
  }

  #command(command: Command): void {
    const { links, overlay, ports, publisher } = this.#parts;
    switch (command.kind) {
      case 'join':
        return overlay.join(command.address);
      case 'discovered':
        return overlay.discovered(command.address, command.peer);
      case 'publish': {
        const { id, links } = publisher.publish(command.topic, command.payload);
        return this.#context.outbox.push({ kind: 'published', id, links });
      }
      case 'attach':
        return ports.attach(command.port, command.replica);
      case 'detach':
        return ports.detach(command.port);
      case 'post':
        return ports.post(command.port, command.bytes, command.priority, command.to);
      case 'reject': {
        const link = links.of(command.peer);
        const error = new HearsayError(command.code, command.detail);
        if (link !== undefined) this.#links.blame(link, error);
        return;
      }
      case 'set-meta':
        return this.#describe(command.meta);
      case 'leave':
        return this.#leave();
    }
  }

  #start(addresses: readonly string[]): void {
    const { config, deadlines, now, self } = this.#context;
    this.#state = 'alive';
    this.#startedMs = now.monotonicMs;
    self.addresses = addresses;
    // What we say follows everything that we said and heard in earlier runs.
    this.#parts.hlc.witness(this.#parts.log.newest, now.wallMs);
    // The first periods begin at a random point, so that peers started together do not march in step.
    const phase = this.#parts.randomPhase;
    deadlines.set({ kind: 'probe-round' }, now.monotonicMs + phase(config.probeIntervalMs));
    deadlines.set({ kind: 'offer' }, now.monotonicMs + phase(config.syncIntervalMs));
    deadlines.set({ kind: 'forget' }, now.monotonicMs + FORGET_EVERY_MS);
    this.#timers.lookAfterLog();
  }

  #describe(meta: Uint8Array): void {
    this.#checkMeta(meta);
    this.#context.self.meta = meta;
    this.#context.self.metaVersion += 1;
    this.#parts.membership.describeSelf();
    this.#parts.attendance.describe();
  }

  #checkMeta(meta: Uint8Array): void {
    const { metaBytesMax } = this.#context.limits;
    if (meta.length <= metaBytesMax) return;
    const what = `description of ${meta.length} bytes, the limit is ${metaBytesMax}`;
    throw new HearsayError('meta-too-large', what);
  }

  #leave(): void {
    const { deadlines, outbox, ownRecord } = this.#context;
    const { attendance, links, overlay, publisher, trees } = this.#parts;
    publisher.flush();
    attendance.leave();
    trees.announce();
    overlay.stop();
    const goodbye = encodeFrame({ kind: 'goodbye', ...ownRecord.left() });
    for (const link of links.neighbours()) {
      outbox.sendBytes(link.id, goodbye, 'control');
    }
    for (const link of links.all()) {
      if (link.state !== 'closing') outbox.close(link.id, CLOSE_CODES.goodbye, 'goodbye');
    }
    deadlines.clear();
    this.#state = 'left';
  }

  #afterGoodbye(input: Input): readonly Effect[] {
    if (input.kind === 'command') throw new HearsayError('left', 'this peer has left the mesh');
    if (input.kind !== 'link-opened') return [];
    // A dial that was under way when we left.
    return [{ kind: 'close', link: input.link, code: CLOSE_CODES.goodbye, reason: 'goodbye' }];
  }

  #lagged(id: number, frames: number, bytes: number): void {
    const peer = this.#parts.links.get(id)?.peer;
    if (peer === undefined) return;
    const link = this.#parts.links.of(peer);
    if (link?.id === id) this.#parts.antiEntropy.lagged(link);
    this.#context.outbox.emit({ kind: 'lagged', peer, frames, bytes });
  }

  /** A wish for a wake that comes true much too late: this process did not run. */
  #noticeStall(): void {
    const { config, counters, now, outbox } = this.#context;
    const lateMs = now.monotonicMs - this.#wakeMs;
    if (lateMs < config.stallMs) return;
    this.#wakeMs = now.monotonicMs;
    counters.stalls += 1;
    this.#stall = { ms: lateMs, untilMs: now.monotonicMs + config.stallGraceMs };
    this.#parts.health.loopDelayed(lateMs);
    this.#parts.membership.stalled();
    this.#parts.prober.pardon();
    if (lateMs >= STALL_TOLD_MS) outbox.emit({ kind: 'stalled', ms: lateMs });
  }

  /** Hands on what the step delivered. */
  #drain(): void {
    const { log, holdings, hlc } = this.#parts;
    const { outbox, now, self } = this.#context;
    for (const progress of log.takeProgress()) {
      if (progress.kind === 'contradiction') {
        this.#convict(progress);
        continue;
      }
      if (progress.kind === 'retired') holdings.retired(progress.stream);
      if (progress.kind !== 'delivery') {
        outbox.emit(progress);
        continue;
      }
      const { batch, messages } = progress;
      const own = batch.origin === self.id && batch.generation === self.generation;
      const newest = messages.at(-1);
      if (!own && newest !== undefined) hlc.witness(newest.time, now.wallMs);
      outbox.push({ kind: 'deliver', messages, own });
    }
    holdings.rose(log.takeRisen());
  }

  #convict({ stream, sequence, batches }: Contradiction): void {
    const { counters, outbox } = this.#context;
    const { equivocations } = this.#parts;
    if (equivocations.has(stream)) return;
    counters.equivocations += 1;
    const proof = equivocations.note(stream, sequence, batches);
    if (proof === undefined) return;
    const { origin: peer, generation } = proof;
    outbox.emit({ kind: 'equivocation', peer, generation, sequence });
  }

  #wish(): void {
    const { deadlines, outbox } = this.#context;
    if (deadlines.nextMs === Number.POSITIVE_INFINITY) return;
    // What should have happened already happens now: nobody can wake us in the past.
    const atMs = Math.max(deadlines.nextMs, this.#context.now.monotonicMs);
    if (atMs === this.#wakeMs || (this.#wakeMs < atMs && this.#wakeMs >= deadlines.nextMs)) return;
    this.#wakeMs = atMs;
    outbox.push({ kind: 'wake', atMs: this.#wakeMs });
  }
}
