import type { Socket } from 'node:net';
import { Flow, type FlowOptions } from './flow.js';

/** What a connection asks of the relay, for one direction. */
export type Direction = Pick<FlowOptions, 'conditions' | 'takeFlip' | 'random' | 'beforeEnd'>;

export interface ConnectionOptions {
  /** Who dialled, and whom. */
  readonly from: string;
  readonly to: string;
  readonly near: Socket;
  readonly far: Socket;
  readonly there: Direction;
  readonly back: Direction;
}

/** One TCP connection through the relay: the half of who dialled, and the half to who was dialled. */
export class Connection {
  readonly from: string;
  readonly to: string;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #flows: readonly Flow[];

  constructor({ from, to, near, far, there, back }: ConnectionOptions) {
    this.from = from;
    this.to = to;
    this.#near = near;
    this.#far = far;
    this.#flows = [
      new Flow({ source: near, sink: far, ...there }),
      new Flow({ source: far, sink: near, ...back }),
    ];
  }

  joins(one: string, other: string): boolean {
    return (this.from === one && this.to === other) || (this.from === other && this.to === one);
  }

  review(): void {
    for (const flow of this.#flows) flow.review();
  }

  stall(): void {
    for (const flow of this.#flows) flow.stall();
  }

  resume(): void {
    for (const flow of this.#flows) flow.resume();
  }

  /** Both sides are told that it is gone. */
  drop(): void {
    for (const flow of this.#flows) flow.close();
    this.#near.resetAndDestroy();
    this.#far.resetAndDestroy();
  }

  /** Only `peer` is told; the other one keeps a connection that leads nowhere. */
  halfClose(peer: string): void {
    this.stall();
    const [told, kept] = peer === this.from ? [this.#near, this.#far] : [this.#far, this.#near];
    for (const flow of this.#flows) flow.close();
    told.resetAndDestroy();
    kept.resume(); // What it says is swallowed.
  }

  close(): void {
    for (const flow of this.#flows) flow.close();
    this.#near.destroy();
    this.#far.destroy();
  }
}
