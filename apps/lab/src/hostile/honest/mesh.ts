import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { clockMs } from '../../clock.js';
import { Watch } from '../../observe/watch.js';
import type { Children } from '../../process/children.js';
import { AgentPeer } from './agent-peer.js';
import { ProcessorWatch } from './processor-time.js';
import { MemoryWatch } from './resident-memory.js';
import type { Heard } from './talk.js';
import { Witness } from './witness.js';

const NICKS = ['ana', 'bob', 'cy'] as const;
/** Each of the four says something this often: 480 hearings a second, so that a p99 means something. */
const SAYS_EVERY_MS = 25;
/** Only a failure takes this long: a busy machine is slow, and not wrong. */
const START_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** What was said has this long to reach everybody once nobody talks any more. */
const ARRIVAL_TIMEOUT_MS = 30_000;
const ASK_EVERY_MS = 100;
const MIB = 2 ** 20;
/** The beginning of a window. */
const BEGINNING_MS = 500;

export interface MeshOptions {
  readonly children: Children;
  readonly chatFile: string;
  /** Port of the announcements, so that attacks on discovery meet somebody. */
  readonly discoveryPort: number;
  readonly number: number;
  /** Where processor profiles of those that measure go, if they are wanted. */
  readonly profileFolder?: string | undefined;
}

/** What the honest told of an offender, in words. */
export interface Told {
  /** By the chat program. */
  readonly notices: readonly string[];
  /** Why our own honest peers refused it. */
  readonly refusals: readonly string[];
  /** Why links of theirs with somebody who is none of them ended. */
  readonly partings: readonly string[];
}

/** What the honest saw in some seconds of their talk. */
export interface Window {
  /** Sentences that each of the others should have heard, all together. */
  readonly expected: number;
  readonly heard: number;
  readonly repeated: number;
  /** From saying to hearing, of each hearing. */
  readonly agesMs: readonly number[];
  /** Of what was said after the beginning, in which an attack has the engine compile what it never ran before. */
  readonly laterAgesMs: readonly number[];
  /** The longest turn of an event loop in processor time; NaN where the system does not tell. */
  readonly turnMs: number;
  /** Processor time of all four while it went on, in cores; NaN where the system does not tell. */
  readonly cores: number;
  /** Of the largest peer at the start. */
  readonly residentMiB: number;
  /** Of the peer whose memory grew most. */
  readonly grownMiB: number;
  readonly told: Told;
  /** Honest peers that some honest peer did not call alive in the end. */
  readonly missed: readonly string[];
  readonly unclean: number;
}

/** Four honest peers that talk: three of our own making that measure, and the chat program. */
export class HonestMesh {
  readonly network: string;
  readonly networkKey: Uint8Array = randomBytes(32);
  readonly discoveryPort: number;
  readonly #options: MeshOptions;
  readonly #watch = new Watch();
  readonly #agents: readonly AgentPeer[];
  #witness: Witness | undefined;
  #ids: readonly string[] = [];
  #phase = 0;

