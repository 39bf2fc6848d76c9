import path from 'node:path';
import type { ChatEvent } from '../chat/chat-event.js';
import type { Delivery } from '../check/delivery.js';
import { clockMs } from '../clock.js';
import { LabError } from '../errors.js';
import type { Watch } from '../observe/watch.js';
import type { Children } from '../process/children.js';
import { Relay } from '../relay/relay.js';
import { CacheWatch } from './cache-watch.js';
import type { Chronicle, Condition } from './chronicle.js';
import { isFalseDeath, lackingOf, type Member } from './member.js';
import { PeerRun } from './peer-run.js';

export interface ClusterOptions {
  readonly children: Children;
  /** The built chat program. */
  readonly chatFile: string;
  readonly nicks: readonly string[];
  readonly chronicle: Chronicle;
  readonly watch: Watch;
  /** A peer may end by itself without that being the end of the lab. */
  readonly mayEnd: boolean;
  /** Told of everything that a peer shows; undefined: nobody counts them. */
  readonly onDelivery?: (run: PeerRun, delivery: Delivery) => void;
}

/** Everything that is kept on disk counts as shown, or a restarted peer would look as if it lacked it. */
const HISTORY_MAX = 1_000_000;
/** Members of one lab, by the bound of the relay: n (n - 1) ports. */
export const PEERS_MAX = 16;

/** Real peers as processes, the wires between them, and what each says of the others. */
export class Cluster {
  readonly members: ReadonlyMap<string, Member>;
  readonly relay: Relay = new Relay();
  /** Verdicts on peers that were alive and within reach, in words. */
  readonly falseDeaths: string[] = [];
  /** What their caches hold, once somebody writes. */
  readonly caches: CacheWatch;
  readonly #members = new Map<string, Member>();
  readonly #nickOf = new Map<string, string>();
  readonly #options: ClusterOptions;
  #wiresBetterAtMs = 0;

  private constructor(options: ClusterOptions) {
    this.#options = options;
    this.members = this.#members;
    this.caches = new CacheWatch({
      running: () => this.running(),
      chronicle: options.chronicle,
      changed: () => options.watch.changed(),
    });
  }

