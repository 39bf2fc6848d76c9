import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../clock.js';
import { cachesEqual } from '../cluster/cache-client.js';
import type { Chronicle } from '../cluster/chronicle.js';
import type { Cluster } from '../cluster/cluster.js';
import { LabError } from '../errors.js';
import type { Watch } from '../observe/watch.js';
import type { Narrator } from '../output/narrator.js';
import { formatMs } from '../output/table.js';
import { Burst } from './burst.js';
import { lookFor } from './look-for.js';
import {
  type Action,
  describeAction,
  describeExpectation,
  type Expectation,
  type Step,
  type Story,
} from './story.js';
import { Writing } from './writing.js';

/** Something that was expected and came, at the first and at the last peer concerned. */
export interface Met {
  readonly what: string;
  /** The last thing that was done before. */
  readonly from: string;
  readonly firstMs: number;
  readonly allMs: number;
}

export interface PlayerOptions {
  readonly story: Story;
  readonly cluster: Cluster;
  readonly chronicle: Chronicle;
  readonly narrator: Narrator;
  readonly watch: Watch;
  /** Aborted when a process ends by surprise. */
  readonly failure: AbortSignal;
}

/** A process is up, or ended, within this time, on a machine that does other things too. */
const PROCESS_TIMEOUT_MS = 60_000;
const BURST_TIMEOUT_MS = 120_000;

