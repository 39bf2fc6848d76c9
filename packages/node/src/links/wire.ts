import type { LinkClosure } from '@hearsay/core';

/** The part of a WebSocket that a link uses; tests hand in a fake one. */
export interface Wire {
  /** Bytes handed over and not yet taken by the system. */
  readonly bufferedBytes: number;
  /** Sends one binary message; `sent` is called when the system took it, or never. To be told costs. */
  send(bytes: Uint8Array, sent?: () => void): void;
  /** Starts the closing handshake. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
  /** Reads no more until `resume`; what the system holds already may still come. */
  pause(): void;
  resume(): void;
}

/** A wire of which a message may be handed over so that it leaves in one piece, and is not copied. */
export interface Carrier extends Wire {
  /**
   * Sends the message at `HEAD_BYTES_MAX` to `end` of this memory; what the transport puts before it is
   * written into the memory before it.
   */
  sendFrom(memory: Buffer, end: number, sent?: () => void): void;
}

/** Where a wire reports to. */
export interface WireEvents {
  /** One binary message; the memory is the receiver's. */
  received(bytes: Uint8Array): void;
  /** The other side broke the rules of the transport. */
  malformed(reason: string): void;
  closed(closure: LinkClosure): void;
}
