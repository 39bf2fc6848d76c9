import { checkLogs, type Verdict } from '../check/checker.js';
import type { Delivery, PeerLog } from '../check/delivery.js';
import type { Cluster } from '../cluster/cluster.js';
import type { PeerRun } from '../cluster/peer-run.js';

/** What every run of every peer showed, for the proof in the end. */
export class Recorder {
  readonly #logs = new Map<PeerRun, Delivery[]>();
  /** Ids of accepted messages, with their author. */
  readonly #said = new Map<string, string>();

  show(run: PeerRun, delivery: Delivery): void {
    const log = this.#logs.get(run);
    if (log === undefined) this.#logs.set(run, [delivery]);
    else log.push(delivery);
    // An author is told no clock of its own messages: they are only acknowledged.
    if (delivery.clock === undefined) this.#said.set(delivery.id, run.nick);
  }

  /**
   * Whether all that run in the end showed the same, each message once, after its causes, and
   * nothing that was accepted is lost. A message that only a dead peer has is not lost: it is on
   * that peer's disk.
   */
  check(cluster: Cluster): Verdict {
    const running = cluster.running();
    const live = new Set(running.flatMap(({ run }) => run ?? []));
    const shown = new Set(
      [...live].flatMap((run) => (this.#logs.get(run) ?? []).map(({ id }) => id)),
    );
    const alive = new Set(running.map(({ nick }) => nick));
    const owed = (id: string, author: string | undefined) =>
      shown.has(id) || author === undefined || alive.has(author);
    const logs = [...this.#logs].map(([run, deliveries]): PeerLog => {
      const isLive = live.has(run);
      const kept = isLive
        ? deliveries
        : deliveries.filter(({ id }) => owed(id, this.#said.get(id)));
      return { peer: run.nick, deliveries: kept, live: isLive, hash: run.sync?.hash };
    });
    const said = [...this.#said].filter(([id, author]) => owed(id, author)).map(([id]) => id);
    return checkLogs(logs, said);
  }

  /** Messages of `nicks` that were accepted. */
  saidBy(nicks: ReadonlySet<string>): readonly string[] {
    return [...this.#said].filter(([, author]) => nicks.has(author)).map(([id]) => id);
  }
}
