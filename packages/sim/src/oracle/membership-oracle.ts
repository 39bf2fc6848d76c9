import type { MemberChange, MemberState, PeerEvent, PeerId } from '@hearsay/core';
import type { Run } from '../run.js';
import { US_PER_MS } from '../timeline.js';
import type { Report } from '../violation.js';

/** What the oracle must know of a peer to judge a verdict on it. */
export interface Truth {
  /** The newest run of this peer that is not over. */
  runOf(peer: PeerId): Run | undefined;
  /** Links to it may be refused for good reason. */
  isHostile(peer: PeerId): boolean;
  /** Whether bytes are held up between two machines, either way, at this moment. */
  isCut(one: string, other: string): boolean;
}

/** A verdict that was wrong when it was spoken. */
export interface FalseDeath {
  readonly atMs: number;
  readonly by: string;
  readonly of: string;
  /** Whether something could excuse it: the victim was frozen, or the network bad, not long ago. */
  readonly excused: boolean;
}

/** Verdicts within this time of a fault may still stem from it. */
const CALM_MS = 20_000;

/** Watches every verdict on a member against the truth about it. */
export class MembershipOracle {
  readonly falseDeaths: FalseDeath[] = [];
  readonly #report: Report;
  readonly #truth: Truth;
  readonly #views = new Map<Run, Map<PeerId, MemberChange>>();
  /** Until when a wrong verdict on this run is excused. */
  readonly #troubledUntilUs = new Map<Run, number>();
  #networkTroubledUntilUs = 0;

  constructor(report: Report, truth: Truth) {
    this.#report = report;
    this.#truth = truth;
  }

  /** This run was frozen until now, or is from now on. */
  troubled(run: Run, nowUs: number): void {
    this.#troubledUntilUs.set(run, nowUs + CALM_MS * US_PER_MS);
  }

  /** The network was bad until now, or is from now on. @param afterMs how long it may take to mend */
  networkTroubled(nowUs: number, afterMs: number = CALM_MS): void {
    const untilUs = nowUs + afterMs * US_PER_MS;
    this.#networkTroubledUntilUs = Math.max(this.#networkTroubledUntilUs, untilUs);
  }

  happened(run: Run, event: PeerEvent, nowUs: number): void {
    if (event.kind !== 'member') return;
    const { change } = event;
    this.#viewsOf(run).set(change.peer, change);
    if (change.state === 'dead') this.#judgeDeath(run, change, nowUs);
  }

  /** The state in which a run last reported a peer, by its events. */
  stateOf(run: Run, peer: PeerId): MemberState | undefined {
    return this.#views.get(run)?.get(peer)?.state;
  }

  viewOf(run: Run): ReadonlyMap<PeerId, MemberChange> {
    return this.#viewsOf(run);
  }

  forget(run: Run): void {
    this.#views.delete(run);
    this.#troubledUntilUs.delete(run);
  }

  #judgeDeath(run: Run, change: MemberChange, nowUs: number): void {
    if (this.#truth.isHostile(change.peer)) return;
    const victim = this.#truth.runOf(change.peer);
    if (victim === undefined || victim.left || victim.generation !== change.generation) return;
    const excused =
      victim.frozen ||
      this.#truth.isCut(run.host, victim.host) ||
      nowUs < (this.#troubledUntilUs.get(victim) ?? 0) ||
      nowUs < this.#networkTroubledUntilUs;
    if (!victim.frozen) {
      const atMs = nowUs / US_PER_MS;
      this.falseDeaths.push({ atMs, by: run.host, of: victim.host, excused });
    }
    if (excused) return;
    this.#report(
      'no-false-death',
      `${run.host} calls ${victim.host} dead (${change.reason}), which runs and can be reached`,
    );
  }

  #viewsOf(run: Run): Map<PeerId, MemberChange> {
    let view = this.#views.get(run);
    if (view === undefined) {
      view = new Map();
      this.#views.set(run, view);
    }
    return view;
  }
}
