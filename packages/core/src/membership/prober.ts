import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Link, Links, OpenLink } from '../overlay/links.js';
import { jitter, type Random, sample } from '../random.js';
import { TokenBucket } from '../token-bucket.js';
import type { Ack, Ping, PingReply, PingRequest, RelayedOutcome, Summary } from '../wire/probes.js';
import type { Health } from './health.js';
import type { Member, Members } from './members.js';
import type { Watch } from './watch.js';

/** What a probe finds out. */
export interface ProbeHooks {
  answered(member: Member): void;
  /** No answer, directly or through others; `agreeing` helpers looked and got none either. */
  failed(member: Member, agreeing: readonly PeerId[]): void;
  /** A helper cannot reach it either. */
  confirmed(member: Member, helper: PeerId): void;
  /** Nothing came over an open link for too long. */
  silentLink(link: OpenLink): void;
  /** Hashes to put into a ping or an answer. */
  summary(): Summary;
}

interface Probe {
  readonly target: PeerId;
  readonly sentMs: number;
  stage: 'direct' | 'indirect';
  readonly asked: Set<PeerId>;
  readonly replied: Set<PeerId>;
  /** Helpers that looked and got no answer either. */
  readonly agreeing: Set<PeerId>;
}

interface Relayed {
  readonly target: PeerId;
  readonly link: Link;
  readonly nonce: number;
}

/** Nonce of pings that only keep a link warm. */
const HEARTBEAT_NONCE = 0;
const NONCE_MAX = 0xffffffff;
/** A helper answers a little before the asker gives up. */
const RELAYED_SHARE_PERCENT = 80;

