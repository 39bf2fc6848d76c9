import { fileURLToPath } from 'node:url';
import { Watch } from '../../observe/watch.js';
import type { Children } from '../../process/children.js';
import { Agent, type Sighting } from './agent-view.js';
import type { AgentRecord } from './protocol.js';

const agentFile = fileURLToPath(new URL('./agent.js', import.meta.url));
/** Boots of forty processes on two cores take their time; nothing that is measured does. */
const bootTimeoutMs = 60_000;

/** A mesh of agents on loopback, each its own process. */
export class Cluster {
  /** Those that should be alive. */
  readonly agents: Agent[] = [];
  /** Those that were killed or frozen; the death of anybody else is a false one. */
  readonly mayDie: Set<string> = new Set();
  readonly #watch = new Watch();
  readonly #children: Children;
  readonly #network: string;
  #started = 0;

  constructor(children: Children, network: string) {
    this.#children = children;
    this.#network = network;
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.agents.map(({ id }) => id));
  }

  /** One that listens, then all others at once; resolves with the time of the last complete list. */
  async boot(size: number): Promise<number> {
    await this.listening([this.start()]);
    const rest = Array.from({ length: size - 1 }, () => this.start());
    await this.listening(rest);
    return this.complete();
  }

  /** Starts an agent that joins through the oldest one alive. */
  start(): Agent {
    this.#started += 1;
    const label = `peer-${this.#started}`;
    const port = this.agents[0]?.ready?.port;
    const seed = port === undefined ? [] : [`127.0.0.1:${port}`];
    const child = this.#children.start({
      label,
      file: agentFile,
      args: [label, this.#network, this.#children.folder, ...seed],
      onLine: (line) => {
        // Both ends of this pipe are built from the same sources.
        agent.take(JSON.parse(line) as AgentRecord);
        this.#watch.changed();
      },
    });
    const agent = new Agent(label, child);
    this.agents.push(agent);
    return agent;
  }

  listening(agents: readonly Agent[]): Promise<true> {
    return this.until('every peer listens', bootTimeoutMs, () =>
      agents.every(({ ready }) => ready !== undefined) ? true : undefined,
    );
  }

  /** Resolves with the time at which the last list became complete. */
  complete(timeoutMs: number = bootTimeoutMs): Promise<number> {
    return this.until('every list is complete', timeoutMs, () => {
      const ids = this.ids;
      return latest(this.agents.map((agent) => agent.completeAt(ids)));
    });
  }

  /** Resolves with the time at which the last of `watchers` saw the last of `ids` in this state. */
  seen(
    watchers: readonly Agent[],
    ids: readonly string[],
    state: Sighting['state'],
    { sinceMs, timeoutMs }: { readonly sinceMs: number; readonly timeoutMs: number },
  ): Promise<number> {
    return this.until(`${ids.length} seen ${state} by all`, timeoutMs, () =>
      latest(watchers.flatMap((agent) => ids.map((id) => agent.sawAt(id, state, sinceMs)))),
    );
  }

  until<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    return this.#watch.until(look, { what, timeoutMs, signal: this.#children.failure });
  }

  /** Takes agents out of those that should be alive. */
  remove(gone: readonly Agent[]): void {
    for (const agent of gone) this.agents.splice(this.agents.indexOf(agent), 1);
  }

  /** Sightings of the death of somebody who was not killed or frozen. Forgets all sightings. */
  takeFalseDeaths(): number {
    let found = 0;
    for (const { sightings } of this.agents) {
      found += sightings.filter(({ id, state }) => state === 'dead' && !this.mayDie.has(id)).length;
      sightings.length = 0;
    }
    return found;
  }
}

/** The greatest of the times, or undefined while one of them is unknown. */
function latest(times: readonly (number | undefined)[]): number | undefined {
  let last = 0;
  for (const time of times) {
    if (time === undefined) return undefined;
    last = Math.max(last, time);
  }
  return last;
}
