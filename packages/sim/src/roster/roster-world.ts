import {
  DEFAULT_LIMITS,
  type PeerId,
  peerId,
  pick,
  type Random,
  Roster,
  sample,
  seededRandom,
} from '@hearsay/core';
import { Keys } from '../keys.js';

const START_MS = 1_700_000_000_000;
const MS_PER_SECOND = 1_000;
/** As many links as a peer keeps in an active view of HyParView. */
const NEIGHBOURS = 5;
/** News goes on to so many of them, once. */
const PUSHED_TO = 2;
/** Between two comparisons with one neighbour. */
const COMPARE_SECONDS = 10;
const PEER_HEX_DIGITS = 64;
/** Bytes of a frame around what it carries. */
const FRAME_BYTES = 6;
const NO_META = new Uint8Array();

interface Station {
  readonly id: PeerId;
  readonly roster: Roster;
  readonly neighbours: Set<number>;
  readonly phase: number;
  alive: boolean;
}

/** Of all messages, when a share of them is lost. */
interface Mail {
  readonly to: number;
  readonly bytes: Uint8Array;
}

/**
 * Rosters and nothing else: each peer has five neighbours, passes news on to two of them once a
 * second, and compares with one every ten. Time goes by in seconds.
 */
export class RosterWorld {
  readonly stations: Station[] = [];
  /** Sent by all. */
  bytes = 0;
  lossPercent = 0;
  seconds = 0;
  /** Which side of a cut a peer is on; messages between two sides are lost. */
  side: (index: number) => number = () => 0;
  readonly #random: Random;
  readonly #keys: Keys;
  #mail: Mail[] = [];

  constructor(seed: string, peers: number) {
    this.#random = seededRandom(seed);
    this.#keys = new Keys(this.#random.split('keys'));
    for (let index = 0; index < peers; index++) this.#add(index);
    for (let index = 1; index < peers; index++) this.#link(index, this.#random.below(index));
    for (let index = 0; index < peers; index++) {
      const station = this.at(index);
      for (let tries = 0; station.neighbours.size < NEIGHBOURS && tries < peers; tries++) {
        const other = this.#random.below(peers);
        if (other !== index && this.at(other).neighbours.size <= NEIGHBOURS)
          this.#link(index, other);
      }
    }
  }

  get nowMs(): number {
    return START_MS + this.seconds * MS_PER_SECOND;
  }

  at(index: number): Station {
    const station = this.stations[index];
    if (station === undefined) throw new Error(`there is no peer ${index}`);
    return station;
  }

  get living(): Station[] {
    return this.stations.filter(({ alive }) => alive);
  }

  /** Ends peers; their neighbours find out later, by `miss`. */
  kill(count: number): Station[] {
    const killed = sample(this.living, count, this.#random);
    for (const station of killed) station.alive = false;
    return killed;
  }

  /** The neighbours of the killed have found them dead. */
  miss(killed: readonly Station[]): void {
    for (const { id, neighbours } of killed) {
      for (const index of neighbours) if (this.at(index).alive) this.at(index).roster.miss(id);
    }
  }

  /** One second. */
  step(): void {
    this.seconds += 1;
    const mail = this.#mail;
    this.#mail = [];
    for (const { to, bytes } of mail) if (this.at(to).alive) this.at(to).roster.merge(bytes);
    for (const [index, station] of this.stations.entries()) {
      if (!station.alive) continue;
      station.roster.tick();
      this.#push(index, station);
      if ((this.seconds + station.phase) % COMPARE_SECONDS === 0) this.#compare(index, station);
    }
  }

  /** @returns the seconds until something held, or the bound */
  until(holds: () => boolean, secondsMax: number): number {
    const start = this.seconds;
    while (this.seconds - start < secondsMax && !holds()) this.step();
    return this.seconds - start;
  }

  /** Whether the living hold the same. */
  agree(): boolean {
    const [first, ...rest] = this.living.map(({ roster }) => roster.contentHash());
    return rest.every(({ high, low }) => high === first?.high && low === first.low);
  }

  #push(index: number, { roster, neighbours }: Station): void {
    const news = roster.takeNews();
    if (news.length === 0) return;
    const living = [...neighbours].filter((other) => this.at(other).alive);
    for (const to of sample(living, PUSHED_TO, this.#random)) {
      for (const bytes of news) if (this.#passes(index, to, bytes)) this.#mail.push({ to, bytes });
    }
  }

  /** Both pull from each other, as anti-entropy does. */
  #compare(index: number, { roster, neighbours }: Station): void {
    const other = pick(
      [...neighbours].filter((one) => this.at(one).alive),
      this.#random,
    );
    if (other === undefined) return;
    const theirs = this.at(other).roster;
    this.bytes += 2 * FRAME_BYTES * 2;
    const [ours, its] = [roster.contentHash(), theirs.contentHash()];
    if (ours.high === its.high && ours.low === its.low) return;
    this.#pull(index, other);
    this.#pull(other, index);
  }

  #pull(asker: number, answerer: number): void {
    let question: Uint8Array | undefined = this.at(asker).roster.summary();
    while (question !== undefined) {
      if (!this.#passes(asker, answerer, question)) return;
      let next: Uint8Array | undefined;
      for (const delta of this.at(answerer).roster.missing(question)) {
        if (!this.#passes(answerer, asker, delta)) return;
        next = this.at(asker).roster.merge(delta).next ?? next;
      }
      question = next;
    }
  }

  #passes(from: number, to: number, bytes: Uint8Array): boolean {
    this.bytes += bytes.length + FRAME_BYTES;
    return this.side(from) === this.side(to) && this.#random.below(100) >= this.lossPercent;
  }

  #link(one: number, other: number): void {
    this.at(one).neighbours.add(other);
    this.at(other).neighbours.add(one);
  }

  #add(index: number): void {
    const random = this.#random.split(`peer ${index}`);
    let digits = '';
    while (digits.length < PEER_HEX_DIGITS) digits += random.next().toString(16).padStart(8, '0');
    const id = peerId(digits);
    const roster = new Roster({
      peer: id,
      generation: 1,
      addresses: () => [`10.${index >>> 16}.${(index >>> 8) & 255}.${index & 255}:7340`],
      meta: () => NO_META,
      network: 'simulated',
      signer: this.#keys.signerOf(id),
      limits: DEFAULT_LIMITS,
      readWallMs: () => this.nowMs,
    });
    const phase = random.below(COMPARE_SECONDS);
    this.stations.push({ id, roster, neighbours: new Set(), phase, alive: true });
  }
}
