import type { PeerId } from '../../src/ids.js';
import { Dialler } from '../../src/overlay/dialler.js';
import { seededRandom } from '../../src/random.js';
import type { ContextOptions, ReadEffect } from './context.js';
import { peer } from './identities.js';
import { MembershipWorld } from './membership-world.js';

/** A dialler over real links and members; its own id is in the middle of those of the tests. */
export class OverlayWorld extends MembershipWorld {
  readonly mesh: Dialler;
  readonly refused: PeerId[] = [];
  readonly unreachable: string[] = [];

  constructor(options: ContextOptions = {}) {
    super(options);
    this.mesh = new Dialler({
      context: this.time.context,
      links: this.links,
      members: this.members,
      random: seededRandom('overlay'),
      hooks: {
        refused: (member) => this.refused.push(member.peer),
        wants: (member) => this.topology.wants(member),
        unreachable: (address) => this.unreachable.push(address),
      },
    });
  }

  /** A member heard of, never linked. */
  hearOf(byte: number, addresses: readonly string[]): void {
    this.hear(byte, { addresses });
    this.mesh.memberEntered(this.member(byte), undefined);
  }

  fail(address: string, failure: 'refused' | 'timeout' = 'refused'): void {
    this.mesh.dialFailed(address, failure, failure);
  }

  /** A dialled link is open, as the link handler tells it. */
  up(byte: number, dialled?: string): void {
    this.openLink(byte, dialled);
    this.mesh.linkUp(peer(byte), dialled);
  }

  /** An open link is gone. */
  down(byte: number, code: number): void {
    this.links.remove(byte);
    this.mesh.linkDown(peer(byte), code);
  }

  /** The addresses dialled since the last look. */
  dialled(): string[] {
    this.mesh.pump();
    return dials(this.time.take());
  }

  /** Dials within a time, each with its delay. */
  dialsWithin(forMs: number): [string, number][] {
    const startMs = this.nowMs;
    const { deadlines } = this.time.context;
    const seen: [string, number][] = this.dialled().map((address) => [address, 0]);
    while (deadlines.nextMs <= startMs + forMs) {
      this.time.at(Math.max(deadlines.nextMs, this.nowMs));
      deadlines.takeDue(this.nowMs);
      for (const address of this.dialled()) seen.push([address, this.nowMs - startMs]);
    }
    this.time.at(startMs + forMs);
    return seen;
  }
}

export function dials(effects: readonly ReadEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'dial' ? [effect.address] : []));
}
