import type { Context } from '../context.js';
import type { PeerId } from '../ids.js';
import type { Address, DialFailure } from '../input.js';
import type { MemberState } from '../membership/member.js';
import type { Member, Members } from '../membership/members.js';
import { jitter, type Random } from '../random.js';
import { ABNORMAL_CLOSURE, CLOSE_CODES } from '../wire/close-codes.js';
import { DialPace } from './dial-pace.js';
import type { Links } from './links.js';
import { backoffMs, type DialTarget, DialTargets, type RedialConfig } from './redial.js';

/** A peer that closed on purpose lives; it is dialled again after about this long. */
const REOPEN_MS = 100;
/** Links that are wanted and not urgent are dialled within this long for each: a handshake costs both sides some milliseconds. */
const RELINK_MS = 200;
/** The first redial waits up to this long for each address that fails, and the later ones up to so many times that: who lost half of a large mesh must not spend its time on dialling the dead. */
const FAILING_MS = 100;
const FAILING_FACTOR = 5;
/** Refusals that time does not heal: wrong network, key, version, clock or identity. */
const LASTING: ReadonlySet<number> = new Set([
  CLOSE_CODES.network,
  CLOSE_CODES.version,
  CLOSE_CODES.skew,
  CLOSE_CODES.stale,
  CLOSE_CODES.identity,
  CLOSE_CODES.key,
  CLOSE_CODES.impostor,
]);

/** Closed because the two do not get along: trying again at once would only repeat it. */
const MISBEHAVIOUR: ReadonlySet<number> = new Set([
  CLOSE_CODES.malformed,
  CLOSE_CODES.forged,
  CLOSE_CODES.overloaded,
]);

/** What is asked of, and told to, whoever decides about links. */
interface DialHooks {
  /** All of a member's addresses were refused by their host: nobody lives there. */
  refused(member: Member): void;
  /** Whether a link to a member is wanted. */
  wants(member: Member): boolean;
  /** A dial that was asked for led nowhere. */
  unreachable(address: Address): void;
}

