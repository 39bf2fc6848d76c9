import net from 'node:net';
import { clockMs } from '../../clock.js';
import type { Ending, Target } from './attack.js';

const CONNECT_TIMEOUT_MS = 20_000;

/** One TCP connection to a peer, and a note of when it began to offend and how it was ended. */
export class Contact {
  readonly socket: net.Socket;
  /** Resolves when the other side ended it, or we did. */
  readonly ended: Promise<void>;
  code: number | undefined;
  reason = '';
  #offendedMs: number | undefined;
  #endedMs: number | undefined;
  #byUs = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.markEnded();
        resolve();
      };
      socket.once('end', end);
      socket.once('close', end);
    });
    socket.on('error', () => undefined); // `close` follows.
  }

  /** Connects, or gives up. @param from the local address */
  static open({ host, port }: Target, from?: string): Promise<Contact | undefined> {
    return new Promise((resolve) => {
      const socket = net.connect({
        host,
        port,
        ...(from === undefined ? {} : { localAddress: from }),
      });
      const contact = new Contact(socket);
      const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.setNoDelay(true);
        resolve(contact);
      });
      socket.once('close', () => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }

  get open(): boolean {
    return this.#endedMs === undefined;
  }

  /** From now on it does what it should not. */
  offend(): void {
    this.#offendedMs ??= clockMs();
  }

  markEnded(): void {
    if (!this.#byUs) this.#endedMs ??= clockMs();
  }

  write(bytes: Uint8Array | string): boolean {
    return this.open && this.socket.write(bytes);
  }

  /** Resolves when the system took what we wrote, or the connection is gone. */
  drained(): Promise<void> {
    if (!this.open || !this.socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('drain', resolve);
      this.socket.once('close', () => resolve());
    });
  }

  /** Waits for the other side to end it; ends it ourselves when it does not. */
  async ending(withinMs: number): Promise<Ending> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.ended, patience]);
    clearTimeout(timer);
    const { code, reason } = this;
    const cutMs =
      this.#endedMs === undefined ? undefined : this.#endedMs - (this.#offendedMs ?? this.#endedMs);
    this.destroy();
    return { cutMs, code, reason };
  }

  destroy(): void {
    this.#byUs = true;
    this.socket.destroy();
  }
}
