import type { Context } from '../context.js';
import type { MemberReason } from '../effect.js';
import type { PeerId } from '../ids.js';
import type { LinkId } from '../input.js';
import { INCARNATION_MAX } from '../limits.js';
import type { Links } from '../overlay/links.js';
import type { Random } from '../random.js';
import { vetRecord } from '../trust/vet-record.js';
import type { Hello } from '../wire/hello.js';
import type { MemberRecord } from '../wire/member-record.js';
import type { Dissemination } from './dissemination.js';
import type { Health } from './health.js';
import type { Isolation } from './isolation.js';
import { bringsNews, type MemberState, type MemberUpdate, saidBy, supersedes } from './member.js';
import { type Member, type Members, newMember, renew, takeRecord, updateOf } from './members.js';
import { confirmationsWanted, suspicionMs } from './suspicion.js';

/** A lost link says little by itself; others get this long to say the same before all are told. */
const LOSS_GOSSIP_MS = 60;
/** A proven death is seen by everybody at once: whoever speaks first spares the others the words. */
const DEATH_GOSSIP_MS = 40;
/** With the link gone and all confirmations in, a redial gets this long to prove the opposite. */
const LOST_LINK_VERDICT_MS = 500;

/** What the rest of the peer does about members. */
export interface MembershipHooks {
  /** A member entered a state (or came back in a new generation). */
  entered(member: Member, was: MemberState | undefined): void;
  /** A stranger gets a row, in which it may stand as it was told before. */
  newcomer(member: Member): void;
  /** Somebody else suspects it: look for ourselves. */
  check(member: Member): void;
  /** Whether it is being dialled at this moment. */
  dials(member: Member): boolean;
}

/** SWIM's member table with Lifeguard's suspicion: who is how, and who says so. */
export class Membership {
  readonly members: Members;
  readonly #context: Context;
  readonly #links: Links;
  readonly #dissemination: Dissemination;
  readonly #health: Health;
  readonly #isolation: Isolation;
  readonly #random: Random;
  readonly #hooks: MembershipHooks;
  #frozenUntilMs = 0;

  constructor(parts: {
    context: Context;
    links: Links;
    members: Members;
    dissemination: Dissemination;
    health: Health;
    isolation: Isolation;
    random: Random;
    hooks: MembershipHooks;
  }) {
    this.members = parts.members;
    this.#context = parts.context;
    this.#links = parts.links;
    this.#dissemination = parts.dissemination;
    this.#health = parts.health;
    this.#isolation = parts.isolation;
    this.#random = parts.random;
    this.#hooks = parts.hooks;
  }

  /** What we say of ourselves. */
  ownUpdate(): MemberUpdate {
    return this.#context.ownRecord.alive();
  }

  /** Whether it is known or could be. */
  hasRoomFor(peer: PeerId): boolean {
    return this.members.get(peer) !== undefined || this.members.hasRoom();
  }