/** Dials whoever should be linked, again and again, at every address that is known. */
export class Dialler {
  readonly #context: Context;
  readonly #links: Links;
  readonly #members: Members;
  readonly #random: Random;
  readonly #hooks: DialHooks;
  /** Addresses that views want to be dialled, whatever is thought of who lives there. */
  readonly #asked = new Set<Address>();
  readonly #targets: DialTargets;
  readonly #pace: DialPace;
  readonly #ownAddresses = new Set<Address>();
  /** Who answered at an address that we dialled; forgotten with its link. */
  readonly #found = new Map<Address, PeerId>();
  /** Something happened since the last look at what is due, and when the next look is worth it. */
  #stale = false;
  #dueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    random: Random;
    hooks: DialHooks;
  }) {
    this.#context = parts.context;
    this.#links = parts.links;
    this.#members = parts.members;
    this.#random = parts.random;
    this.#hooks = parts.hooks;
    this.#targets = new DialTargets(parts.context.limits.addressesMax);
    this.#pace = new DialPace({ ...parts.context.limits, ...parts.context.config });
  }

  join(address: Address): void {
    this.#targets.want(address, undefined, true, this.#nowMs);
    this.#stale = true;
  }

  discovered(address: Address, peer: PeerId | undefined): void {
    if (peer === this.#context.self.id || this.#ownAddresses.has(address)) return;
    if (peer !== undefined && this.#links.of(peer) !== undefined) return;
    const target = this.#targets.want(address, peer, false, this.#firstDialMs(peer));
    // Anybody can announce: it is looked at when one may be dialled, not for each that is heard.
    const dueMs = this.#dialMs(target);
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    this.#context.deadlines.setNoLater({ kind: 'redial' }, dueMs);
  }

  /** Dials once, now, whether a link is wanted or not. */
  ask(address: Address, peer: PeerId | undefined): void {
    if (this.#ownAddresses.has(address)) return this.#hooks.unreachable(address);
    this.#renew(this.#targets.want(address, peer, false, this.#nowMs), this.#nowMs);
    const [oldest] = this.#asked;
    const isFull = this.#asked.size >= this.#context.limits.addressesMax;
    if (isFull && oldest !== undefined) this.#asked.delete(oldest);
    this.#asked.add(address);
    this.#stale = true;
  }

  memberEntered(member: Member, was: MemberState | undefined): void {
    if (member.state === 'left') {
      for (const target of this.#targets.of(member.peer)) this.#giveUp(target);
      return;
    }
    if (this.#links.of(member.peer) !== undefined) return;
    if (member.state === 'dead') return was === undefined ? this.#tryTheDead(member) : undefined;
    const afresh =
      member.state === 'suspect' || was === undefined || was === 'dead' || was === 'left';
    const dueMs = member.state === 'suspect' ? this.#nowMs : this.#firstDialMs(member.peer);
    for (const address of member.addresses) {
      if (this.#ownAddresses.has(address)) continue;
      const target = this.#targets.want(address, member.peer, false, dueMs);
      if (afresh) this.#renew(target, dueMs);
    }
    this.#stale = true;
  }

  /** Whoever has no row is dialled only when it is asked for. */
  memberDropped(peer: PeerId): void {
    for (const { address, dialling, seed } of this.#targets.of(peer)) {
      if (!seed && !dialling && !this.#asked.has(address)) this.#targets.forget(address);
    }
  }

  dialFailed(address: Address, failure: DialFailure, detail: string): void {
    this.#targets.ended(address);
    const target = this.#targets.get(address);
    if (target === undefined) return;
    this.#failed(target, detail, 0);
    target.failure = failure;
    const member = target.peer === undefined ? undefined : this.#members.get(target.peer);
    if (failure === 'refused' && member !== undefined) this.#judgeRefusals(member, address);
    this.#askedInVain(address);
    this.#stale = true;
  }

  linkUp(peer: PeerId, dialled: Address | undefined): void {
    if (dialled !== undefined) {
      this.#targets.ended(dialled);
      this.#pace.met();
      this.#find(dialled, peer);
      this.#strangerAt(dialled, peer);
    }
    for (const target of this.#targets.of(peer)) {
      this.#asked.delete(target.address);
      if (target.seed) this.#renew(target, Number.POSITIVE_INFINITY);
      else this.#targets.forget(target.address);
    }
    this.#stale = true;
  }

  linkRefused(dialled: Address, code: number, reason: string): void {
    this.#targets.ended(dialled);
    const target = this.#targets.get(dialled);
    if (code === CLOSE_CODES.self) {
      this.#ownAddresses.add(dialled);
      this.#targets.forget(dialled);
    } else if (target !== undefined) {
      const duplicate = code === CLOSE_CODES.duplicate;
      if (duplicate) this.#pace.met();
      if (duplicate) this.#renew(target, this.#nowMs + this.#context.config.redialMaxMs);
      else this.#failed(target, reason, isLasting(code) ? this.#context.config.redialSlowMs : 0);
    }
    if (code !== CLOSE_CODES.duplicate) this.#askedInVain(dialled);
    this.#stale = true;
  }

  linkDown(peer: PeerId, code: number): void {
    const member = this.#members.get(peer);
    for (const [address, who] of this.#found) if (who === peer) this.#found.delete(address);
    const afterMs = this.#reopenMs(code);
    for (const target of this.#targets.of(peer)) this.#renew(target, this.#nowMs + afterMs);
    if (member?.state === 'alive' || member?.state === 'suspect' || member?.state === 'dead') {
      for (const address of member.addresses) {
        this.#targets.want(address, peer, false, this.#nowMs + afterMs);
      }
    }
    this.#stale = true;
  }

  dials(peer: PeerId): boolean {
    return this.#targets.of(peer).some(({ dialling }) => dialling);
  }

  pump(): void {
    if (this.#stopped || (!this.#stale && this.#nowMs < this.#dueMs)) return;
    this.#stale = false;
    const { limits, outbox, deadlines } = this.#context;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const target of this.#targets.all()) {
      if (target.dialling || this.#isLinked(target) || this.#isUnwanted(target)) continue;
      const dueMs = this.#dialMs(target);
      if (dueMs > this.#nowMs) {
        nextMs = Math.min(nextMs, dueMs);
      } else if (!this.#recognise(target) && this.#targets.dialling < limits.dialsPendingMax) {
        if (this.#isHearsay(target)) this.#pace.take(this.#nowMs);
        this.#targets.begin(target);
        outbox.dial(target.address);
      }
    }
    this.#dueMs = nextMs;
    if (nextMs < Number.POSITIVE_INFINITY) deadlines.set({ kind: 'redial' }, nextMs);
  }

  /** Dials a member to whom no dial is planned. */
  seek(member: Member): void {
    if (this.#targets.of(member.peer).length > 0) return;
    for (const address of member.addresses) {
      if (this.#ownAddresses.has(address)) continue;
      this.#targets.want(address, member.peer, false, this.#firstDialMs(member.peer));
    }
  }

  /**
   * Dials members that live, and were let go at another time, one after the other.
   * @returns milliseconds within which their links should be open
   */
  relink(members: readonly Member[]): number {
    const withinMs = members.length * RELINK_MS;
    for (const { peer, addresses } of members) {
      const dueMs = this.#nowMs + this.#random.below(withinMs);
      for (const address of addresses) {
        if (this.#ownAddresses.has(address)) continue;
        const target = this.#targets.want(address, peer, false, dueMs);
        if (!target.dialling) this.#renew(target, dueMs);
      }
    }
    this.#stale = true;
    return withinMs + this.#context.config.dialTimeoutMs;
  }

  /** Who is wanted changed. */
  reconsider(): void {
    this.#stale = true;
  }

  stop(): void {
    this.#stopped = true;
  }

  #find(address: Address, peer: PeerId): void {
    this.#found.delete(address);
    this.#found.set(address, peer);
    const [oldest] = this.#found.keys();
    const isFull = this.#found.size > this.#context.limits.addressesMax;
    if (isFull && oldest !== undefined) this.#found.delete(oldest);
  }

  #isLinked({ peer }: DialTarget): boolean {
    return peer !== undefined && this.#links.of(peer) !== undefined;
  }

  /** Somebody that we know, and need no link to. */
  #isUnwanted({ address, peer }: DialTarget): boolean {
    const member = peer === undefined ? undefined : this.#members.get(peer);
    return member !== undefined && !this.#asked.has(address) && !this.#hooks.wants(member);
  }

  /** A dial that views asked for failed: others are asked now, and strangers not again. */
  #askedInVain(address: Address): void {
    if (!this.#asked.delete(address)) return;
    const target = this.#targets.get(address);
    const isKnown = target?.peer !== undefined && this.#members.get(target.peer) !== undefined;
    if (target !== undefined && !target.seed && !isKnown) this.#targets.forget(address);
    this.#hooks.unreachable(address);
  }

  /** When it may be dialled. */
  #dialMs(target: DialTarget): number {
    const { dueMs } = target;
    if (dueMs > this.#nowMs || !this.#isHearsay(target)) return dueMs;
    return Math.max(dueMs, this.#pace.nextMs(this.#nowMs));
  }

  /** A link to whoever lives there is open: dialling would only make a second one. */
  #recognise({ address }: DialTarget): boolean {
    const found = this.#found.get(address);
    if (found === undefined || this.#links.of(found) === undefined) return false;
    this.#strangerAt(address, found);
    return true;
  }

  /** Neither named by the user nor ever met: all we have is somebody's word. */
  #isHearsay({ seed, peer }: DialTarget): boolean {
    const member = peer === undefined ? undefined : this.#members.get(peer);
    return !seed && member?.heardMs === undefined;
  }

  /** A broken link is redialled at once, one closed for misbehaviour much later. */
  #reopenMs(code: number): number {
    if (code === CLOSE_CODES.released) return this.#random.below(this.#context.config.redialMaxMs);
    if (isLasting(code)) return this.#context.config.redialSlowMs;
    return code === ABNORMAL_CLOSURE ? 0 : jitter(REOPEN_MS, 50, this.#random);
  }

  get #nowMs(): number {
    return this.#context.now.monotonicMs;
  }

  /** Others call it dead. Islands that lost sight of each other only meet if somebody tries. */
  #tryTheDead(member: Member): void {
    const dueMs = this.#nowMs + this.#random.below(this.#context.config.redialMaxMs);
    for (const address of member.addresses) {
      if (!this.#ownAddresses.has(address)) this.#targets.want(address, member.peer, false, dueMs);
    }
    this.#stale = true;
  }

  /** Of two that hear of each other the lower id dials at once, so that they need not both. */
  #firstDialMs(peer: PeerId | undefined): number {
    const { self, config } = this.#context;
    if (peer === undefined || self.id < peer) return this.#nowMs;
    return this.#nowMs + jitter(config.dialDeferMs, config.jitterPercent, this.#random);
  }

  #renew(target: DialTarget, dueMs: number): void {
    target.attempt = 0;
    target.failingSinceMs = undefined;
    target.failure = undefined;
    target.dueMs = dueMs;
  }

  #failed(target: DialTarget, detail: string, atLeastMs: number): void {
    const { config, counters, outbox } = this.#context;
    counters.dialsFailed += 1;
    target.failingSinceMs ??= this.#nowMs;
    const failingForMs = this.#nowMs - target.failingSinceMs;
    const redial = target.seed ? config : this.#crowdedRedial();
    const waitMs = Math.max(
      atLeastMs,
      backoffMs(target.attempt, failingForMs, redial, this.#random),
    );
    target.attempt += 1;
    target.dueMs = this.#nowMs + waitMs;
    const { address, attempt, peer, seed } = target;
    if (seed) outbox.emit({ kind: 'dial-failed', address, attempt, retryMs: waitMs, detail });
    const stranger = peer === undefined || this.#members.get(peer) === undefined;
    if (stranger && failingForMs > config.redialFastForMs) this.#giveUp(target);
  }

  /** The waits between redials, longer where many addresses fail. */
  #crowdedRedial(): RedialConfig {
    const { redialMinMs, redialMaxMs, redialFastForMs, redialSlowMs } = this.#context.config;
    const eachMs = this.#targets.failing * FAILING_MS;
    const longer = (ms: number, failingMs: number): number =>
      Math.max(ms, Math.min(failingMs, redialSlowMs));
    return {
      redialMinMs: longer(redialMinMs, eachMs),
      redialMaxMs: longer(redialMaxMs, FAILING_FACTOR * eachMs),
      redialFastForMs,
      redialSlowMs,
    };
  }

  #giveUp(target: DialTarget): void {
    if (target.seed) {
      target.peer = undefined;
      target.dueMs = this.#nowMs + this.#context.config.redialSlowMs;
    } else {
      this.#targets.forget(target.address);
    }
  }

  /** Refused at every address it has: proof that it is gone. */
  #judgeRefusals(member: Member, refused: Address): void {
    const others = member.addresses.filter((address) => address !== refused);
    const open = others.some((address) => this.#targets.get(address)?.failure !== 'refused');
    if (!open && member.addresses.includes(refused)) this.#hooks.refused(member);
  }

  /** Whoever was expected at an address where another now lives is not there. */
  #strangerAt(address: Address, peer: PeerId): void {
    const target = this.#targets.get(address);
    if (target === undefined) return;
    const expected = target.peer;
    target.peer = peer;
    if (expected === undefined || expected === peer) return;
    const member = this.#members.get(expected);
    if (member !== undefined) this.#judgeRefusals(member, address);
  }
}

function isLasting(code: number): boolean {
  return LASTING.has(code) || MISBEHAVIOUR.has(code);
}
