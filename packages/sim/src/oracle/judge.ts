import type { Message, MessageId, PeerEvent, PeerId, StatusView, Topic } from '@hearsay/core';
import type { Coverage } from '../coverage.js';
import type { SimNode } from '../node.js';
import type { Settings } from '../options.js';
import type { Observer, Run } from '../run.js';
import type { Timeline } from '../timeline.js';
import type { Report } from '../violation.js';
import { DeliveryOracle } from './delivery-oracle.js';
import { MembershipOracle } from './membership-oracle.js';

/** Steps of a peer between two looks at its status when it delivers nothing. */
const IDLE_CHECK_STEPS = 256;

/** Up to this many peers every delivery is followed by a check. */
const LARGE_NODES = 8;

interface Watch {
  steps: number;
  deliveries: number;
  delivered: boolean;
}

/** Sees every step of every peer, and ends the run at the first broken promise. */
export class Judge implements Observer {
  readonly delivery: DeliveryOracle;
  readonly membership: MembershipOracle;
  readonly #settings: Settings;
  readonly #report: Report;
  readonly #timeline: Timeline;
  readonly #coverage: Coverage;
  readonly #nodeOf: (run: Run) => SimNode;
  readonly #isHostile: (peer: PeerId) => boolean;
  #clocksAgree = true;
  readonly #watches = new Map<Run, Watch>();

  constructor(options: {
    readonly settings: Settings;
    readonly report: Report;
    readonly timeline: Timeline;
    readonly coverage: Coverage;
    readonly runOf: (peer: PeerId) => Run | undefined;
    readonly nodeOf: (run: Run) => SimNode;
    readonly isHostile: (peer: PeerId) => boolean;
    readonly isCut: (one: string, other: string) => boolean;
  }) {
    this.#settings = options.settings;
    this.#report = options.report;
    this.#timeline = options.timeline;
    this.#coverage = options.coverage;
    this.#nodeOf = options.nodeOf;
    this.#isHostile = options.isHostile;
    this.delivery = new DeliveryOracle(options.report, {
      gapsAllowed: options.settings.gapsAllowed,
      clocksAgree: () => this.#clocksAgree,
      isHostile: options.isHostile,
    });
    this.membership = new MembershipOracle(options.report, options);
  }

  /** A clock was put so far off that the order of times is no promise any more. */
  clockWentWrong(): void {
    this.#clocksAgree = false;
  }

  published(run: Run, id: MessageId, topic: Topic, payload: Uint8Array): void {
    this.delivery.published(run, id, topic, payload);
    this.#settings.watch.published?.(run.host, id, this.#timeline.nowMs);
  }

  delivered(run: Run, messages: readonly Message[], own: boolean): void {
    this.#watchOf(run).delivered = true;
    this.delivery.delivered(run, messages, own);
    if (!own) this.#settings.watch.delivered?.(run.host, messages, this.#timeline.nowMs);
  }

  happened(run: Run, event: PeerEvent): void {
    const atMs = this.#timeline.nowMs;
    this.#nodeOf(run).log({ atMs, generation: run.generation, event });
    this.#cover(event);
    if (event.kind === 'gap') this.delivery.gap(run, event);
    if (event.kind === 'no-room') this.delivery.noRoom(run, event);
    if (event.kind === 'retired') this.delivery.retired(run, event);
    this.membership.happened(run, event, this.#timeline.nowUs);
  }

  stepped(run: Run): void {
    const watch = this.#watchOf(run);
    watch.steps += 1;
    if (watch.delivered) {
      watch.delivered = false;
      watch.deliveries += 1;
      if (watch.deliveries % this.#checkEvery() !== 0) return;
    } else if (watch.steps % IDLE_CHECK_STEPS !== 0) {
      return;
    }
    this.checkStatus(run, this.statusOf(run));
  }

  statusOf(run: Run): StatusView {
    return run.engine.status(run.machine.clock.read(this.#timeline.nowUs));
  }

  /** The clock is the delivered prefix, and everything that others can make grow is bounded. */
  checkStatus(run: Run, status: StatusView): void {
    const { limits } = this.#settings;
    this.delivery.checkClock(run, status.clock);
    this.#checkBound(run, 'batches held back', status.heldBack, limits.holdBackBatchesMax);
    this.#checkBound(run, 'messages kept', status.messages, limits.logMessagesMax);
    const leases = status.members.filter(({ byLease }) => byLease === true).length;
    this.#checkBound(run, 'rows', status.members.length - leases - 1, limits.membersMax);
    this.#checkBound(run, 'leases', leases, limits.rosterMembersMax);
    this.#checkBound(run, 'streams', status.clock.size, limits.streamsMax);
    this.#checkBound(run, 'links', run.openLinks, limits.linksMax);
    for (const { peer, sync } of status.members) {
      // Contents are compared at every delivery; nothing diverges unless somebody lies.
      if (sync.diverged && !this.#anyHostile(status)) {
        this.#report('no-false-alarm', `${run.host} says that its content differs from ${peer}`);
      }
    }
  }

  forget(run: Run): void {
    this.delivery.forget(run);
    this.membership.forget(run);
    this.#watches.delete(run);
  }

  #anyHostile({ members }: StatusView): boolean {
    return members.some(({ peer }) => this.#isHostile(peer));
  }

  /** A status costs as much as there are members: in a large mesh it is looked at less often. */
  #checkEvery(): number {
    return Math.max(this.#settings.checkEvery, Math.ceil(this.#watches.size / LARGE_NODES));
  }

  #checkBound(run: Run, what: string, count: number, max: number): void {
    if (count > max) this.#report('bounded', `${run.host} has ${count} ${what}, at most ${max}`);
  }

  #cover(event: PeerEvent): void {
    this.#coverage.add(`event:${event.kind}`);
    if (event.kind !== 'member') return;
    this.#coverage.add(`member:${event.change.state}`);
    this.#coverage.add(`reason:${event.change.reason}`);
  }

  #watchOf(run: Run): Watch {
    let watch = this.#watches.get(run);
    if (watch === undefined) {
      watch = { steps: 0, deliveries: 0, delivered: false };
      this.#watches.set(run, watch);
    }
    return watch;
  }
}
