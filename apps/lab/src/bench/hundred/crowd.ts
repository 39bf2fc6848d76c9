import { fileURLToPath } from 'node:url';
import type { MemberState } from '@hearsay/core';
import { LabError } from '../../errors.js';
import { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import { CrowdPeer } from './crowd-peer.js';
import type { HostRecord } from './protocol.js';
import { sumOf, type Usage, type UsageRecord } from './usage.js';

const hostFile = fileURLToPath(new URL('./host.js', import.meta.url));

/** A host answers at once, unless its machine is busy. */
const reportTimeoutMs = 20_000;

/** Who is yet to see what, and when the others saw it. */
interface Awaited {
  readonly ids: readonly string[];
  readonly state: MemberState;
  /** Of each peer that has seen all of them. */
  readonly doneAtMs: Map<CrowdPeer, number>;
}

/** Many real peers on loopback, some to a process. */
export class Crowd {
  readonly peers: CrowdPeer[] = [];
  /** Peers whose death is no false one. */
  readonly mayDie: Set<string> = new Set();
  /** Deaths told of others. */
  falseDeaths = 0;
  readonly hosts: readonly Child[];
  readonly #byLabel = new Map<string, CrowdPeer>();
  readonly #watch = new Watch();
  readonly #children: Children;
  readonly #usage = new Map<Child, UsageRecord>();
  #awaited: Awaited | undefined;

  constructor(children: Children, network: string, processes: number) {
    this.#children = children;
    this.hosts = Array.from({ length: processes }, (_, index) => {
      const host: Child = children.start({
        label: `process ${index + 1}`,
        file: hostFile,
        args: [network, children.folder],
        // Both ends of this pipe are built from the same sources.
        onLine: (line) => this.#take(host, JSON.parse(line) as HostRecord),
      });
      return host;
    });
  }

  /** Processes in which peers live that were not killed. */
  get running(): readonly Child[] {
    return [...new Set(this.peers.map(({ host }) => host))];
  }

  /** Starts one more peer in a process. */
  start(host: Child, seeds: readonly string[]): CrowdPeer {
    const peer = new CrowdPeer(`peer-${this.peers.length + 1}`, host);
    this.peers.push(peer);
    this.#byLabel.set(peer.label, peer);
    host.send({ do: 'start', label: peer.label, seeds });
    return peer;
  }

  /** Kills processes with SIGKILL, and all peers in them. @returns the peers */
  kill(hosts: readonly Child[]): readonly CrowdPeer[] {
    const victims = this.peers.filter(({ host }) => hosts.includes(host));
    for (const { id } of victims) this.mayDie.add(id);
    for (const host of hosts) host.kill();
    this.peers.splice(
      0,
      this.peers.length,
      ...this.peers.filter((peer) => !victims.includes(peer)),
    );
    return victims;
  }

  /** Resolves with when each peer saw all of these in a state; after `timeoutMs` with those that did. */
  async seen(
    ids: readonly string[],
    state: MemberState,
    timeoutMs: number,
  ): Promise<readonly number[]> {
    const awaited: Awaited = { ids, state, doneAtMs: new Map() };
    this.#awaited = awaited;
    for (const peer of this.peers) this.#look(peer, 0);
    try {
      await this.until(`${ids.length} seen ${state} by all`, timeoutMs, () =>
        awaited.doneAtMs.size === this.peers.length ? true : undefined,
      );
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'timeout') throw error;
    }
    this.#awaited = undefined;
    return [...awaited.doneAtMs.values()];
  }

  /** What processes, by default all that run, and their peers used so far. */
  usage(hosts: readonly Child[] = this.running): Promise<Usage> {
    for (const host of hosts) {
      this.#usage.delete(host);
      host.send({ do: 'report-usage' });
    }
    const told = () => hosts.flatMap((host) => this.#usage.get(host) ?? []);
    return this.until('what each process used', reportTimeoutMs, () =>
      told().length === hosts.length ? sumOf(told()) : undefined,
    );
  }

  /** The ages of messages at each peer since the last time. */
  ages(): Promise<readonly (readonly number[])[]> {
    for (const peer of this.peers) peer.ages = undefined;
    for (const host of this.running) host.send({ do: 'report-ages' });
    const told = () => this.peers.flatMap(({ ages }) => (ages === undefined ? [] : [ages]));
    return this.until('ages of messages', reportTimeoutMs, () =>
      told().length === this.peers.length ? told() : undefined,
    );
  }

  until<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    return this.#watch.until(look, { what, timeoutMs, signal: this.#children.failure });
  }

  #take(host: Child, record: HostRecord): void {
    this.#watch.changed();
    if (record.kind === 'usage') {
      this.#usage.set(host, record);
      return;
    }
    const peer = this.#byLabel.get(record.label);
    if (peer === undefined) return;
    switch (record.kind) {
      case 'ready':
        peer.ready = record;
        return;
      case 'member':
        if (record.state === 'dead' && !this.mayDie.has(record.id)) this.falseDeaths += 1;
        peer.saw(record.id, record.state);
        return this.#look(peer, record.atMs);
      case 'isolated':
        peer.isolated = record.isolated;
        if (record.isolated) peer.isolations += 1;
        return;
      case 'ages':
        peer.ages = record.agesMs;
        return;
    }
  }

  #look(peer: CrowdPeer, atMs: number): void {
    const awaited = this.#awaited;
    if (awaited === undefined || awaited.doneAtMs.has(peer)) return;
    if (peer.seesAll(awaited.ids, awaited.state)) awaited.doneAtMs.set(peer, atMs);
  }
}
