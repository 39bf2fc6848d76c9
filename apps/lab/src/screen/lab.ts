import { clockMs } from '../clock.js';
import type { Chronicle } from '../cluster/chronicle.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Member } from '../cluster/member.js';
import { LabError } from '../errors.js';
import { Burst } from '../story/burst.js';
import { Writing } from '../story/writing.js';
import type { Deed } from './keys.js';
import type { LabState, PeerView } from './lab-state.js';

const BURST = { kind: 'burst', count: 20, bytes: 40, everyMs: 10, meanwhile: true } as const;
const WRITES = { ...BURST, kind: 'write' } as const;
const DELAYS_MS: readonly number[] = [0, 100, 500];

/** The lab behind the screen: does what keys ask for, and tells what is. */
export class Lab {
  readonly #cluster: Cluster;
  readonly #chronicle: Chronicle;
  readonly #changed: () => void;
  readonly #there = new Set<string>();
  readonly #delays = new Map<string, number>();
  #picked = 0;
  #help = false;
  #notice = '';

  constructor(cluster: Cluster, chronicle: Chronicle, changed: () => void) {
    this.#cluster = cluster;
    this.#chronicle = chronicle;
    this.#changed = changed;
  }

  state(): LabState {
    const lacking = this.#cluster.lacking();
    const { samples, cacheSamples, entries, startedAtMs } = this.#chronicle;
    const cacheLacking = this.#cluster.caches.lacking();
    return {
      ...{ samples, entries, startedAtMs },
      nowMs: clockMs(),
      hasWrites: cacheLacking.size > 0 || cacheSamples.length > 0,
      peers: this.#members().map((member) => ({
        ...this.#viewOf(member, lacking.get(member.nick)),
        cacheLacks: cacheLacking.get(member.nick),
      })),
      picked: this.#picked,
      help: this.#help,
      notice: this.#notice,
    };
  }

  /** Does it; what cannot be done becomes a notice. `quit` is not for here. */
  async obey(deed: Deed): Promise<void> {
    this.#notice = '';
    try {
      if (this.#help) this.#help = false;
      else await this.#do(deed);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.#notice = error.message;
    }
    this.#changed();
  }

  async #do(deed: Deed): Promise<void> {
    const members = this.#members();
    const nick = members[this.#picked]?.nick ?? '';
    switch (deed.kind) {
      case 'pick':
        this.#picked = (this.#picked + deed.by + members.length) % members.length;
        return;
      case 'pick-number':
        this.#picked = Math.min(deed.index, members.length - 1);
        return;
      case 'help':
        this.#help = true;
        return;
      case 'quit':
        return;
      case 'heal':
        this.#there.clear();
        this.#delays.clear();
        this.#log('heal');
        return this.#cluster.heal();
      case 'burst-all':
        return this.#say(members);
      case 'kill-others':
        for (const other of members) {
          if (other.nick !== nick && other.run?.child.running === true) this.#kill(other.nick);
        }
        return;
      case 'kill':
        return this.#kill(nick);
      case 'freeze':
        return this.#freeze(this.#cluster.member(nick));
      case 'restart':
        return this.#restart(this.#cluster.member(nick));
      case 'leave':
        this.#log(`${nick} leaves`);
        return this.#cluster.leave(nick);
      case 'cut':
        await this.#cut(nick);
        return;
      case 'delay':
        return this.#delay(nick);
      case 'burst':
        return this.#say(members.filter((member) => member.nick === nick));
      case 'write':
        return this.#write(members.filter((member) => member.nick === nick));
      case 'write-all':
        return this.#write(members);
    }
  }

  #kill(nick: string): void {
    this.#cluster.kill(nick);
    this.#log(`kill -9 ${nick}`);
  }

  #freeze({ nick, condition }: Member): void {
    const thaws = condition === 'frozen';
    if (thaws) this.#cluster.thaw(nick);
    else this.#cluster.freeze(nick);
    this.#log(`${thaws ? 'thaw' : 'freeze'} ${nick}`);
  }

  async #restart({ nick, run }: Member): Promise<void> {
    if (run?.child.running === true) this.#kill(nick);
    await run?.child.ended;
    this.#cluster.start(nick);
    this.#log(`start ${nick}`);
  }

  async #cut(nick: string): Promise<void> {
    if (!this.#there.delete(nick)) this.#there.add(nick);
    this.#log(this.#there.has(nick) ? `cut off ${nick}` : `${nick} is back on this side`);
    await this.#cluster.sides(this.#there);
  }

  #delay(nick: string): void {
    const now = DELAYS_MS.indexOf(this.#delays.get(nick) ?? 0);
    const delayMs = DELAYS_MS[(now + 1) % DELAYS_MS.length] ?? 0;
    this.#delays.set(nick, delayMs);
    for (const other of this.#members()) {
      if (other.nick === nick) continue;
      this.#cluster.relay.shape(nick, other.nick, { delayMs });
      this.#cluster.relay.shape(other.nick, nick, { delayMs });
    }
    this.#log(`wires of ${nick}: ${delayMs} ms`);
  }

  #say(members: readonly Member[]): void {
    const speakers = members.filter(({ condition }) => condition === 'up');
    if (speakers.length === 0) throw new LabError('usage', 'nobody there can speak');
    const who = speakers.map(({ nick }) => nick);
    const burst = new Burst(
      speakers.flatMap(({ run }) => run ?? []),
      { ...BURST, who },
    );
    // A peer that refuses says why in its answer; the lab goes on.
    burst.ended.catch((error: unknown) => {
      this.#notice = error instanceof Error ? error.message : String(error);
    });
    this.#log(`${who.join(' ')} say ${BURST.count} messages each`);
  }

  #write(members: readonly Member[]): void {
    const writers = members.filter(({ condition }) => condition === 'up');
    if (writers.length === 0) throw new LabError('usage', 'nobody there can write');
    const who = writers.map(({ nick }) => nick);
    const { ended } = new Writing({
      writers,
      action: { ...WRITES, who },
      wrote: (atMs) => this.#cluster.caches.wrote(atMs),
    });
    // A peer that refuses says why in its answer; the lab goes on.
    ended.catch((error: unknown) => {
      this.#notice = error instanceof Error ? error.message : String(error);
    });
    this.#log(`${who.join(' ')} write ${WRITES.count} keys of the cache each`);
  }

  #members(): readonly Member[] {
    return [...this.#cluster.members.values()];
  }

  #viewOf(
    { nick, port, condition, sinceMs, run, opinions }: Member,
    lacks?: number,
  ): Omit<PeerView, 'cacheLacks'> {
    const runs = condition === 'up';
    const exists = runs || condition === 'frozen' || condition === 'starting';
    return {
      ...{ nick, port, condition, sinceMs, opinions, lacks },
      processId: exists ? run?.child.processId : undefined,
      holds: runs ? run?.shownCount : undefined,
      heardAtMs: runs ? run?.heardAtMs : undefined,
      there: this.#there.has(nick),
      delayMs: this.#delays.get(nick) ?? 0,
    };
  }

  #log(text: string): void {
    this.#chronicle.entry({ atMs: clockMs(), kind: 'do', who: 'you', text });
  }
}