/** Plays a story step by step. */
export class Player {
  readonly met: Met[] = [];
  readonly #options: PlayerOptions;
  readonly #bursts: (Burst | Writing)[] = [];
  #doneAtMs: number;
  #done = 'the start';

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#doneAtMs = clockMs();
  }

  /** @throws LabError where something expected does not come in time */
  async play(): Promise<void> {
    const { story } = this.#options;
    for (const step of story.steps) await this.#step(step);
    const last = story.steps.at(-1);
    if (last?.kind !== 'expect' || last.expectation.kind !== 'agree') {
      await this.#expect({ kind: 'agree', withinMs: story.convergeMs });
    }
    const wrote = story.steps.some((step) => step.kind === 'do' && step.action.kind === 'write');
    if (!wrote) return;
    await this.#expect({ kind: 'caches', withinMs: story.convergeMs });
    await this.#compareCaches();
  }

  /** Equal vectors are a promise; that the content is equal too is asked of a peer. */
  async #compareCaches(): Promise<void> {
    const { cluster } = this.#options;
    for (const [first] of cluster.runningGroups()) {
      if (first === undefined || (await cachesEqual(first.port))) continue;
      throw new LabError('refused', `${first.nick} finds that caches differ`);
    }
  }

  async #step(step: Step): Promise<void> {
    const { chronicle, failure } = this.#options;
    if (step.atMs !== undefined) {
      const waitMs = chronicle.startedAtMs + step.atMs - clockMs();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: failure });
    }
    if (step.kind === 'expect') return this.#expect(step.expectation);
    await this.act(step.action);
  }

  /** Does one thing. @throws LabError when it cannot be done */
  async act(action: Action): Promise<void> {
    const { chronicle } = this.#options;
    const words = describeAction(action);
    if (action.kind !== 'wait') {
      this.#options.narrator.step('do', words);
      chronicle.entry({ atMs: clockMs(), kind: 'do', who: 'lab', text: words });
    }
    if (isDisturbance(action)) {
      this.#doneAtMs = clockMs();
      this.#done = words;
    }
    await this.#do(action);
  }

  async #expect(expectation: Expectation): Promise<void> {
    const { cluster, chronicle, narrator } = this.#options;
    if (['agree', 'holds', 'caches'].includes(expectation.kind)) await this.#hearOut();
    const sinceMs = this.#doneAtMs;
    const what = describeExpectation(expectation);
    const times = await this.#until(what, expectation.withinMs, () =>
      lookFor(expectation, { cluster, chronicle, sinceMs }),
    );
    const since = times.map((atMs) => Math.max(0, atMs - sinceMs));
    const met = {
      ...{ what, from: this.#done },
      firstMs: Math.min(...since),
      allMs: Math.max(...since),
    };
    this.met.push(met);
    narrator.step('so', `${what}, ${formatMs(met.allMs)} after: ${met.from}`);
  }

  /** What is still being said would be missing somewhere; agreement is counted from the end of it. */
  async #hearOut(): Promise<void> {
    for (const burst of this.#bursts) await this.#endOf(burst);
    const saidAtMs = Math.max(0, ...this.#bursts.map(({ endedAtMs }) => endedAtMs));
    if (saidAtMs <= this.#doneAtMs) return;
    this.#doneAtMs = saidAtMs;
    this.#done = 'the last word';
  }

  async #do(action: Action): Promise<void> {
    const { cluster } = this.#options;
    switch (action.kind) {
      case 'start':
        return this.#start(action.who, action.clockMs);
      case 'restart':
        for (const nick of action.who.filter((each) => this.#runs(each))) cluster.kill(nick);
        return this.#start(action.who, action.clockMs);
      case 'rolling-restart':
        return this.#roll(action);
      case 'kill':
      case 'freeze':
      case 'thaw':
        for (const nick of action.who) cluster[action.kind](nick);
        return;
      case 'leave':
        await Promise.all(action.who.map((nick) => cluster.leave(nick)));
        return;
      case 'say':
      case 'burst':
        return this.#say(action);
      case 'write':
        return this.#write(action);
      case 'cut':
        return cluster.part(action.groups);
      case 'cut-one-way':
        return cluster.cut(action.from, others(action));
      case 'heal':
        return cluster.heal();
      case 'link':
      case 'flip':
        return this.#spoil(action);
      case 'stall':
      case 'drop':
      case 'half-open':
        return this.#break(action);
      case 'wait':
        await sleep(action.forMs, undefined, { signal: this.#options.failure });
        return;
    }
  }

  async #roll({ who, withinMs }: Extract<Action, { kind: 'rolling-restart' }>): Promise<void> {
    const { cluster } = this.#options;
    for (const nick of who) {
      this.#doneAtMs = clockMs();
      this.#done = `restart ${nick}`;
      if (this.#runs(nick)) await cluster.leave(nick);
      await this.#start([nick], 0);
      await this.#expect({ kind: 'sees', who: [nick], as: 'alive', by: undefined, withinMs });
      await this.#expect({ kind: 'agree', withinMs });
    }
  }

  #runs(nick: string): boolean {
    return this.#options.cluster.member(nick).run?.child.running === true;
  }

  async #start(who: readonly string[], clockOffsetMs: number): Promise<void> {
    const { cluster } = this.#options;
    for (const nick of who) {
      const { run, condition } = cluster.member(nick);
      if (condition === 'killed' || condition === 'left') await run?.child.ended;
      cluster.start(nick, clockOffsetMs);
    }
    await this.#until(`${who.join(' ')} ready`, PROCESS_TIMEOUT_MS, () =>
      who.every((nick) => cluster.member(nick).condition === 'up') ? [] : undefined,
    );
  }

  async #say(action: Extract<Action, { kind: 'say' | 'burst' }>): Promise<void> {
    const { cluster } = this.#options;
    const speakers = action.who.flatMap((nick) => cluster.member(nick).run ?? []);
    const burst = new Burst(speakers, action);
    this.#bursts.push(burst);
    if (action.kind === 'say' || !action.meanwhile) await this.#endOf(burst);
  }

  async #write(action: Extract<Action, { kind: 'write' }>): Promise<void> {
    const { cluster } = this.#options;
    const writers = action.who.map((nick) => cluster.member(nick));
    const wrote = (atMs: number): void => cluster.caches.wrote(atMs);
    const writing = new Writing({ writers, action, wrote });
    this.#bursts.push(writing);
    if (!action.meanwhile) await this.#endOf(writing);
  }

  async #endOf(burst: Burst | Writing): Promise<void> {
    const timeout = new AbortController();
    const { failure } = this.#options;
    const late = sleep(BURST_TIMEOUT_MS, 'late', { signal: timeout.signal }).catch(() => 'ended');
    const broken = new Promise<never>((_resolve, reject) => {
      failure.addEventListener('abort', () => reject(failure.reason), { signal: timeout.signal });
    });
    try {
      if ((await Promise.race([burst.ended, late, broken])) === 'late') {
        throw new LabError('timeout', 'a burst was not accepted in time');
      }
    } finally {
      timeout.abort();
    }
  }

  #spoil(action: Extract<Action, { kind: 'link' | 'flip' }>): void {
    const { relay } = this.#options.cluster;
    for (const from of action.from) {
      for (const to of action.to) {
        if (from === to) continue;
        if (action.kind === 'flip') {
          relay.flip(from, to, action.times);
          continue;
        }
        const { delayMs, jitterMs, bytesPerSecond = Number.POSITIVE_INFINITY } = action;
        relay.shape(from, to, { delayMs, jitterMs, bytesPerSecond });
      }
    }
  }

  #break({ kind, between: [one, other] }: Extract<Action, { between: unknown }>): void {
    const { relay } = this.#options.cluster;
    const broken = {
      stall: () => relay.stall(one, other),
      drop: () => relay.drop(one, other),
      'half-open': () => relay.halfOpen(one, other),
    }[kind]();
    if (broken === 0) throw new LabError('usage', `no connection joins ${one} and ${other}`);
  }

  #until(
    what: string,
    timeoutMs: number,
    look: () => readonly number[] | undefined,
  ): Promise<readonly number[]> {
    const { watch, failure } = this.#options;
    return watch.until(look, { what, timeoutMs, signal: failure });
  }
}

/** What is said disturbs nobody; all else is what times are counted from. */
function isDisturbance({ kind }: Action): boolean {
  return kind !== 'say' && kind !== 'burst' && kind !== 'write' && kind !== 'wait';
}

/** Those of `to` that are not in `from`. */
function others({
  from,
  to,
}: {
  readonly from: readonly string[];
  readonly to: readonly string[];
}) {
  return to.filter((nick) => !from.includes(nick));
}
