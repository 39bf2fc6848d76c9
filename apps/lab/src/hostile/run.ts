import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../clock.js';
import type { Narrator } from '../output/narrator.js';
import { formatMs } from '../output/table.js';
import type { Children } from '../process/children.js';
import { greatest, least, median, quantile } from '../stats.js';
import type { Attack, Ending, Target } from './attacker/attack.js';
import { Attacker } from './attacker/attacker-process.js';
import { HonestMesh, type Window } from './honest/mesh.js';
import type { Quiet } from './report.js';
import { type Row, rowOf, type Turn } from './row.js';

export interface RunOptions {
  readonly narrator: Narrator;
  readonly chatFile: string;
  /** How long a window is. */
  readonly forMs: number;
  /** How often each attack is made, and the mesh looked at undisturbed before. */
  readonly turns: number;
  /** Whether each attack is also made on a mesh apart, to see what it costs the machine. */
  readonly isControlled: boolean;
  /** Where processor profiles of honest peers go, one a mesh and peer; none if undefined. */
  readonly profileFolder?: string | undefined;
}

/** What a process does in its first seconds is no measure of it; who looks for no times need not wait. */
const WARM_UP_MS_MAX = 1_500;
/** One of those that measure, and the chat program, which tells people what it sees. */
const ATTACKED = ['ana', 'dia'];
/** A window goes on for a moment after its attack, since what that did may show late. */
const AFTERMATH_MS = 200;
/** The first of the addresses that attacks come from: 127.0.0.11. */
const ADDRESS_OFFSET = 10;
const ADDRESSES = 240;

/** Four honest peers that talk, and where it is asked for four apart that are silent. */
interface Meshes {
  readonly honest: HonestMesh;
  readonly apart: HonestMesh | undefined;
}

/** The mesh of the moment, and who attacks it. */
export class Run {
  readonly #options: RunOptions;
  readonly #children: Children;
  readonly #attacker: Attacker;
  readonly #quiets: Window[] = [];
  #meshes: Meshes | undefined;
  #started = 0;
  #attacks = 0;

  constructor(options: RunOptions, children: Children) {
    this.#options = options;
    this.#children = children;
    this.#attacker = new Attacker(children);
  }

  /** Of all turns together; undefined before the first. */
  get quiet(): Quiet | undefined {
    const windows = this.#quiets;
    if (windows.length === 0) return undefined;
    const agesMs = windows.flatMap((window) => window.agesMs);
    return {
      p50Ms: quantile(agesMs, 0.5),
      p99Ms: quantile(agesMs, 0.99),
      turnMs: median(windows.map(({ turnMs }) => turnMs)),
      cores: median(windows.map(({ cores }) => cores)),
      delivered: least(windows.map(({ heard, expected }) => heard / expected)),
      residentMiB: greatest(windows.map(({ residentMiB }) => residentMiB)),
    };
  }

  /** Looks at the mesh undisturbed and attacked, in turns. */
  async attack(attack: Attack): Promise<Row> {
    const turns: Turn[] = [];
    while (turns.length < this.#options.turns) turns.push(await this.#turn(attack));
    const row = rowOf(attack, turns);
    this.#options.narrator.step(attack.as, `${attack.name}: ${summaryOf(row)}`);
    return row;
  }

  async #turn(attack: Attack): Promise<Turn> {
    const { honest, apart } = this.#meshes ?? (await this.#freshMeshes());
    const quiet = await honest.during(() => sleep(this.#options.forMs));
    this.#quiets.push(quiet);
    // The control comes first: what it leaves behind may only make the attack look worse.
    const isControlled = apart !== undefined && attack.answer === 'bounded';
    const control = isControlled ? await this.#during(honest, attack, apart) : undefined;
    const attacked = await this.#during(honest, attack, honest);
    const turn = { quiet, attacked: attacked.window, control: control?.window };
    const isWhole = attacked.window.heard === attacked.window.expected;
    if (attack.leavesTraces === true || !isWhole) await this.end();
    return { ...turn, endings: attacked.endings };
  }

  /** The honest talk while somebody is attacked. */
  async #during(honest: HonestMesh, attack: Attack, attacked: HonestMesh) {
    const { forMs } = this.#options;
    const from = await localAddress(this.#attacks);
    this.#attacks += 1;
    const all = targetsOf(attacked);
    const command = {
      attack: attack.name,
      targets: all.filter(({ nick }) => ATTACKED.includes(nick)),
      honest: all,
      network: attacked.network,
      networkKey: Buffer.from(attacked.networkKey).toString('hex'),
      discoveryPort: attacked.discoveryPort,
      forMs,
      from,
    };
    const sinceMs = clockMs();
    let endings: readonly Ending[] = [];
    const window = await honest.during(async () => {
      const enough = sleep(forMs);
      endings = await this.#attacker.attack(command);
      await Promise.all([enough, sleep(AFTERMATH_MS)]);
      if (attack.answer === 'cut') await honest.untilTold(sinceMs, from);
    }, from);
    return { window, endings };
  }

  async #freshMeshes(): Promise<Meshes> {
    const { forMs, isControlled } = this.#options;
    const meshes = {
      honest: await this.#freshMesh(),
      apart: isControlled ? await this.#freshMesh() : undefined,
    };
    await Promise.all([meshes.honest.start(), meshes.apart?.start()]);
    await meshes.honest.during(() => sleep(Math.min(forMs, WARM_UP_MS_MAX)));
    this.#meshes = meshes;
    return meshes;
  }

  async #freshMesh(): Promise<HonestMesh> {
    this.#started += 1;
    return new HonestMesh({
      children: this.#children,
      chatFile: this.#options.chatFile,
      discoveryPort: await freeDatagramPort(),
      number: this.#started,
      profileFolder: this.#options.profileFolder,
    });
  }

  /** Ends the mesh; the next attack meets a fresh one. */
  async end(): Promise<void> {
    const meshes = this.#meshes;
    this.#meshes = undefined;
    await Promise.all([meshes?.honest.end(), meshes?.apart?.end()]);
  }
}

function summaryOf({ cut, cutMs, p99Ms, quietP99Ms, missed }: Row): string {
  const how = cut === 0 ? 'nobody was cut' : `${cut} cut within ${formatMs(cutMs)}`;
  const times = `p99 ${formatMs(p99Ms)}, quiet ${formatMs(quietP99Ms)}`;
  return [
    `${how}, ${times}`,
    ...(missed.length === 0 ? [] : [`MISSED: ${missed.join('; ')}`]),
  ].join('; ');
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
  const address = `127.0.0.${ADDRESS_OFFSET + 1 + (number % ADDRESSES)}`;
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
