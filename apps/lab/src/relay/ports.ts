import { once } from 'node:events';
import net from 'node:net';
import { LabError } from '../errors.js';

const LOOPBACK = '127.0.0.1';
/**
 * Below the range that Linux and macOS take the ports of outgoing connections from (32768 and
 * 49152): a port that is free for a moment, while its peer is dead, is then still free afterwards.
 */
const FIRST_PORT = 20_000;
const BLOCK_PORTS = 512;
const BLOCKS = 24;

/**
 * Ports that are this lab's alone, listened on or not: whoever holds the first port of a block, holds
 * the block, and other labs look elsewhere.
 */
export class PortBlock {
  readonly #holder: net.Server;
  readonly #endPort: number;
  #nextPort: number;

  private constructor(holder: net.Server, firstPort: number) {
    this.#holder = holder;
    this.#nextPort = firstPort + 1;
    this.#endPort = firstPort + BLOCK_PORTS;
  }

  /** @throws LabError `refused` when all are taken */
  static async claim(): Promise<PortBlock> {
    const offset = Math.floor(Math.random() * BLOCKS);
    for (let tried = 0; tried < BLOCKS; tried += 1) {
      const firstPort = FIRST_PORT + ((offset + tried) % BLOCKS) * BLOCK_PORTS;
      const holder = net.createServer((socket) => socket.destroy());
      if (await tryListen(holder, firstPort)) return new PortBlock(holder.unref(), firstPort);
    }
    throw new LabError('refused', `${BLOCKS} labs run already, or their ports are taken`);
  }

  /** A port that nobody listens on, and that is not given out again. */
  async take(): Promise<number> {
    while (this.#nextPort < this.#endPort) {
      const port = this.#nextPort;
      this.#nextPort += 1;
      const server = net.createServer();
      if (!(await tryListen(server, port))) continue;
      server.close();
      await once(server, 'close');
      return port;
    }
    throw new LabError('refused', 'too many peers for the ports of one lab');
  }

  close(): void {
    this.#holder.close();
  }
}

/** @returns false: somebody else listens there */
export function tryListen(server: net.Server, port: number): Promise<boolean> {
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen({ host: LOOPBACK, port, exclusive: true });
  return listening;
}

/** True when somebody accepts connections there. */
export async function isListening(port: number): Promise<boolean> {
  const socket = net.connect({ host: LOOPBACK, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
