import net from 'node:net';
import { LabError } from '../errors.js';
import { tryListen } from './ports.js';

export interface LineOptions {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly onDial: (near: net.Socket, line: Line) => void;
}

const REOPEN_TRIES_MAX = 40;
const REOPEN_EVERY_MS = 50;

/**
 * The port by which one peer dials one other: so a connection tells who made it. It listens only
 * while the other does, since "nobody listens there" is what tells peers of a death.
 */
export class Line {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly #onDial: LineOptions['onDial'];
  #server: net.Server | undefined;
  #wanted = false;
  #settling: Promise<void> = Promise.resolve();

  constructor({ from, to, port, onDial }: LineOptions) {
    this.from = from;
    this.to = to;
    this.port = port;
    this.#onDial = onDial;
  }

  /** Listens, or does not; resolves when it is so. */
  listen(wanted: boolean): Promise<void> {
    this.#wanted = wanted;
    if (!wanted) this.#stop();
    this.#settling = this.#settling.then(() => this.#settle());
    return this.#settling;
  }

  async #settle(): Promise<void> {
    if (!this.#wanted || this.#server !== undefined) return;
    for (let tried = 0; tried < REOPEN_TRIES_MAX; tried += 1) {
      const server = this.#makeServer();
      if (await tryListen(server, this.port)) {
        this.#server = server;
        // Nobody may want it any more.
        if (!this.#wanted) this.#stop();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, REOPEN_EVERY_MS));
    }
    throw new LabError('refused', `port ${this.port} of the relay was taken by another program`);
  }

  #makeServer(): net.Server {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.on('connection', (near) => this.#onDial(near, this));
    return server;
  }

  /** Who dials from now on is refused; open connections stay. */
  #stop(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}
