import type { PeerId } from '../../src/ids.js';
import { Dissemination } from '../../src/membership/dissemination.js';
import { Health } from '../../src/membership/health.js';
import { Isolation } from '../../src/membership/isolation.js';
import type { MemberState, MemberUpdate } from '../../src/membership/member.js';
import { type Member, Members } from '../../src/membership/members.js';
import { Membership } from '../../src/membership/membership.js';
import { type Link, Links, type OpenLink } from '../../src/overlay/links.js';
import { Topology } from '../../src/overlay/topology.js';
import { seededRandom } from '../../src/random.js';
import { helloOf, updateOf } from './bench.js';
import { type ContextOptions, type ReadEffect, type TestContext, testContext } from './context.js';
import { peer } from './identities.js';

/** A link in the state that `Links` holds it. */
export function linkOf(id: number, nowMs: number, dialled?: string): Link {
  return {
    id,
    dialled,
    remote: undefined,
    proven: undefined,
    state: 'handshake',
    peer: undefined,
    generation: 0,
    heardMs: nowMs,
    heartbeatMs: nowMs,
    tableAskedMs: Number.NEGATIVE_INFINITY,
    tableSentMs: Number.NEGATIVE_INFINITY,
  };
}

/** What the membership machine asks of the rest of the peer. */
type Asked =
  | { readonly hook: 'entered'; readonly peer: PeerId; readonly was: MemberState | undefined }
  | { readonly hook: 'check'; readonly peer: PeerId };

/** The real membership machines over a clock that the test turns. */
export class MembershipWorld {
  readonly time: TestContext;
  readonly links = new Links();
  readonly members: Members;
  readonly topology: Topology;
  readonly health: Health;
  readonly isolation: Isolation;
  readonly dissemination: Dissemination;
  readonly membership: Membership;
  readonly asked: Asked[] = [];
  /** Members that are being dialled. */
  readonly beingDialled = new Set<PeerId>();

  constructor(options: ContextOptions = {}) {
    this.time = testContext(options);
    const { context } = this.time;
    this.members = new Members(context.limits.membersMax);
    this.topology = new Topology({ context, members: this.members, links: this.links });
    this.health = new Health(context.config);
    this.isolation = new Isolation(context, this.members, this.links, this.topology);
    this.dissemination = new Dissemination({
      context,
      links: this.links,
      members: this.members,
      topology: this.topology,
      random: seededRandom('dissemination'),
    });
    this.membership = new Membership({
      context,
      links: this.links,
      members: this.members,
      dissemination: this.dissemination,
      health: this.health,
      isolation: this.isolation,
      random: seededRandom('membership'),
      hooks: {
        newcomer: () => undefined,
        entered: (member, was) => this.asked.push({ hook: 'entered', peer: member.peer, was }),
        dials: (member) => this.beingDialled.has(member.peer),
        check: (member) => this.asked.push({ hook: 'check', peer: member.peer }),
      },
    });
  }

  get nowMs(): number {
    return this.time.context.now.monotonicMs;
  }

  /** A member with an open link, numbered as its byte, heard from just now. */
  meet(byte: number, addresses: readonly string[] = [`host${byte}:1`]): Member {
    this.openLink(byte);
    const member = this.membership.met(helloOf(byte, { addresses }));
    if (member === undefined) throw new Error('there is room');
    this.membership.heard(member);
    return member;
  }

  openLink(byte: number, dialled?: string): OpenLink {
    const link = linkOf(byte, this.nowMs, dialled);
    this.links.add(link);
    return this.links.open(link, peer(byte), 1);
  }

  /** The link of a member breaks, as the link handler tells it. */
  lose(byte: number): void {
    this.links.remove(byte);
    this.membership.linkLost(this.member(byte));
  }

  hear(byte: number, over: Partial<MemberUpdate>, via = 0x7f): void {
    this.membership.apply(updateOf(byte, over), via);
  }

  member(byte: number): Member {
    const member = this.members.get(peer(byte));
    if (member === undefined) throw new Error(`no member ${byte}`);
    return member;
  }

  state(byte: number): MemberState | undefined {
    return this.members.get(peer(byte))?.state;
  }

  /** Fires every timer of membership that comes due until then, each at its own time. */
  passTo(endMs: number): ReadEffect[] {
    const { deadlines } = this.time.context;
    const effects: ReadEffect[] = this.time.take();
    for (;;) {
      const nextMs = deadlines.nextMs;
      if (nextMs > endMs) break;
      this.time.at(Math.max(nextMs, this.nowMs));
      this.#hearTheLiving();
      for (const timer of deadlines.takeDue(this.nowMs)) {
        if (timer.kind === 'suspicion') this.membership.suspicionExpired(timer.peer);
        if (timer.kind === 'gossip') this.dissemination.flush(this.membership.doubtful);
        if (timer.kind === 'isolation') this.isolation.confirmed();
      }
      effects.push(...this.time.take());
    }
    this.time.at(endMs);
    return effects;
  }

  /** Heartbeats come on the links of those who live, as they do when probes run. */
  #hearTheLiving(): void {
    for (const link of this.links.neighbours()) {
      if (this.members.get(link.peer)?.state === 'alive') link.heardMs = this.nowMs;
    }
  }

  /** The same, by how long. */
  pass(forMs: number): ReadEffect[] {
    return this.passTo(this.nowMs + forMs);
  }
}