  constructor(options: MeshOptions) {
    const { children, discoveryPort, number, profileFolder } = options;
    this.#options = options;
    this.discoveryPort = discoveryPort;
    this.network = `hostile-${process.pid}-${number}`;
    const networkKey = Buffer.from(this.networkKey).toString('hex');
    const folder = path.join(children.folder, this.network);
    this.#agents = NICKS.map(
      (nick) =>
        new AgentPeer({
          children,
          watch: this.#watch,
          agent: { nick, network: this.network, networkKey, folder, discoveryPort },
          profileFolder,
        }),
    );
  }

  /** Of all four, as are the next two, in one order. */
  get nicks(): readonly string[] {
    return [...NICKS, this.witness.nick];
  }

  get addresses(): readonly string[] {
    return [...this.#agents.map(({ address }) => address), this.witness.address ?? ''];
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  get witness(): Witness {
    if (this.#witness === undefined) throw new Error('the mesh is not started');
    return this.#witness;
  }

  /** Resolves when all four see each other. */
  async start(): Promise<void> {
    const { children, chatFile } = this.#options;
    const { network, networkKey } = this;
    await this.#until('three peers ready', START_TIMEOUT_MS, () =>
      this.#agents.every((agent) => agent.ready !== undefined) ? true : undefined,
    );
    const [first, ...others] = this.#agents;
    if (first === undefined) return;
    for (const agent of others) agent.tell({ do: 'join', address: first.address });
    const watch = this.#watch;
    const join = first.address;
    this.#witness = new Witness({ children, watch, chatFile, network, networkKey, join });
    await this.#until('four peers that see each other', START_TIMEOUT_MS, () =>
      this.witness.address !== undefined &&
      this.#agents.every((agent) => linked(agent) >= NICKS.length)
        ? true
        : undefined,
    );
    const agents = this.#agents.map(({ id }) => id);
    const seen = first.all('state').map(({ id }) => id);
    this.#ids = [...agents, seen.find((id) => !agents.includes(id)) ?? ''];
  }

  /** What was told since a time of whoever comes from that address; of anybody if that is not known. */
  toldSince(sinceMs: number, from?: string): Told {
    const isOf = (text: string) => from === undefined || text.includes(`${from}:`);
    const since = ({ atMs }: { readonly atMs: number }) => atMs >= sinceMs;
    const refused = this.#agents.flatMap((agent) => agent.all('refused')).filter(since);
    const links = this.#agents.flatMap((agent) => agent.all('link')).filter(since);
    return {
      notices: this.witness
        .noticesSince(sinceMs)
        .filter((notice) => !notice.startsWith('refused') || isOf(notice)),
      refusals: refused.filter(({ address }) => isOf(address)).map(({ reason }) => reason),
      partings: links
        .filter(({ id, up }) => !up && !this.#ids.includes(id))
        .map(({ reason }) => reason),
    };
  }

  /** Resolves when somebody told why whoever comes from that address is refused, or after a while. */
  async untilTold(sinceMs: number, from?: string): Promise<void> {
    const endMs = clockMs() + ANSWER_TIMEOUT_MS;
    while (clockMs() < endMs) {
      const { notices, refusals, partings } = this.toldSince(sinceMs, from);
      const isRefused = notices.some((notice) => notice.startsWith('refused'));
      if (isRefused || refusals.length > 0 || partings.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /**
   * Lets all four talk while something happens, and until all of it is heard or given up.
   * @param from the address of whoever makes it happen
   */
  async during(happening: () => Promise<unknown>, from?: string): Promise<Window> {
    this.#phase += 1;
    const phase = this.#phase;
    const sinceMs = clockMs();
    const uncleanBefore = this.witness.unclean;
    const memory = new MemoryWatch(this.#processes());
    const processor = new ProcessorWatch(this.#processes());
    for (const agent of this.#agents) agent.tell({ do: 'talk', phase, everyMs: SAYS_EVERY_MS });
    this.witness.talk(phase, SAYS_EVERY_MS);
    let cores = Number.NaN;
    try {
      await happening();
    } finally {
      cores = processor.stop();
      this.witness.hush();
      for (const agent of this.#agents) {
        agent.forget('hushed');
        agent.tell({ do: 'hush' });
      }
    }
    const said = await this.#saidBy();
    const { heard, missed, turnMs } = await this.#arrived(phase, said);
    const ages = heard.flatMap(({ agesMs }) => agesMs);
    return {
      expected: expectedOf(said),
      heard: ages.length,
      repeated: heard.reduce((sum, { repeated }) => sum + repeated, 0),
      agesMs: ages,
      laterAgesMs: heard.flatMap(({ agesMs, saidMs }) =>
        agesMs.filter((_, index) => (saidMs[index] ?? 0) >= sinceMs + BEGINNING_MS),
      ),
      turnMs,
      cores,
      residentMiB: memory.firstBytes / MIB,
      grownMiB: memory.stop() / MIB,
      told: this.toldSince(sinceMs, from),
      missed,
      unclean: this.witness.unclean - uncleanBefore,
    };
  }

  /** Ends all four; with profiles those that measure end by themselves, since only then one is written. */
  async end(): Promise<void> {
    if (this.#options.profileFolder !== undefined) {
      for (const { child } of this.#agents) child.endInput();
      await Promise.all(this.#agents.map(({ child }) => child.ended));
    }
    for (const child of this.#processes()) child.kill();
    await Promise.all(this.#processes().map(({ ended }) => ended));
  }

  #processes() {
    return [
      ...this.#agents.map(({ child }) => child),
      ...(this.#witness ? [this.#witness.child] : []),
    ];
  }

  async #saidBy(): Promise<ReadonlyMap<string, number>> {
    const hushed = await this.#until('an answer of every peer', ANSWER_TIMEOUT_MS, () => {
      const records = this.#agents.map((agent) => agent.find('hushed'));
      const known = records.filter((record) => record !== undefined);
      return known.length === records.length ? known : undefined;
    });
    const said = new Map(this.#agents.map(({ nick }, index) => [nick, hushed[index]?.said ?? 0]));
    return said.set(this.witness.nick, this.witness.said);
  }

  /** Asks all what they heard, until that is everything or it takes too long. */
  async #arrived(
    phase: number,
    said: ReadonlyMap<string, number>,
  ): Promise<{ heard: readonly Heard[]; missed: readonly string[]; turnMs: number }> {
    const endMs = clockMs() + ARRIVAL_TIMEOUT_MS;
    for (;;) {
      const reports = await this.#reports(phase);
      const heard = [...reports, this.witness.heard(phase)];
      const missed = [
        ...new Set(reports.flatMap(({ alive }, index) => this.#absent(alive, index))),
      ];
      const all = heard.reduce((sum, { agesMs }) => sum + agesMs.length, 0) >= expectedOf(said);
      const turnMs = Math.max(...reports.map((report) => report.turnMs ?? Number.NaN));
      if ((all && missed.length === 0) || clockMs() > endMs) return { heard, missed, turnMs };
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  #absent(alive: readonly string[], of: number): readonly string[] {
    return this.nicks.filter((_, index) => index !== of && !alive.includes(this.ids[index] ?? ''));
  }

  #reports(phase: number) {
    for (const agent of this.#agents) {
      agent.forget('report');
      agent.tell({ do: 'report', phase });
    }
    return this.#until('a report of every peer', ANSWER_TIMEOUT_MS, () => {
      const records = this.#agents.map((agent) => agent.find('report'));
      const known = records.filter((record) => record !== undefined);
      return known.length === records.length ? known : undefined;
    });
  }

  #until<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    const signal = this.#options.children.failure;
    return this.#watch.until(look, { what, timeoutMs, signal });
  }
}

/** How many others it has a link with. */
function linked(agent: AgentPeer): number {
  const up = new Map(agent.all('link').map((link) => [link.id, link.up]));
  return [...up.values()].filter(Boolean).length;
}

/** Each hears what the other three said. */
function expectedOf(said: ReadonlyMap<string, number>): number {
  const all = [...said.values()].reduce((sum, count) => sum + count, 0);
  return all * (said.size - 1);
}
