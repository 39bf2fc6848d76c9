import type { PeerId } from '../../src/ids.js';
import type { Member } from '../../src/membership/members.js';
import { Prober } from '../../src/membership/prober.js';
import type { OpenLink } from '../../src/overlay/links.js';
import { seededRandom } from '../../src/random.js';
import type { ContextOptions, ReadEffect } from './context.js';
import { peer } from './identities.js';
import { MembershipWorld } from './membership-world.js';

export const SUMMARY = { state: { high: 1, low: 2 }, table: 3 };

/** What a probe found out. */
type Finding =
  | { readonly found: 'answered' | 'silent-link'; readonly peer: PeerId }
  | { readonly found: 'failed'; readonly peer: PeerId; readonly agreeing: readonly PeerId[] }
  | { readonly found: 'confirmed'; readonly peer: PeerId; readonly helper: PeerId };

/** A prober over real links and members; what it finds out is only written down. */
export class ProberWorld extends MembershipWorld {
  readonly prober: Prober;
  readonly found: Finding[] = [];

  constructor(options: ContextOptions = {}) {
    super(options);
    this.prober = new Prober({
      context: this.time.context,
      links: this.links,
      members: this.members,
      health: this.health,
      topology: this.topology,
      random: seededRandom('prober'),
      hooks: {
        answered: (member) => this.found.push({ found: 'answered', peer: member.peer }),
        failed: (member, agreeing) =>
          this.found.push({ found: 'failed', peer: member.peer, agreeing }),
        confirmed: (member, helper) =>
          this.found.push({ found: 'confirmed', peer: member.peer, helper }),
        silentLink: (link) => this.found.push({ found: 'silent-link', peer: link.peer }),
        summary: () => SUMMARY,
      },
    });
  }

  link(byte: number): OpenLink {
    const link = this.links.of(peer(byte));
    if (link === undefined) throw new Error(`no link to ${byte}`);
    return link;
  }

  /** Everybody was heard from just now, and told what it holds, except those named. */
  heardAllBut(...bytes: readonly number[]): void {
    for (const member of this.members.all()) {
      if (bytes.some((byte) => member.peer === peer(byte))) continue;
      this.#hear(member);
    }
  }

  /** Fires the prober's timers until then. */
  override pass(forMs: number): ReadEffect[] {
    const endMs = this.nowMs + forMs;
    const { deadlines } = this.time.context;
    const effects = this.time.take();
    while (deadlines.nextMs <= endMs) {
      this.time.at(Math.max(deadlines.nextMs, this.nowMs));
      for (const timer of deadlines.takeDue(this.nowMs)) {
        if (timer.kind === 'probe-round') this.prober.round();
        if (timer.kind === 'probe') this.prober.timedOut(timer.nonce);
        if (timer.kind === 'relayed-probe') this.prober.relayedTimedOut(timer.nonce);
      }
      effects.push(...this.time.take());
    }
    this.time.at(endMs);
    return effects;
  }

  #hear(member: Member): void {
    this.membership.heard(member);
    member.toldMs = this.nowMs;
    const link = this.links.of(member.peer);
    if (link !== undefined) link.heardMs = this.nowMs;
  }
}
