import type { Duplex } from 'node:stream';

interface Held {
  /** Requests under way; an upgraded connection counts as one until it ends. */
  active: number;
}

/**
 * Connections that were let in for HTTP: they have left the places of those who shake hands, and
 * take one of these. When all are taken, one that is kept open for nothing makes room.
 */
export class HttpConnections {
  readonly #max: number;
  readonly #held = new Map<Duplex, Held>();

  /** @param max connections at once */
  constructor(max: number) {
    this.#max = max;
  }

  has(socket: Duplex): boolean {
    return this.#held.has(socket);
  }

  /** @returns a function to call when the request is over, or undefined when there is no room */
  enter(socket: Duplex): (() => void) | undefined {
    const held = this.#held.get(socket) ?? this.#takePlace(socket);
    if (held === undefined) return undefined;
    held.active += 1;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      held.active -= 1;
    };
  }

  /** Ends all of them. */
  close(): void {
    for (const socket of this.#held.keys()) socket.destroy();
    this.#held.clear();
  }

  #takePlace(socket: Duplex): Held | undefined {
    if (this.#held.size >= this.#max) {
      const idle = [...this.#held].find(([, { active }]) => active === 0);
      if (idle === undefined) return undefined;
      this.#held.delete(idle[0]);
      idle[0].destroy();
    }
    const held = { active: 0 };
    this.#held.set(socket, held);
    socket.once('close', () => this.#held.delete(socket));
    return held;
  }
}