  /** Finds ports and lays the wires; nobody is started yet. */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    for (const nick of options.nicks) await cluster.#add(nick);
    return cluster;
  }

  member(nick: string): Member {
    const member = this.#members.get(nick);
    if (member === undefined) throw new LabError('usage', `there is no peer ${nick}`);
    return member;
  }

  /** Members whose process runs and answers. */
  running(): readonly Member[] {
    return [...this.#members.values()].filter(({ condition }) => condition === 'up');
  }

  /** Running members in groups that can reach each other. */
  runningGroups(): readonly (readonly Member[])[] {
    const running = new Set(this.running().map(({ nick }) => nick));
    return this.relay
      .groups()
      .map((group) => group.filter((nick) => running.has(nick)).map((nick) => this.member(nick)))
      .filter((group) => group.length > 0);
  }

  start(nick: string, clockOffsetMs = 0): PeerRun {
    const { children, chatFile, mayEnd } = this.#options;
    const member = this.member(nick);
    if (member.run?.child.running === true) {
      throw new LabError('usage', `${nick} runs already`);
    }
    const others = [...this.#members.values()].filter((other) => other !== member);
    const joins = others.flatMap(({ port }) => ['--join', `127.0.0.1:${port}`]);
    const run: PeerRun = new PeerRun({
      children,
      file: chatFile,
      nick,
      args: [
        ...['--port', String(member.port), '--no-discover', '--network', 'lab'],
        ...['--history', String(HISTORY_MAX), ...joins],
      ],
      environment: {
        XDG_STATE_HOME: path.join(children.folder, 'state'),
        XDG_RUNTIME_DIR: path.join(children.folder, 'run'),
      },
      routes: this.relay.routesOf(nick),
      clockOffsetMs,
      onEvent: (event, atMs) => this.#observe(member, run, event, atMs),
    });
    run.child.mayEnd = mayEnd;
    member.run = run;
    member.cache = undefined;
    member.opinions.clear();
    this.#become(member, 'starting');
    const gone = () => this.#ended(member, run);
    run.child.ended.then(gone, gone);
    return run;
  }

  /** SIGKILL. */
  kill(nick: string): void {
    const member = this.#alive(nick);
    member.run?.child.kill();
    this.#become(member, 'killed');
  }

  /** SIGSTOP: it holds its connections and does nothing. */
  freeze(nick: string): void {
    const member = this.#alive(nick);
    member.run?.child.signal('SIGSTOP');
    this.#become(member, 'frozen');
  }

  /** SIGCONT. */
  thaw(nick: string): void {
    const member = this.member(nick);
    if (member.condition !== 'frozen') throw new LabError('usage', `${nick} is not frozen`);
    member.run?.child.signal('SIGCONT');
    this.#become(member, 'up');
  }

  /** A clean goodbye; resolves when its process ended. */
  async leave(nick: string): Promise<void> {
    const member = this.#alive(nick);
    member.run?.leave();
    this.#become(member, 'left');
    await member.run?.child.ended;
  }

  async cut(from: readonly string[], to: readonly string[]): Promise<void> {
    for (const one of from) for (const other of to) await this.relay.cut(one, other);
  }

  /** Cuts all wires between groups, both ways. */
  async part(groups: readonly (readonly string[])[]): Promise<void> {
    for (const group of groups) {
      for (const other of groups) if (other !== group) await this.cut(group, other);
    }
  }

  /** Two sides: `there`, and all others; wires lead only inside a side. */
  async sides(there: ReadonlySet<string>): Promise<void> {
    const nicks = [...this.#members.keys()];
    for (const from of nicks) {
      for (const to of nicks) {
        if (from === to) continue;
        if (there.has(from) === there.has(to)) await this.relay.mend(from, to);
        else await this.relay.cut(from, to);
      }
    }
    this.#wiresBetterAtMs = clockMs();
  }

  async heal(): Promise<void> {
    await this.relay.heal();
    this.#wiresBetterAtMs = clockMs();
  }

  /** How many messages each running member lacks of what any of them showed. */
  lacking(): ReadonlyMap<string, number> {
    const running = this.running();
    const counts = lackingOf(running.flatMap(({ run }) => run ?? []));
    return new Map(running.map(({ nick }, index) => [nick, counts[index] ?? 0]));
  }

  close(): void {
    this.caches.close();
    this.relay.close();
  }

  async #add(nick: string): Promise<void> {
    const port = await this.relay.freePort();
    await this.relay.add(nick, port);
    const start = { condition: 'off', sinceMs: clockMs(), run: undefined } as const;
    const nothing = { cache: undefined, opinions: new Map() };
    this.#members.set(nick, { nick, port, ...start, ...nothing });
  }

  #alive(nick: string): Member {
    const member = this.member(nick);
    if (member.run?.child.running === true) return member;
    throw new LabError('usage', `${nick} does not run`);
  }

  #become(member: Member, condition: Condition): void {
    const atMs = clockMs();
    member.condition = condition;
    member.sinceMs = atMs;
    this.#options.chronicle.condition({ atMs, nick: member.nick, condition });
    this.#changed(atMs);
  }

  #ended(member: Member, run: PeerRun): void {
    if (member.run !== run || member.condition === 'left') return;
    if (member.condition !== 'killed') this.#become(member, 'killed');
  }

  #observe(member: Member, run: PeerRun, event: ChatEvent, atMs: number): void {
    if (member.run !== run) return;
    switch (event.kind) {
      case 'ready':
        this.#nickOf.set(event.id, member.nick);
        // The relay only fails when its port was taken, and then nobody reaches this peer.
        void this.relay.listens(member.nick).catch((error: unknown) => {
          this.#note(member.nick, String(error), atMs);
        });
        if (member.condition === 'starting') this.#become(member, 'up');
        break;
      case 'peer':
        this.#hold(member, event, atMs);
        break;
      case 'message':
        this.#options.onDelivery?.(run, event.delivery);
        break;
      case 'notice':
        this.#note(member.nick, `${event.name}: ${this.#named(event.words)}`, atMs);
        break;
      case 'sync':
      case 'accepted':
      case 'refused':
        break;
    }
    this.#changed(atMs);
  }

  #hold(observer: Member, event: Extract<ChatEvent, { kind: 'peer' }>, atMs: number): void {
    const nick = event.nick ?? this.#nickOf.get(event.id);
    const subject = nick === undefined ? undefined : this.#members.get(nick);
    if (subject === undefined) return;
    const { state, generation, reason } = event;
    const was = observer.opinions.get(subject.nick)?.state;
    observer.opinions.set(subject.nick, { state, generation, atMs });
    const { chronicle } = this.#options;
    const names = { observer: observer.nick, subject: subject.nick };
    chronicle.sighting({ atMs, ...names, state, generation });
    const text = `${subject.nick} ${was === undefined ? '' : `${was} -> `}${state} (${reason})`;
    chronicle.entry({ atMs, kind: 'saw', who: observer.nick, text });
    if (state !== 'dead') return;
    const falsely = isFalseDeath({
      ...{ atMs, generation, subject },
      currentGeneration: subject.run?.ready?.generation,
      reachable: this.relay
        .groups()
        .some((g) => g.includes(names.observer) && g.includes(names.subject)),
      reachableSinceMs: this.#wiresBetterAtMs,
    });
    if (falsely)
      this.falseDeaths.push(
        `${observer.nick} called ${subject.nick} dead, which was alive and within reach`,
      );
  }

  #note(who: string, text: string, atMs: number): void {
    this.#options.chronicle.entry({ atMs, kind: 'note', who, text });
  }

  /** Ids are long; the nicks of the lab are not. */
  #named(words: string): string {
    return words.replaceAll(/\b[0-9a-f]{64}\b/g, (id) => this.#nickOf.get(id) ?? id.slice(0, 8));
  }

  #changed(atMs: number): void {
    const lacking = Math.max(0, ...this.lacking().values());
    this.#options.chronicle.sample({ atMs, lacking });
    this.#options.watch.changed();
  }
}
