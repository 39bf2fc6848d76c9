import { once } from 'node:events';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';

/** One direction of dialling: what one peer opens to another goes through here. */
interface Line {
  readonly from: string;
  readonly to: string;
  readonly server: net.Server;
}

/**
 * A wire between peers that can be cut without a word: from then on what arrives is swallowed, both
 * ways, and no connection is ever closed. New ones are accepted, and lead nowhere too.
 */
export class Relay {
  readonly #lines: Line[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #cut = new Set<string>();

  /** A port that leads to `port` of `to`, for dials of `from`. */
  async line(from: string, to: string, port: number): Promise<number> {
    const server = net.createServer((near) => this.#connect(near, port, nameOf(from, to)));
    this.#lines.push({ from, to, server });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP port');
    return address.port;
  }

  /** Cuts what is between two, whoever dialled. */
  cut(one: string, other: string): void {
    this.#cut.add(nameOf(one, other));
  }

  close(): void {
    for (const { server } of this.#lines) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(near: net.Socket, port: number, name: string): void {
    const far = net.connect({ host: LOOPBACK, port, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('data', (bytes) => {
        if (!this.#cut.has(name)) other.write(bytes);
      });
      socket.on('error', () => undefined); // `close` follows.
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // The end of one side is something that the other side must not hear of either.
        if (!this.#cut.has(name)) other.destroy();
      });
    }
  }
}

/** The same for both directions. */
function nameOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}
