import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../clock.js';
import type { Narrator } from '../output/narrator.js';
import { formatMs } from '../output/table.js';
import type { Children } from '../process/children.js';
import type { Attack, Ending, Target } from './attacker/attack.js';
import { Attacker } from './attacker/attacker-process.js';
import { HonestMesh, type Window } from './honest/mesh.js';
import type { Quiet } from './report.js';
import { isOnlySlow, type Row, rowOf } from './row.js';

export interface RunOptions {
  readonly narrator: Narrator;
  readonly chatFile: string;
  readonly forMs: number;
  /** How often an attack is tried where nothing but the p99 is missed. */
  readonly triesMax: number;
}

/** What a process does in its first seconds is no measure of it; who looks for no times need not wait. */
const WARM_UP_MS_MAX = 1_500;
const QUIET_WINDOWS = 3;
/** One of those that measure, and the chat program, which tells people what it sees. */
const ATTACKED = ['ana', 'dia'];
/** A window goes on for a moment after its attack, since what that did may show late. */
const AFTERMATH_MS = 200;

/** The mesh of the moment, and who attacks it. */
export class Run {
  readonly #options: RunOptions;
  readonly #children: Children;
  readonly #attacker: Attacker;
  readonly #quiets: Quiet[] = [];
  #mesh: HonestMesh | undefined;
  #meshes = 0;
  #attacks = 0;
  #discoveryPort: number | undefined;

  constructor(options: RunOptions, children: Children) {
    this.#options = options;
    this.#children = children;
    this.#attacker = new Attacker(children);
  }

  /** Of the slowest of all quiet windows. */
  get quiet(): Quiet {
    const worst = (of: (quiet: Quiet) => number) => Math.max(...this.#quiets.map(of));
    return {
      p50Ms: worst(({ p50Ms }) => p50Ms),
      p99Ms: worst(({ p99Ms }) => p99Ms),
      turnMs: worst(({ turnMs }) => turnMs),
      delivered: Math.min(...this.#quiets.map(({ delivered }) => delivered)),
      residentMiB: worst(({ residentMiB }) => residentMiB),
    };
  }

  /** The same attack again where all that was wrong is time, which the machine may have taken. */
  async attack(attack: Attack): Promise<Row> {
    let row = await this.#attackOnce(attack);
    const { triesMax } = this.#options;
    // Other work of the machine only ever makes it slower: the goal counts as met if it once is.
    for (let tries = 1; tries < triesMax && isOnlySlow(row); tries += 1) {
      row = await this.#attackOnce(attack);
    }
    return row;
  }

  async #attackOnce(attack: Attack): Promise<Row> {
    const { narrator, forMs } = this.#options;
    const mesh = this.#mesh ?? (await this.#freshMesh());
    const honest = targetsOf(mesh);
    this.#attacks += 1;
    const command = {
      attack: attack.name,
      targets: honest.filter(({ nick }) => ATTACKED.includes(nick)),
      honest,
      network: mesh.network,
      networkKey: Buffer.from(mesh.networkKey).toString('hex'),
      discoveryPort: this.#discoveryPort ?? 0,
      forMs,
      from: await localAddress(this.#attacks),
    };
    const sinceMs = clockMs();
    let endings: readonly Ending[] = [];
    const window = await mesh.during(async () => {
      const least = sleep(forMs);
      endings = await this.#attacker.attack(command);
      await Promise.all([least, sleep(AFTERMATH_MS)]);
      if (attack.answer === 'cut') await mesh.untilTold(sinceMs, command.from);
    }, command.from);
    const row = rowOf(attack, endings, window, this.quiet.p99Ms);
    narrator.step(attack.as, `${attack.name}: ${summaryOf(row)}`);
    if (attack.leavesTraces === true || row.delivered < 1) await this.end();
    return row;
  }

  async #freshMesh(): Promise<HonestMesh> {
    const { narrator, chatFile, forMs } = this.#options;
    this.#discoveryPort ??= await freeDatagramPort();
    this.#meshes += 1;
    const mesh = new HonestMesh({
      children: this.#children,
      chatFile,
      discoveryPort: this.#discoveryPort,
      number: this.#meshes,
    });
    await mesh.start();
    await mesh.during(() => sleep(Math.min(forMs, WARM_UP_MS_MAX)));
    const windows: Window[] = [];
    for (let count = 0; count < QUIET_WINDOWS; count += 1) {
      windows.push(await mesh.during(() => sleep(forMs)));
    }
    const quiet = quietOf(windows);
    this.#quiets.push(quiet);
    const times = `p50 ${formatMs(quiet.p50Ms)}, p99 ${formatMs(quiet.p99Ms)}`;
    narrator.step('quiet', `four peers talk undisturbed: ${times}`);
    this.#mesh = mesh;
    return mesh;
  }

  /** Ends the mesh; the next attack meets a fresh one. */
  async end(): Promise<void> {
    await this.#mesh?.end();
    this.#mesh = undefined;
  }
}

function summaryOf({ cut, cutMs, missed }: Row): string {
  const how = cut === 0 ? 'nobody was cut' : `${cut} cut within ${formatMs(cutMs)}`;
  return missed.length === 0 ? how : `${how}; MISSED: ${missed.join('; ')}`;
}

function quietOf(windows: readonly Window[]): Quiet {
  const worst = (of: (window: Window) => number) => Math.max(...windows.map(of));
  return {
    p50Ms: worst(({ p50Ms }) => p50Ms),
    p99Ms: worst(({ p99Ms }) => p99Ms),
    turnMs: worst(({ turnMs }) => turnMs),
    delivered: Math.min(...windows.map(({ heard, expected }) => heard / expected)),
    residentMiB: worst(({ residentMiB }) => residentMiB),
  };
}

function targetsOf({ addresses, ids, nicks }: HonestMesh): readonly Target[] {
  return addresses.map((address, index) => {
    const colon = address.lastIndexOf(':');
    return {
      nick: nicks[index] ?? '',
      id: ids[index] ?? '',
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
    };
  });
}

/** Each attack comes from an address of its own, where this machine has more than one. */
async function localAddress(number: number): Promise<string | undefined> {
  const address = `127.0.0.${10 + number}`;
  const server = net.createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, address, () => resolve(true));
  });
  if (!free) return undefined;
  server.close();
  await once(server, 'close');
  return address;
}

async function freeDatagramPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