  /**
   * Checks what a peer says of itself when it opens a link.
   * @throws HearsayError `forged`
   */
  vet(hello: Hello): void {
    vetRecord(this.#context, this.members, saidBy(hello));
  }

  /** A peer said on a link who it is; the hello was vetted and accepted. */
  met(hello: Hello): Member | undefined {
    this.#consider(saidBy(hello), undefined, 'joined');
    const member = this.members.get(hello.peer);
    if (member === undefined) return undefined;
    if (member.state === 'suspect') this.#clear(member);
    return member;
  }

  /**
   * Takes one piece of news. A record that is newer than the known one is checked first, so that
   * each is checked once; what an older or equal one says is not used.
   * @param via the link it came by
   * @throws HearsayError `forged`
   */
  apply(update: MemberUpdate, via: LinkId, reason: MemberReason = 'gossip'): void {
    vetRecord(this.#context, this.members, update);
    this.#consider(update, via, reason);
  }

  #consider(update: MemberUpdate, via: LinkId | undefined, reason: MemberReason): void {
    if (update.peer === this.#context.self.id) return this.#aboutUs(update, via);
    const member = this.members.get(update.peer);
    if (member === undefined) return this.#meet(update, via, reason);
    this.#describe(member, update, via);
    if (!supersedes(update, member)) return this.#repeated(member, update);
    if (update.state === 'dead' && update.generation === member.generation && this.#hears(member)) {
      this.#context.counters.deathsDisbelieved += 1;
      return this.#consider({ ...update, state: 'suspect' }, via, reason);
    }
    this.#adopt(member, update, via, reason);
  }

  /** The last link to a member broke without a goodbye: suspect at once, others are asked. */
  linkLost(member: Member): void {
    this.#accuse(member, 'link-lost', LOSS_GOSSIP_MS);
  }

  /** A probe and its helpers got no answer. */
  noAnswer(member: Member): void {
    this.#accuse(member, 'no-answer', this.#context.config.gossipDelayMs);
  }

  /** Another live member says of its own knowledge that this one does not answer. */
  confirm(member: Member, accuser: PeerId): void {
    if (member.state !== 'suspect' || accuser === member.peer) return;
    if (!this.#isVoice(accuser) || member.accusers.has(accuser)) return;
    member.accusers.add(accuser);
    this.#armSuspicion(member);
  }

  /**
   * Nobody listens at any of its addresses, says the host there. Proof if we once had a link to it;
   * of an address only heard of it may be another host that answers.
   */
  refused(member: Member): void {
    if (member.state !== 'suspect' && member.state !== 'alive') return;
    if (this.#links.of(member.peer) !== undefined) return;
    if (member.heardMs === undefined) this.noAnswer(member);
    else this.#bury(member, 'refused');
  }

  /** Another member reached it just now. */
  vouched(member: Member): void {
    member.vouchedMs = this.#context.now.monotonicMs;
  }

  /** Something came from it directly. */
  heard(member: Member): void {
    member.heardMs = this.#context.now.monotonicMs;
  }

  /** @throws HearsayError `forged` */
  goodbye({ peer }: Member, record: MemberRecord, via: LinkId): void {
    this.apply({ ...record, peer, from: peer, state: 'left' }, via, 'goodbye');
  }

  /** This process stood still: no verdict before others had a fair chance to be heard. */
  stalled(): void {
    const { now, config } = this.#context;
    this.#frozenUntilMs = now.monotonicMs + config.stallGraceMs;
  }

  /** Within the grace after a stall, or most links are gone: accusations of ours are worth little. */
  get doubtful(): boolean {
    return this.#context.now.monotonicMs < this.#frozenUntilMs || this.#isolation.suspected;
  }

  suspicionExpired(peer: PeerId): void {
    const member = this.members.get(peer);
    if (member === undefined || member.state !== 'suspect') return;
    this.#isolation.evaluate();
    const { now, config, counters, deadlines } = this.#context;
    const frozen = now.monotonicMs < this.#frozenUntilMs || this.#isolation.freezesVerdicts();
    const heardMs = Math.max(member.heardMs ?? 0, member.vouchedMs ?? 0);
    const lives = this.#context.defences.signsOfLife && heardMs > this.#recentMs(member);
    // Others may have lost their links by the same cut: what the dial under way finds counts more.
    const early = now.monotonicMs < member.sinceMs + this.#suspicionMs(member);
    if (frozen || lives || (early && this.#hooks.dials(member))) {
      counters.verdictsFrozen += 1;
      if (lives) this.#dissemination.tellSubject(peer);
      deadlines.set({ kind: 'suspicion', peer }, now.monotonicMs + config.probeTimeoutMs);
      return;
    }
    const { wanted, confirmations } = this.#confirmations(member);
    this.#bury(
      member,
      wanted > 0 && confirmations >= wanted ? 'others-agree' : 'suspicion-timeout',
    );
  }

  /** Our description changed: tell it without a new incarnation. */
  describeSelf(): void {
    this.#dissemination.spread(this.ownUpdate(), undefined, 0);
  }

  #aboutUs(update: MemberUpdate, via: LinkId | undefined): void {
    const { self, outbox, counters } = this.#context;
    if (update.generation > self.generation)
      return outbox.emit({ kind: 'superseded', generation: update.generation });
    if (update.generation !== self.generation || update.state === 'alive') return;
    if (update.incarnation >= INCARNATION_MAX) return;
    if (update.incarnation < self.incarnation)
      return this.#dissemination.deny(via, this.ownUpdate());
    self.incarnation = update.incarnation + 1;
    counters.refutations += 1;
    this.#health.refuted();
    this.#dissemination.spread(this.ownUpdate(), undefined, 0);
  }

  #meet(update: MemberUpdate, via: LinkId | undefined, reason: MemberReason): void {
    const { now } = this.#context;
    const member = this.members.add(newMember(update, now.monotonicMs));
    if (member === undefined) return;
    this.#hooks.newcomer(member);
    this.#enter(member, update.state, reason === 'joined' ? reason : 'heard-of', update.from);
    this.#context.outbox.emit({ kind: 'meta', peer: member.peer, meta: member.meta });
    this.#dissemination.spread(
      updateOf(member, update.from),
      via,
      this.#context.config.gossipDelayMs,
    );
  }

  /** A suspicion of ours alone, told to nobody yet, ends without the suspect having to refute it. */
  #clear(member: Member): void {
    const { self } = this.#context;
    const ours = member.accusers.size === 1 && member.accusers.has(self.id);
    if (!ours || !this.#dissemination.withdraw(member.peer)) return;
    this.#enter(member, 'alive', 'answered', self.id);
  }

  /** Only who lives is counted as saying something; names cost nothing. */
  #isVoice(peer: PeerId): boolean {
    return peer === this.#context.self.id || this.members.get(peer)?.state === 'alive';
  }

