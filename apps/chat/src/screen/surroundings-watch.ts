import type { ChatMessage } from '../chat/message.js';
import type { ChatSession } from '../chat/session.js';
import { watchedMessagesMax } from '../limits.js';
import { listedMembers } from '../view/mesh-table.js';
import type { Holding } from '../view/notice.js';
import { RoundTrips } from '../watch/round-trips.js';
import { LinkMeter } from './mesh/link-meter.js';
import { readClocks } from './mesh/read-clocks.js';
import type { ServicesReader } from './mesh/read-services.js';
import type { Surroundings } from './model/surroundings.js';

export interface SurroundingsWatchOptions {
  readonly session: ChatSession;
  /** Own messages that nobody else is known to hold. */
  readonly waiting: () => number;
  readonly tell: (surroundings: Surroundings) => void;
  readonly complain: (text: string) => void;
}

/** Ages are read anew this often; changes are told at once. */
const AGES_MS = 1_000;
const MESH_AGES_MS = 250;
const NO_CLOCKS: Surroundings['clocks'] = new Map();
/** Changes that come faster than this are told together. */
const TOGETHER_MS = 30;

/** Reads the mesh for the screen when something in it changes, and every second for the ages. */
export class SurroundingsWatch {
  readonly #options: SurroundingsWatchOptions;
  readonly #stops: (() => void)[] = [];
  /** Own messages of this run, the newest last. */
  #own: ChatMessage[] = [];
  #holdings: ReadonlyMap<string, Holding> = new Map();
  /** Clocks and links are read too: somebody looks at the mesh. */
  #detailed = false;
  readonly #rates: LinkMeter;
  readonly #roundTrips = new RoundTrips();
  /** Opened by the first look at the mesh: it takes a while to load, and few who chat need it. */
  #services: ServicesReader | undefined;
  #servicesAsked = false;
  #isOver = false;
  #ages: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: SurroundingsWatchOptions) {
    this.#options = options;
    this.#rates = new LinkMeter(options.session.peer);
  }

  start(): void {
    const { peer } = this.#options.session;
    const touch = (): void => this.#touch();
    for (const name of ['member', 'meta', 'sync', 'link', 'isolated'] as const) {
      this.#stops.push(peer.on(name, touch));
    }
    this.#setPace();
    this.#tell();
  }

  /** Whether somebody looks at the mesh: its ages are read more often, and clocks and links too. */
  detail(detailed: boolean): void {
    if (detailed === this.#detailed) return;
    this.#detailed = detailed;
    this.#openServices();
    this.#setPace();
    this.#touch();
  }

  #openServices(): void {
    const { session, complain } = this.#options;
    if (this.#servicesAsked) return;
    this.#servicesAsked = true;
    import('./mesh/read-services.js')
      .then(({ readServices }) => {
        if (!this.#isOver) this.#services = readServices(session.peer);
      })
      .catch((error: unknown) => complain(`services are not shown: ${String(error)}`));
  }

  #setPace(): void {
    clearInterval(this.#ages);
    this.#ages = setInterval(() => this.#tell(), this.#detailed ? MESH_AGES_MS : AGES_MS);
  }

  stop(): void {
    clearInterval(this.#ages);
    clearTimeout(this.#soon);
    for (const stop of this.#stops.splice(0)) stop();
    this.#isOver = true;
    this.#services?.stop();
  }

  /** An own message whose mark is to be followed; others are not of interest. */
  said(message: ChatMessage): void {
    const { peer } = this.#options.session;
    if (!message.own || message.id.generation !== peer.generation) return;
    this.#own.push(message);
    if (this.#own.length > 2 * watchedMessagesMax) this.#own = this.#own.slice(-watchedMessagesMax);
    this.#touch();
  }

  read(): Surroundings {
    const { session, waiting } = this.#options;
    const { peer, names, lackedAtDeath } = session;
    const { live, inSync, isolated, stateHash, messages, heldBack } = peer.status();
    const members = listedMembers(peer.members(), names);
    const roundTrips = this.#roundTrips.read(members);
    return {
      atMs: Date.now(),
      members: members.map((member) => ({
        ...member,
        name: names.of(member.id),
        rttMs: roundTrips.get(member.id),
      })),
      status: { live, inSync, isolated, stateHash, messages, heldBack },
      lackedAtDeath,
      waiting: this.#own.length === 0 ? 0 : waiting(),
      holdings: this.#readHoldings(),
      clocks: this.#detailed ? readClocks(peer) : NO_CLOCKS,
      links: this.#detailed ? this.#rates.read(performance.now()) : [],
      services: this.#detailed ? (this.#services?.read() ?? []) : [],
    };
  }

  #readHoldings(): ReadonlyMap<string, Holding> {
    const { peer } = this.#options.session;
    const holdings = new Map<string, Holding>();
    let changed = false;
    for (const { key, id } of this.#own.slice(-watchedMessagesMax)) {
      const known = this.#holdings.get(key);
      const { held, live } = peer.receipt(id);
      const isSame = known?.held === held && known.live === live;
      changed ||= !isSame;
      holdings.set(key, isSame && known !== undefined ? known : { held, live });
    }
    if (changed) this.#holdings = holdings;
    return this.#holdings;
  }

  #touch(): void {
    this.#soon ??= setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  #tell(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#options.tell(this.read());
  }
}