/** SWIM's probes (DSN 2002, section 4.1) with Lifeguard's nacks, over links. */
export class Prober {
  readonly #context: Context;
  readonly #links: Links;
  readonly #members: Members;
  readonly #health: Health;
  readonly #watch: Watch;
  readonly #random: Random;
  readonly #hooks: ProbeHooks;
  readonly #probes = new Map<number, Probe>();
  readonly #relayed = new Map<number, Relayed>();
  /** How much each neighbour may still ask of us. */
  readonly #budgets = new WeakMap<OpenLink, TokenBucket>();
  #nonce: number;
  /** Members still to be probed in this turn of the round robin (SWIM, section 4.3). */
  #turn: PeerId[] = [];

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    health: Health;
    topology: Watch;
    random: Random;
    hooks: ProbeHooks;
  }) {
    this.#context = parts.context;
    this.#links = parts.links;
    this.#members = parts.members;
    this.#health = parts.health;
    this.#watch = parts.topology;
    this.#random = parts.random;
    this.#hooks = parts.hooks;
    this.#nonce = parts.random.next();
  }

  /** One protocol period: probe some members, keep every link warm, and name the next period. */
  round(): void {
    const { config, deadlines, now } = this.#context;
    for (const member of this.#targets()) this.probe(member);
    for (const link of this.#links.neighbours()) this.#warm(link);
    const intervalMs = this.#health.stretch(config.probeIntervalMs);
    const periodMs = jitter(intervalMs, config.jitterPercent, this.#random);
    deadlines.set({ kind: 'probe-round' }, now.monotonicMs + periodMs);
  }

  /** Probes one member now, unless a probe of it is under way. */
  probe(member: Member): void {
    for (const probe of this.#probes.values()) if (probe.target === member.peer) return;
    const { config, counters, outbox, now } = this.#context;
    const nonce = this.#nextNonce();
    const probe: Probe = {
      target: member.peer,
      sentMs: now.monotonicMs,
      stage: 'direct',
      asked: new Set(),
      replied: new Set(),
      agreeing: new Set(),
    };
    this.#probes.set(nonce, probe);
    counters.probesSent += 1;
    const link = this.#links.of(member.peer);
    if (link === undefined) return this.#askOthers(nonce, probe);
    outbox.send(link.id, { kind: 'ping', nonce, ...this.#hooks.summary() });
    this.#arm(nonce, config.probeTimeoutMs);
  }

  /** A link broke: what others see of its peer is asked at once. */
  askAbout(member: Member): void {
    for (const [nonce, probe] of this.#probes) {
      if (probe.target === member.peer) this.#drop(nonce);
    }
    this.probe(member);
  }

  ping(link: OpenLink, frame: Ping): void {
    this.#context.outbox.send(link.id, { ...frame, ...this.#hooks.summary(), kind: 'ack' });
  }

  ack(link: OpenLink, frame: Ack): void {
    const relayed = this.#relayed.get(frame.nonce);
    if (relayed !== undefined && relayed.target === link.peer) {
      this.#answerRelayed(frame.nonce, relayed, 'acked');
    }
    const probe = this.#probes.get(frame.nonce);
    if (probe === undefined || probe.target !== link.peer) return;
    const member = this.#members.get(probe.target);
    if (member !== undefined) member.rttMs = this.#context.now.monotonicMs - probe.sentMs;
    this.#succeed(frame.nonce, member);
  }

  /** Probes somebody for a neighbour. */
  request(link: OpenLink, frame: PingRequest): void {
    const { config, counters, deadlines, limits, now, outbox } = this.#context;
    const reply = (outcome: RelayedOutcome): void =>
      outbox.send(link.id, { kind: 'ping-reply', nonce: frame.nonce, outcome });
    const target = this.#links.of(frame.target);
    if (target === undefined) {
      // Who never reached it cannot tell whether it lives: in a mesh that forms, that is most.
      const member = this.#members.get(frame.target);
      const isLost = member?.heardMs !== undefined && this.#watch.watches(member);
      return reply(isLost ? 'lost' : 'unlinked');
    }
    if (this.#relayed.size >= limits.relayedProbesMax || !this.#mayAsk(link)) {
      counters.relaysRefused += 1;
      return;
    }
    const nonce = this.#nextNonce();
    counters.indirectProbesSent += 1;
    this.#relayed.set(nonce, { target: frame.target, link, nonce: frame.nonce });
    outbox.send(target.id, { kind: 'ping', nonce, ...this.#hooks.summary() });
    const waitMs = Math.floor((config.indirectTimeoutMs * RELAYED_SHARE_PERCENT) / 100);
    deadlines.set({ kind: 'relayed-probe', nonce }, now.monotonicMs + waitMs);
  }

  /** Each request costs others a probe: who asks without end would make us their burden. */
  #mayAsk(link: OpenLink): boolean {
    const { limits, now } = this.#context;
    const { relaysPerLinkMax: most, relaysPerSecondMax: perSecond } = limits;
    const nowMs = now.monotonicMs;
    const budget = this.#budgets.get(link) ?? new TokenBucket({ most, perSecond, nowMs });
    this.#budgets.set(link, budget);
    return budget.takes(nowMs);
  }

  reply(link: OpenLink, frame: PingReply): void {
    const probe = this.#probes.get(frame.nonce);
    if (probe === undefined || !probe.asked.has(link.peer)) return;
    probe.replied.add(link.peer);
    const member = this.#members.get(probe.target);
    if (frame.outcome === 'acked') {
      this.#context.counters.indirectProbesSaved += 1;
      this.#succeed(frame.nonce, member);
      return;
    }
    if (frame.outcome !== 'unlinked') {
      probe.agreeing.add(link.peer);
      if (member !== undefined) this.#hooks.confirmed(member, link.peer);
    }
    if (probe.replied.size === probe.asked.size) this.#fail(frame.nonce, probe);
  }

  timedOut(nonce: number): void {
    const probe = this.#probes.get(nonce);
    if (probe === undefined) return;
    if (probe.stage === 'direct') this.#askOthers(nonce, probe);
    else this.#fail(nonce, probe);
  }

  relayedTimedOut(nonce: number): void {
    const relayed = this.#relayed.get(nonce);
    if (relayed !== undefined) this.#answerRelayed(nonce, relayed, 'silent');
  }

  /** This process stood still: answers may wait unread, so nothing under way may fail now. */
  pardon(): void {
    for (const nonce of [...this.#probes.keys()]) this.#drop(nonce);
    for (const link of this.#links.neighbours()) link.heardMs = this.#context.now.monotonicMs;
  }

  #targets(): Member[] {
    const { config, now } = this.#context;
    const present = this.#members.present().filter((member) => this.#watch.watches(member));
    const quietMs = now.monotonicMs - Math.floor(config.probeIntervalMs / 2);
    // Traffic proves life, yet only a probe compares what both hold.
    const untoldMs = now.monotonicMs - 2 * config.probeIntervalMs;
    // A newcomer that is still being dialled gets the time of a dial before others are asked.
    const newMs = now.monotonicMs - config.dialTimeoutMs;
    const quiet = (member: Member): boolean =>
      ((member.heardMs ?? 0) < quietMs || (member.toldMs ?? 0) < untoldMs) &&
      (this.#links.of(member.peer) !== undefined || member.sinceMs < newMs);
    if (present.length <= config.probeAllUpTo) return present.filter(quiet);
    const targets: Member[] = [];
    for (
      let looked = 0;
      looked < present.length && targets.length < config.probesPerRound;
      looked++
    ) {
      if (this.#turn.length === 0) {
        const peers = present.map((member) => member.peer);
        this.#turn = sample(peers, peers.length, this.#random);
      }
      const member = this.#members.get(this.#turn.pop() as PeerId); // It was filled just above.
      const here = member !== undefined && (member.state === 'alive' || member.state === 'suspect');
      if (here && this.#watch.watches(member) && quiet(member)) targets.push(member);
    }
    return targets;
  }

  #warm(link: OpenLink): void {
    const { config, now, outbox } = this.#context;
    const silentMs = now.monotonicMs - link.heardMs;
    if (silentMs > config.linkSilenceMs) return this.#hooks.silentLink(link);
    const sinceBeatMs = now.monotonicMs - link.heartbeatMs;
    if (silentMs < config.heartbeatMs || sinceBeatMs < config.heartbeatMs) return;
    link.heartbeatMs = now.monotonicMs;
    outbox.send(link.id, { kind: 'ping', nonce: HEARTBEAT_NONCE, ...this.#hooks.summary() });
  }

  #askOthers(nonce: number, probe: Probe): void {
    const { config, outbox } = this.#context;
    const helpers = this.#links.neighbours().filter((link) => {
      return link.peer !== probe.target && this.#members.get(link.peer)?.state === 'alive';
    });
    const chosen = sample(helpers, config.indirectProbes, this.#random);
    probe.stage = 'indirect';
    for (const link of chosen) {
      probe.asked.add(link.peer);
      outbox.send(link.id, { kind: 'ping-request', nonce, target: probe.target });
    }
    const member = this.#members.get(probe.target);
    if (member !== undefined) member.asked = Math.max(member.asked, chosen.length);
    // With nobody to ask, the direct answer still gets the same time to come.
    this.#arm(nonce, config.indirectTimeoutMs);
  }

  #succeed(nonce: number, member: Member | undefined): void {
    this.#drop(nonce);
    this.#health.probeAnswered();
    if (member !== undefined) this.#hooks.answered(member);
  }

  #fail(nonce: number, probe: Probe): void {
    this.#drop(nonce);
    this.#context.counters.probesFailed += 1;
    this.#health.probeUnanswered(probe.asked.size - probe.replied.size);
    const member = this.#members.get(probe.target);
    // Its link may have been let go meanwhile: then others look after it.
    if (member === undefined || !this.#watch.watches(member)) return;
    this.#hooks.failed(member, [...probe.agreeing]);
  }

  #answerRelayed(nonce: number, relayed: Relayed, outcome: RelayedOutcome): void {
    this.#relayed.delete(nonce);
    this.#context.deadlines.cancel({ kind: 'relayed-probe', nonce });
    if (relayed.link.state !== 'open') return;
    this.#context.outbox.send(relayed.link.id, {
      kind: 'ping-reply',
      nonce: relayed.nonce,
      outcome,
    });
  }

  #arm(nonce: number, timeoutMs: number): void {
    const { deadlines, now } = this.#context;
    deadlines.set({ kind: 'probe', nonce }, now.monotonicMs + this.#health.stretch(timeoutMs));
  }

  #drop(nonce: number): void {
    this.#probes.delete(nonce);
    this.#context.deadlines.cancel({ kind: 'probe', nonce });
  }

  #nextNonce(): number {
    this.#nonce = this.#nonce >= NONCE_MAX ? HEARTBEAT_NONCE + 1 : this.#nonce + 1;
    return this.#nonce;
  }
}
