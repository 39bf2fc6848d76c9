import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clockMs } from '../../clock.js';
import { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import type { CacheCommand, CacheRecord, ReportRecord } from './protocol.js';

const agentFile = fileURLToPath(new URL('./agent.js', import.meta.url));
const TIMEOUT_MS = 60_000;
const LOOK_MS = 20;
/** Between two sets that are measured, so that each comes alone. */
const APART_MS = 4;
/** Sets before those that are measured, and between them: V8 interprets what has not run often. */
const WARM_SETS = 2_000;
const WARM_APART_MS = 1;

/** From a set until the slower of the others has it, one figure a set. */
export interface Latencies {
  readonly samples: readonly number[];
  readonly missing: number;
  /** Sets a second meanwhile, besides. */
  readonly besideRate: number;
}

interface Agent {
  readonly child: Child;
  readonly records: CacheRecord[];
}

/** Three peers with a cache, each a process of its own. */
export class CacheMesh {
  readonly #children: Children;
  readonly #watch = new Watch();
  readonly #network: string;
  #agents: Agent[] = [];
  /** Of the first one. */
  #address = '';

  constructor(children: Children, network: string) {
    this.#children = children;
    this.#network = network;
  }

  async open(size: number): Promise<void> {
    this.#agents = Array.from({ length: size }, (_, index) => this.#start(`peer-${index}`));
    const [first] = await Promise.all(this.#agents.map((agent) => this.#next(agent, 'listening')));
    if (first === undefined) return;
    this.#address = first.address;
    const join = { do: 'join', address: first.address, others: size - 1 } as const;
    await Promise.all(this.#agents.map((agent) => this.#ask(agent, join, 'joined')));
  }

  async trickle(sets: number, beside: number): Promise<Latencies> {
    const [writer, ...readers] = this.#agents;
    if (writer === undefined) throw new Error('open the mesh first');
    const ask = (command: { readonly sets: number; readonly apartMs: number }) =>
      this.#ask(writer, { do: 'trickle', beside, ...command }, 'trickled');
    await ask({ sets: WARM_SETS, apartMs: WARM_APART_MS });
    await this.settled();
    const { sentMs, besideRate } = await ask({ sets, apartMs: APART_MS });
    await this.settled();
    const reports = await Promise.all(readers.map((reader) => this.#report(reader)));
    const samples = sentMs.flatMap((atMs, index) => {
      const latest = Math.max(...reports.map(({ arrivedMs }) => arrivedMs[index] ?? Number.NaN));
      return Number.isFinite(latest) ? [latest - atMs] : [];
    });
    return { samples, missing: sets - samples.length, besideRate };
  }

  /** @returns sets a second, counted until the last peer has the last of them */
  async flood(forMs: number): Promise<number> {
    const floods = await Promise.all(
      this.#agents.map((agent) => this.#ask(agent, { do: 'flood', forMs }, 'flooded')),
    );
    const endedMs = await this.settled();
    const sets = floods.reduce((sum, flood) => sum + flood.sets, 0);
    return (sets * 1_000) / (endedMs - Math.min(...floods.map(({ startedMs }) => startedMs)));
  }

  /** @returns milliseconds from the start of a process with nothing until it holds all that the others do */
  async catchUp(keys: number): Promise<number> {
    await this.#fill(keys);
    return await this.#join(this.#start('newcomer'));
  }

  /**
   * A peer with a folder is killed with `kill -9`, the others write a hundredth anew, and it comes back.
   * @returns milliseconds from its second start until it holds all that the others do
   */
  async restart(keys: number): Promise<number> {
    await this.#fill(keys);
    const folder = path.join(this.#children.folder, 'kept');
    const kept = this.#start('kept', folder);
    await this.#join(kept);
    this.#agents = this.#agents.filter((agent) => agent !== kept);
    kept.child.mayEnd = true;
    kept.child.kill();
    await kept.child.ended;
    await this.#fill(keys / 100);
    return await this.#join(this.#start('kept', folder));
  }

  async #fill(keys: number): Promise<void> {
    const [first] = this.#agents;
    if (first === undefined) throw new Error('open the mesh first');
    await this.#ask(first, { do: 'fill', keys }, 'filled');
    await this.settled();
  }

  /** @returns milliseconds from the start of a process until it holds all that the others do */
  async #join(newcomer: Agent): Promise<number> {
    const [first] = this.#agents;
    if (first === undefined) throw new Error('open the mesh first');
    const { writes } = await this.#report(first);
    await this.#next(newcomer, 'listening');
    // One link is enough to be repaired.
    await this.#ask(newcomer, { do: 'join', address: this.#address, others: 1 }, 'joined');
    this.#agents.push(newcomer);
    while ((await this.#report(newcomer)).writes < writes) await pause(LOOK_MS);
    return clockMs() - newcomer.child.startedAtMs;
  }

  /** Kills one while all read and write. @returns operations of the living, and how many failed */
  async kill(forMs: number): Promise<{ readonly done: number; readonly failed: number }> {
    const victim = this.#agents.pop();
    victim?.child.send({ do: 'work' });
    for (const { child } of this.#agents) child.send({ do: 'work' });
    await pause(forMs / 2);
    victim?.child.kill();
    await pause(forMs / 2);
    for (const { child } of this.#agents) child.send({ do: 'rest' });
    const ended = await Promise.all(this.#agents.map((agent) => this.#next(agent, 'rested')));
    const sum = (name: 'done' | 'failed'): number =>
      ended.reduce((total, each) => total + each[name], 0);
    return { done: sum('done'), failed: sum('failed') };
  }

  /** Until all know the same writes, and no more come. @returns when the last one had them */
  async settled(): Promise<number> {
    for (let before = -1; ; ) {
      const reports = await Promise.all(this.#agents.map((agent) => this.#report(agent)));
      const [first] = reports;
      const writes = first?.writes ?? 0;
      if (reports.every((each) => each.writes === writes) && writes === before) {
        return Math.max(...reports.map(({ changedMs }) => changedMs));
      }
      before = writes;
      await pause(LOOK_MS);
    }
  }

  #start(nick: string, ...cacheFolder: readonly string[]): Agent {
    const records: CacheRecord[] = [];
    const child = this.#children.start({
      label: nick,
      file: agentFile,
      args: [nick, this.#network, this.#children.folder, ...cacheFolder],
      onLine: (line) => {
        // Both ends of this pipe are built from the same sources.
        records.push(JSON.parse(line) as CacheRecord);
        this.#watch.changed();
      },
    });
    return { child, records };
  }

  #report(agent: Agent): Promise<ReportRecord> {
    return this.#ask(agent, { do: 'report' }, 'report');
  }

  async #ask<Kind extends CacheRecord['kind']>(
    agent: Agent,
    command: CacheCommand,
    kind: Kind,
  ): Promise<Extract<CacheRecord, { kind: Kind }>> {
    agent.child.send(command);
    return await this.#next(agent, kind);
  }

  async #next<Kind extends CacheRecord['kind']>(
    agent: Agent,
    kind: Kind,
  ): Promise<Extract<CacheRecord, { kind: Kind }>> {
    const look = () =>
      agent.records.find(
        (record): record is Extract<CacheRecord, { kind: Kind }> => record.kind === kind,
      );
    const found = await this.#watch.until(look, {
      what: `"${kind}" of ${agent.child.label}`,
      timeoutMs: TIMEOUT_MS,
      signal: this.#children.failure,
    });
    agent.records.splice(agent.records.indexOf(found), 1);
    return found;
  }
}
