import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isLoopbackHost } from '../address.js';

/** Administratively scoped (RFC 2365): routers do not pass it on. */
export const GROUP = '239.255.73.40';
export const LOOPBACK = '127.0.0.1';
/** Never beyond the local network. */
const TIME_TO_LIVE = 1;

/** What the socket needs. */
export interface MulticastOptions {
  readonly port: number;
  /** Addresses of the interfaces to speak and listen on; loopback must be named to be one of them. */
  readonly hosts: readonly string[];
  readonly onDatagram: (bytes: Uint8Array, fromHost: string) => void;
  /** Sending or receiving fails on an interface; others may go on. */
  readonly onTrouble: (error: Error) => void;
}

/** Datagrams to and from all peers of this machine, and of the local network when asked to. */
export class Multicast {
  readonly #options: MulticastOptions;
  /** Undefined while it hears nothing. */
  #receiver: Socket | undefined;
  #waking: NodeJS.Timeout | undefined;
  /** One a host: the interface of a socket cannot be changed safely while it sends. */
  readonly #senders = new Map<string, Socket>();
  readonly #loopbackOnly: boolean;
  #closed = false;

  private constructor(options: MulticastOptions) {
    this.#options = options;
    this.#loopbackOnly = options.hosts.every((host) => isLoopbackHost(host));
  }

  /** Rejects when no interface can be joined. */
  static async open(options: MulticastOptions): Promise<Multicast> {
    const multicast = new Multicast(options);
    try {
      await multicast.#listen();
      await multicast.#openSenders();
      return multicast;
    } catch (error) {
      await multicast.close();
      throw error;
    }
  }

  /** Sends on every interface; `bytesFor` gives the datagram for one. */
  send(bytesFor: (host: string) => Uint8Array): void {
    if (this.#closed) return;
    for (const [host, socket] of this.#senders) {
      socket.send(bytesFor(host), this.#options.port, GROUP, (error) => {
        if (error !== null && !this.#closed) this.#options.onTrouble(error);
      });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#waking);
    const receivers = this.#receiver === undefined ? [] : [this.#receiver];
    await Promise.all([...receivers, ...this.#senders.values()].map(closeSocket));
  }

  /**
   * Hears nothing for a while. What comes is dropped by the system then, without a word to us: to be woken
   * for a datagram costs more than most that could be done with it.
   */
  rest(forMs: number): void {
    const receiver = this.#receiver;
    if (this.#closed || receiver === undefined) return;
    this.#receiver = undefined;
    void closeSocket(receiver);
    this.#waking = setTimeout(() => {
      this.#listen().catch((error: unknown) => {
        if (!this.#closed) this.#options.onTrouble(asError(error));
      });
    }, forMs);
  }

  async #listen(): Promise<void> {
    const receiver = createSocket({ type: 'udp4', reuseAddr: true });
    this.#receiver = receiver;
    // Bound to the group, the socket takes nothing that is sent to this machine's own addresses.
    const address = process.platform === 'win32' ? '0.0.0.0' : GROUP;
    await bind(receiver, { port: this.#options.port, address });
    this.#join(receiver);
    receiver.on('error', this.#options.onTrouble);
    receiver.on('message', (bytes, from) => this.#receive(bytes, from));
  }

  /** Joins wherever it is possible; nowhere is an error. */
  #join(receiver: Socket): void {
    const errors: unknown[] = [];
    for (const host of this.#options.hosts) {
      try {
        receiver.addMembership(GROUP, host);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === this.#options.hosts.length) throw errors[0];
  }

  async #openSenders(): Promise<void> {
    const errors: unknown[] = [];
    for (const host of this.#options.hosts) {
      try {
        this.#senders.set(host, await openSender(host, this.#options.onTrouble));
      } catch (error) {
        errors.push(error);
      }
    }
    if (this.#senders.size === 0) throw errors[0];
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    if (this.#closed || (this.#loopbackOnly && !isLoopbackHost(from.address))) return;
    this.#options.onDatagram(bytes, from.address);
  }
}

async function openSender(host: string, onTrouble: (error: Error) => void): Promise<Socket> {
  const sender = createSocket('udp4');
  try {
    await bind(sender, { port: 0, address: host });
    sender.setMulticastInterface(host);
    sender.setMulticastTTL(TIME_TO_LIVE);
    sender.setMulticastLoopback(true);
    sender.on('error', onTrouble);
    return sender;
  } catch (error) {
    await closeSocket(sender);
    throw error;
  }
}

function bind(socket: Socket, where: { port: number; address: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(where, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Closing a socket that failed to bind throws; there is nothing left to close then. */
function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
    try {
      socket.close();
    } catch {
      resolve();
    }
  });
}
