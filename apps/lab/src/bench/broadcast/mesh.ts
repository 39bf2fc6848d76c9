import { fileURLToPath } from 'node:url';
import { clockMs } from '../../clock.js';
import { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import type { AgentCommand, AgentRecord, PublishedRecord, ReportRecord } from './protocol.js';

const agentFile = fileURLToPath(new URL('./agent.js', import.meta.url));
/** Long enough for a flood to drain; a system that is not connected by then does not settle. */
const answerTimeoutMs = 60_000;

/** One process of a system, seen from outside. */
class Agent {
  readonly child: Child;
  readonly records: AgentRecord[] = [];

  constructor(child: Child) {
    this.child = child;
  }

  find<Kind extends AgentRecord['kind']>(
    kind: Kind,
  ): Extract<AgentRecord, { kind: Kind }> | undefined {
    return this.records.find(
      (record): record is Extract<AgentRecord, { kind: Kind }> => record.kind === kind,
    );
  }
}

export interface MeshOptions {
  readonly children: Children;
  readonly moduleUrl: string;
  readonly size: number;
  readonly network: string;
  /** Arguments of Node for the first process, to profile it. */
  readonly nodeArgs: readonly string[];
}

/** N processes of one system, connected with each other. */
export class Mesh {
  readonly size: number;
  readonly #children: Children;
  readonly #watch = new Watch();
  readonly #agents: readonly Agent[];
  readonly #startedAtMs = clockMs();
  #phase = 0;

  constructor({ children, moduleUrl, size, network, nodeArgs }: MeshOptions) {
    this.size = size;
    this.#children = children;
    this.#agents = Array.from({ length: size }, (_, index) => {
      const child = children.start({
        label: `peer-${index}`,
        file: agentFile,
        args: [moduleUrl, String(index), String(size), network, children.folder],
        nodeArgs: index === 0 ? nodeArgs : [],
        onLine: (line) => {
          // Both ends of this pipe are built from the same sources.
          agent.records.push(JSON.parse(line) as AgentRecord);
          this.#watch.changed();
        },
      });
      const agent: Agent = new Agent(child);
      return agent;
    });
  }

  /** From the start of the first process until the last one is connected with all. */
  async connect(): Promise<number> {
    const listening = await this.#all('listening');
    this.#tellAll({ do: 'connect', addresses: listening.map(({ address }) => address) });
    const connected = await this.#all('connected');
    return Math.max(...connected.map(({ atMs }) => atMs)) - this.#startedAtMs;
  }

  /** A phase of its own, so that latecomers of another one are not counted in it. */
  nextPhase(): number {
    this.#phase += 1;
    return this.#phase;
  }

  tell(index: number, command: AgentCommand): void {
    this.#agents[index]?.child.send(command);
  }

  #tellAll(command: AgentCommand): void {
    for (const { child } of this.#agents) child.send(command);
  }

  /** Tells all, and resolves when all have published. */
  async publishAll(command: Extract<AgentCommand, { do: 'flood' }>): Promise<PublishedRecord[]> {
    this.#tellAll(command);
    const published = await this.#all('published');
    this.#forget();
    return published;
  }

  /** Tells one, and resolves when it has published. */
  async publishOne(index: number, command: AgentCommand): Promise<void> {
    this.tell(index, command);
    await this.#until('published', () => this.#agents[index]?.find('published'));
    this.#forget();
  }

  async reports(phase: number, ages: boolean): Promise<ReportRecord[]> {
    this.#tellAll({ do: 'report', phase, ages });
    const reports = await this.#all('report');
    this.#forget();
    return reports;
  }

  /** Lets the first process end by itself: a profile is only written then. */
  async endFirst(): Promise<void> {
    this.#agents[0]?.child.endInput();
    await this.#agents[0]?.child.ended;
  }

  #all<Kind extends AgentRecord['kind']>(
    kind: Kind,
  ): Promise<Extract<AgentRecord, { kind: Kind }>[]> {
    return this.#until(kind, () => {
      const found = this.#agents.map((agent) => agent.find(kind));
      const known = found.filter((record) => record !== undefined);
      return known.length === found.length ? known : undefined;
    });
  }

  #until<T>(what: string, look: () => T | undefined): Promise<T> {
    return this.#watch.until(look, {
      what: `"${what}" of ${this.size} processes`,
      timeoutMs: answerTimeoutMs,
      signal: this.#children.failure,
    });
  }

  #forget(): void {
    for (const { records } of this.#agents) records.length = 0;
  }
}
