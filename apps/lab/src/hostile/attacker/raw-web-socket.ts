import { randomBytes } from 'node:crypto';
import type { Ending, Target } from './attack.js';
import { Contact } from './contact.js';

/** Frame types of RFC 6455, section 5.2. */
export const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

const [FIN, MASKED, MEDIUM, LARGE] = [0x80, 0x80, 126, 127];
const MEDIUM_MAX = 0xffff;
const UPGRADE_TIMEOUT_MS = 20_000;

/** One frame as a client sends it; with a zero mask its bytes stay as they are. */
export function webSocketFrame(
  payload: Uint8Array,
  {
    opcode = OPCODES.binary,
    fin = true,
    claimedBytes = payload.length,
  }: {
    readonly opcode?: number;
    readonly fin?: boolean;
    /** Says that it is longer than it is. */
    readonly claimedBytes?: number;
  } = {},
): Buffer {
  const NO_MASK = Buffer.alloc(4);
  const first = (fin ? FIN : 0) | opcode;
  if (claimedBytes < MEDIUM) {
    return Buffer.concat([Buffer.of(first, MASKED | claimedBytes), NO_MASK, payload]);
  }
  if (claimedBytes <= MEDIUM_MAX) {
    const header = Buffer.of(first, MASKED | MEDIUM, claimedBytes >> 8, claimedBytes & 0xff);
    return Buffer.concat([header, NO_MASK, payload]);
  }
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = MASKED | LARGE;
  header.writeBigUInt64BE(BigInt(claimedBytes), 2);
  return Buffer.concat([header, NO_MASK, payload]);
}

/** The request by which a peer asks for a WebSocket. */
export function upgradeRequest({ host, port }: Target): string {
  return [
    'GET /hearsay HTTP/1.1',
    `Host: ${host}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Protocol: hearsay',
    '',
    '',
  ].join('\r\n');
}

/** A WebSocket that obeys no rule unless it is told to: frames go out as they are made. */
export class RawWebSocket {
  readonly contact: Contact;
  /** Called with each whole binary message. */
  onMessage: (message: Buffer) => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);
  #upgraded: ((ok: boolean) => void) | undefined;
  /** Messages that came before anybody listened. */
  readonly #waiting: Buffer[] = [];
  #readers: ((message: Buffer | undefined) => void)[] = [];
  #listening = false;

  private constructor(contact: Contact) {
    this.contact = contact;
    contact.socket.on('data', (chunk: Buffer) => this.#take(chunk));
    void contact.ended.then(() => {
      this.#upgraded?.(false);
      for (const reader of this.#readers) reader(undefined);
    });
  }

  /** Undefined when the peer does not take us. */
  static async open(target: Target, from?: string): Promise<RawWebSocket | undefined> {
    const contact = await Contact.open(target, from);
    if (contact === undefined) return undefined;
    const socket = new RawWebSocket(contact);
    const upgraded = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), UPGRADE_TIMEOUT_MS);
      socket.#upgraded = (ok) => {
        clearTimeout(timer);
        resolve(ok);
      };
    });
    contact.write(upgradeRequest(target));
    if (await upgraded) return socket;
    contact.destroy();
    return undefined;
  }

  get open(): boolean {
    return this.contact.open;
  }

  /** Sends one binary message. */
  send(message: Uint8Array): boolean {
    return this.contact.write(webSocketFrame(message));
  }

  /** The next message, or undefined when the connection ends first. */
  next(): Promise<Buffer | undefined> {
    const message = this.#waiting.shift();
    if (message !== undefined || !this.open) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  /** From now on messages go to `onMessage` instead of to `next`. */
  listen(): void {
    this.#listening = true;
    for (const message of this.#waiting.splice(0)) this.onMessage(message);
  }

  ending(withinMs: number): Promise<Ending> {
    return this.contact.ending(withinMs);
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#upgraded !== undefined) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const ok = this.#received.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 101');
      this.#received = this.#received.subarray(end + 4);
      this.#upgraded(ok);
      this.#upgraded = undefined;
    }
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) {
      this.#obey(frame);
    }
  }

  /** Peers send whole, unmasked frames. */
  #takeFrame(): { readonly opcode: number; readonly payload: Buffer } | undefined {
    const bytes = this.#received;
    if (bytes.length < 2) return undefined;
    const short = (bytes[1] ?? 0) & ~MASKED;
    const start = short === LARGE ? 10 : short === MEDIUM ? 4 : 2;
    if (bytes.length < start) return undefined;
    const length =
      short === LARGE
        ? Number(bytes.readBigUInt64BE(2))
        : short === MEDIUM
          ? bytes.readUInt16BE(2)
          : short;
    if (bytes.length < start + length) return undefined;
    this.#received = bytes.subarray(start + length);
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(start, start + length) };
  }

  #obey({ opcode, payload }: { readonly opcode: number; readonly payload: Buffer }): void {
    if (opcode === OPCODES.close) {
      this.contact.code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
      this.contact.reason = payload.subarray(2).toString('utf8');
      this.contact.markEnded();
      this.contact.socket.end(webSocketFrame(payload.subarray(0, 2), { opcode: OPCODES.close }));
      return;
    }
    if (opcode !== OPCODES.binary) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader(payload);
    else if (this.#listening) this.onMessage(payload);
    else this.#waiting.push(payload);
  }
}