  /** Takes over a newer description. */
  #describe(member: Member, update: MemberUpdate, via: LinkId | undefined): void {
    if (update.generation !== member.generation || update.incarnation !== member.incarnation)
      return;
    if (update.state === 'left' || !bringsNews(update, member)) return;
    takeRecord(member, update);
    this.#context.outbox.emit({ kind: 'meta', peer: member.peer, meta: member.meta });
    if (supersedes(update, member) || member.state === 'left') return;
    this.#dissemination.describe(updateOf(member, member.peer), via);
  }

  /** News that changes no state may still be one more voice. */
  #repeated(member: Member, update: MemberUpdate): void {
    const same =
      update.generation === member.generation && update.incarnation === member.incarnation;
    if (!same || update.state !== member.state) return;
    if (update.state === 'suspect') this.confirm(member, update.from);
    if (update.state === 'dead' && this.#isVoice(update.from)) member.accusers.add(update.from);
  }

  #adopt(
    member: Member,
    update: MemberUpdate,
    via: LinkId | undefined,
    reason: MemberReason,
  ): void {
    const restarted = update.generation > member.generation;
    const refuted = !restarted && update.state === 'alive';
    if (restarted || update.incarnation > member.incarnation) {
      member.accusers.clear();
      member.witnessed = false;
    }
    if (refuted && member.state !== 'alive') this.#context.counters.suspicionsRefuted += 1;
    const described = !restarted && update.metaVersion !== member.metaVersion;
    if (bringsNews(update, member)) takeRecord(member, update);
    if (restarted) renew(member);
    if (restarted || described) {
      this.#context.outbox.emit({ kind: 'meta', peer: member.peer, meta: member.meta });
    }
    if (update.state === 'alive' && member.state === 'alive' && !restarted) {
      // It refuted what we never heard: nothing changes but the number.
      this.members.changed(member);
    } else {
      const why = restarted ? 'restarted' : refuted ? 'refuted' : reason;
      this.#enter(member, update.state, why, update.from);
    }
    // As we hold it: of what came with it only news was checked.
    const news = updateOf(member, update.from);
    this.#dissemination.spread(news, via, this.#context.config.gossipDelayMs);
    // Whoever hears it anyway need not look: else one accusation makes all of a large mesh probe.
    if (update.state === 'suspect' && !this.#hears(member)) this.#hooks.check(member);
  }

  #accuse(member: Member, reason: 'link-lost' | 'no-answer', delayMs: number): void {
    if (member.state !== 'alive' && member.state !== 'suspect') return;
    const { self } = this.#context;
    const first = !member.witnessed;
    member.witnessed = true;
    if (member.state === 'alive') {
      this.#enter(member, 'suspect', reason, self.id);
    } else {
      this.confirm(member, self.id);
      this.#isolation.evaluate();
    }
    if (!first) return;
    if (this.#context.defences.tellSuspect) this.#dissemination.tellSubject(member.peer);
    this.#dissemination.spread(updateOf(member, self.id), undefined, delayMs);
  }

  #bury(member: Member, reason: MemberReason): void {
    this.#enter(member, 'dead', reason, this.#context.self.id);
    this.#dissemination.tellSubject(member.peer);
    const delayMs = this.#random.below(DEATH_GOSSIP_MS + 1);
    this.#dissemination.spread(updateOf(member, this.#context.self.id), undefined, delayMs);
  }

  /** The one place where a member changes its state. */
  #enter(member: Member, state: MemberUpdate['state'], reason: MemberReason, from: PeerId): void {
    const { now, deadlines, counters, outbox } = this.#context;
    const was = member.state === 'joining' ? undefined : member.state;
    const agreed = Math.max(0, member.accusers.size - (member.accusers.has(from) ? 1 : 0));
    const { asked } = member;
    member.state = state;
    member.sinceMs = now.monotonicMs;
    this.members.changed(member);
    if (state === 'alive' || state === 'left') {
      member.accusers.clear();
      member.witnessed = false;
      member.asked = 0;
    }
    if (state === 'suspect') {
      counters.suspicions += 1;
      member.accusers.add(from);
      this.#armSuspicion(member);
    } else {
      deadlines.cancel({ kind: 'suspicion', peer: member.peer });
    }
    if (state === 'dead') counters.deaths += 1;
    this.#isolation.evaluate();
    this.#hooks.entered(member, was);
    const { peer, generation, incarnation, heardMs } = member;
    const silentMs = heardMs === undefined ? undefined : now.monotonicMs - heardMs;
    const change = { peer, generation, incarnation, state, was, reason, silentMs, agreed, asked };
    // Whoever gets a row and stands in it as was told of its lease is no news.
    const isKnown = was === state && (reason === 'joined' || reason === 'heard-of');
    if (!isKnown) outbox.emit({ kind: 'member', change });
    for (const other of this.members.suspects()) {
      if (other !== member) this.#armSuspicion(other);
    }
  }

  /** Sets the end of a suspicion by the confirmations in hand and the members that live now. */
  #armSuspicion(member: Member): void {
    const { deadlines } = this.#context;
    const { wanted, confirmations } = this.#confirmations(member);
    const lastsMs = this.#suspicionMs(member);
    const linkGone =
      member.witnessed && member.heardMs !== undefined && this.#links.of(member.peer) === undefined;
    const certain = linkGone && wanted > 0 && confirmations >= wanted;
    const timer = { kind: 'suspicion', peer: member.peer } as const;
    deadlines.set(
      timer,
      member.sinceMs + (certain ? Math.min(lastsMs, LOST_LINK_VERDICT_MS) : lastsMs),
    );
  }

  /** How long a suspicion of it lasts, the redial of a lost link aside. */
  #suspicionMs(member: Member): number {
    const { wanted, confirmations, live } = this.#confirmations(member);
    const { config } = this.#context;
    return this.#health.stretchSuspicion(suspicionMs(live, confirmations, wanted, config));
  }

  #confirmations(member: Member): { wanted: number; confirmations: number; live: number } {
    const liveOthers = this.members.aliveCount;
    const wanted = confirmationsWanted(liveOthers, this.#context.config.suspicionConfirmations);
    return { wanted, confirmations: member.accusers.size - 1, live: liveOthers + 1 };
  }

  /** An open link to it carried something lately: nobody needs to tell us that it is dead. */
  #hears(member: Member): boolean {
    const { config, defences } = this.#context;
    if (!defences.signsOfLife || this.#links.of(member.peer) === undefined) return false;
    return this.#heardWithin(member, 2 * config.probeIntervalMs);
  }

  /** Signs of life later than this count against a verdict. */
  #recentMs(member: Member): number {
    const { now, config } = this.#context;
    return Math.max(member.sinceMs, now.monotonicMs - 2 * config.probeIntervalMs);
  }

  #heardWithin(member: Member, ms: number): boolean {
    return member.heardMs !== undefined && this.#context.now.monotonicMs - member.heardMs <= ms;
  }
}
