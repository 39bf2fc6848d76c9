import net from 'node:net';
import { CLEAR, type Conditions, reachableGroups } from './conditions.js';
import { Connection, type Direction } from './connection.js';
import { Line } from './line.js';
import { isListening, PortBlock } from './ports.js';

const LOOPBACK = '127.0.0.1';

interface Station {
  readonly name: string;
  readonly port: number;
  up: boolean;
}

/** What can be asked of the wire between two peers, in one direction. */
export type Shape = Partial<Omit<Conditions, 'cut'>>;

/**
 * All wires between peers. Each ordered pair has a port of its own, so it is certain which two a
 * connection joins, and each direction has its own conditions. A cut is silent: no connection is
 * closed, new ones are accepted and lead nowhere, and nobody learns whether the other one lives.
 */
export class Relay {
  readonly #stations = new Map<string, Station>();
  readonly #lines: Line[] = [];
  readonly #connections = new Set<Connection>();
  /** Accepted while their line was cut. */
  readonly #waiting = new Map<net.Socket, Line>();
  readonly #conditions = new Map<string, Conditions>();
  readonly #flips = new Map<string, number>();
  readonly #random: () => number;
  #block: Promise<PortBlock> | undefined;
  #closed = false;

  /** @param random from 0 to below 1; draws jitter and the bits that are flipped */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** A port of loopback that no other lab takes. */
  async freePort(): Promise<number> {
    this.#block ??= PortBlock.claim();
    return (await this.#block).take();
  }

  /** @param port where it will listen */
  async add(name: string, port: number): Promise<void> {
    const others = [...this.#stations.keys()];
    this.#stations.set(name, { name, port, up: false });
    const onDial = (near: net.Socket, line: Line) => this.#dialled(near, line);
    for (const other of others) {
      this.#lines.push(
        new Line({ from: name, to: other, port: await this.freePort(), onDial }),
        new Line({ from: other, to: name, port: await this.freePort(), onDial }),
      );
    }
    await this.#relisten();
  }

  /** For each port that others listen on, the port that `from` has to dial instead. */
  routesOf(from: string): Readonly<Record<string, number>> {
    const own = this.#lines.filter((line) => line.from === from);
    return Object.fromEntries(own.map((line) => [this.#station(line.to).port, line.port]));
  }

  /** It listens now, so it can be dialled. That it no longer does is found out by itself. */
  async listens(name: string): Promise<void> {
    this.#station(name).up = true;
    await this.#relisten();
  }

  /** From `from` to `to` alone; dials of either need both directions. */
  async cut(from: string, to: string): Promise<void> {
    this.#change(from, to, { cut: true });
    await this.#relisten();
  }

  /** Takes a cut back; what waited for it comes through now. */
  async mend(from: string, to: string): Promise<void> {
    this.#change(from, to, { cut: false });
    this.#admit();
    await this.#relisten();
  }

  shape(from: string, to: string, shape: Shape): void {
    this.#change(from, to, shape);
  }

  /** The next pieces that come by have one bit turned each. */
  flip(from: string, to: string, times: number): void {
    this.#flips.set(key(from, to), times);
  }

  /** The connections of two stand still; new ones do not. @returns how many */
  stall(one: string, other: string): number {
    return this.#each(one, other, (connection) => connection.stall());
  }

  /** The connections of two are reset. @returns how many */
  drop(one: string, other: string): number {
    return this.#each(one, other, (connection) => {
      connection.drop();
      this.#connections.delete(connection);
    });
  }

  /** `told` loses its connections to the other, which is not told. @returns how many */
  halfOpen(told: string, other: string): number {
    return this.#each(told, other, (connection) => connection.halfClose(told));
  }

  /** All wires are as new; what waited on them comes through now. */
  async heal(): Promise<void> {
    this.#conditions.clear();
    this.#flips.clear();
    for (const connection of this.#connections) connection.resume();
    this.#admit();
    await this.#relisten();
  }

  isCut(from: string, to: string): boolean {
    return this.#of(from, to).cut;
  }

  /** Who can reach whom, in any number of hops. */
  groups(): readonly (readonly string[])[] {
    return reachableGroups([...this.#stations.keys()], (from, to) => this.isCut(from, to));
  }

  close(): void {
    this.#closed = true;
    for (const line of this.#lines) void line.listen(false);
    for (const connection of this.#connections) connection.close();
    for (const near of this.#waiting.keys()) near.destroy();
    void this.#block?.then((block) => block.close());
  }

  #station(name: string): Station {
    const station = this.#stations.get(name);
    if (station === undefined) throw new Error(`the relay knows no ${name}`);
    return station;
  }

  #of(from: string, to: string): Conditions {
    return this.#conditions.get(key(from, to)) ?? CLEAR;
  }

  #change(from: string, to: string, change: Partial<Conditions>): void {
    this.#conditions.set(key(from, to), { ...this.#of(from, to), ...change });
    this.#each(from, to, (connection) => connection.review());
  }

  #each(one: string, other: string, act: (connection: Connection) => void): number {
    const found = [...this.#connections].filter((connection) => connection.joins(one, other));
    for (const connection of found) act(connection);
    return found.length;
  }

  #isCutBetween({ from, to }: Line): boolean {
    return this.isCut(from, to) || this.isCut(to, from);
  }

  /** A line listens while its end does, and behind a cut always: nobody may learn of a death there. */
  async #relisten(): Promise<void> {
    const wanted = (line: Line) =>
      !this.#closed && (this.#station(line.to).up || this.#isCutBetween(line));
    await Promise.all(this.#lines.map((line) => line.listen(wanted(line))));
  }

  #dialled(near: net.Socket, line: Line): void {
    near.on('error', () => undefined);
    if (this.#isCutBetween(line)) this.#waiting.set(near, line);
    else this.#connect(near, line);
  }

  /** Lets those through that waited on a line which is no longer cut. */
  #admit(): void {
    for (const [near, line] of this.#waiting) {
      if (this.#isCutBetween(line)) continue;
      this.#waiting.delete(near);
      this.#connect(near, line);
    }
  }

  #connect(near: net.Socket, line: Line): void {
    const { from, to } = line;
    const { port } = this.#station(to);
    const far = net.connect({ host: LOOPBACK, port, noDelay: true, allowHalfOpen: true });
    far.pause();
    const connection = new Connection({
      ...{ from, to, near, far },
      there: this.#direction(from, to),
      back: this.#direction(to, from),
    });
    this.#connections.add(connection);
    let open = 2;
    const closed = () => {
      open -= 1;
      if (open === 0) this.#connections.delete(connection);
    };
    near.once('close', closed);
    far.once('close', closed);
    connection.review();
  }

  #direction(from: string, to: string): Direction {
    return {
      conditions: () => this.#of(from, to),
      takeFlip: () => this.#takeFlip(key(from, to)),
      random: this.#random,
      beforeEnd: () => this.#ended(from),
    };
  }

  #takeFlip(direction: string): boolean {
    const left = this.#flips.get(direction) ?? 0;
    if (left === 0) return false;
    this.#flips.set(direction, left - 1);
    return true;
  }

  /** A connection ended on the side of a peer: was that the peer? Then its lines must refuse first. */
  async #ended(name: string): Promise<void> {
    const station = this.#station(name);
    if (!station.up || (await isListening(station.port))) return;
    station.up = false;
    await this.#relisten();
  }
}

function key(from: string, to: string): string {
  return `${from} ${to}`;
}
