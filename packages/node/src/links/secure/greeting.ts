import { CLOSE_CODES, type LinkClosure } from '@hearsay/core';
import type { LinkEvents, LinkTable, Opening } from '../link-table.js';
import type { Carrier, WireEvents } from '../wire.js';
import { DiallerHandshake, type HandshakeStep, type ListenerHandshake } from './handshake.js';
import { Opener } from './seals.js';
import { SecureWire } from './secure-wire.js';

/** What a greeting needs. */
export interface GreetingOptions {
  readonly wire: Carrier;
  readonly handshake: DiallerHandshake | ListenerHandshake;
  readonly links: LinkTable;
  readonly opening: Opening;
  /** Runs the first step when it is its turn, and returns how to take it back. Default: at once. */
  readonly takeTurn?: (step: () => void) => () => void;
  /** It became a link. */
  readonly onLink: () => void;
  /** We refused it, or they did; the connection is closing. */
  readonly onRefused: () => void;
  /** It is closed. `cut` when neither side had said why. */
  readonly onClosed: (cut: boolean) => void;
}

/** A connection that has just opened: shakes hands, then is a link until it ends. */
export class Greeting implements WireEvents {
  readonly #options: GreetingOptions;
  #opener: Opener | undefined;
  #link: LinkEvents | undefined;
  #refused = false;
  /** Once it had, or waits for, its turn. */
  #takeBack: (() => void) | undefined;
  #isWaiting = false;

  constructor(options: GreetingOptions) {
    this.#options = options;
  }

  /** We refused it already; it should be closed by now. */
  get isOver(): boolean {
    return this.#refused;
  }

  /** Says the first word, where that is ours to say. */
  begin(): void {
    const { handshake, wire } = this.#options;
    if (handshake instanceof DiallerHandshake) wire.send(handshake.begin());
  }

  received(bytes: Uint8Array): void {
    if (this.#link === undefined || this.#opener === undefined) return this.#greeted(bytes);
    const opened = this.#opener.open(bytes);
    if (opened === undefined) this.#link.unopened();
    else this.#link.received(opened);
  }

  malformed(reason: string): void {
    const closure = { code: CLOSE_CODES.malformed, reason };
    if (this.#link === undefined) this.refuse(closure);
    else this.#link.offended(closure);
  }

  closed(closure: LinkClosure): void {
    if (this.#link !== undefined) return this.#link.closed(closure);
    this.#takeBack?.();
    const PRIVATE_CODES_FROM = 4_000;
    const theirs = !this.#refused && closure.code >= PRIVATE_CODES_FROM;
    if (theirs) {
      this.#options.onRefused();
      this.#options.links.refused(this.#options.opening, closure, 'them');
    }
    this.#options.onClosed(!this.#refused && !theirs);
  }

  /** Ends it before it is a link. Idempotent. */
  refuse(closure: LinkClosure): void {
    if (this.#refused || this.#link !== undefined) return;
    this.#refused = true;
    this.#takeBack?.();
    const { links, opening, wire } = this.#options;
    wire.close(closure.code, closure.reason);
    this.#options.onRefused();
    links.refused(opening, closure, 'us');
  }

  #greeted(bytes: Uint8Array): void {
    if (this.#refused) return;
    const { handshake, takeTurn } = this.#options;
    const step = (): void => {
      this.#isWaiting = false;
      this.#follow(handshake.receive(bytes));
    };
    if (this.#isWaiting) {
      const reason = 'speaks before it was answered';
      return this.refuse({ code: CLOSE_CODES.handshake, reason });
    }
    if (takeTurn === undefined || this.#takeBack !== undefined) return step();
    this.#isWaiting = true;
    this.#takeBack = takeTurn(step);
  }

  #follow(step: HandshakeStep): void {
    const { links, opening, wire } = this.#options;
    if (step.kind === 'refused') return this.refuse(step.closure);
    if (step.bytes !== undefined) wire.send(step.bytes);
    if (step.kind === 'answer') return;
    const { peer, networkKey, keys } = step.session;
    if (!links.hasRoomFor(peer)) {
      return this.refuse({ code: CLOSE_CODES.full, reason: 'too many links of one peer' });
    }
    this.#opener = new Opener(keys.receiving);
    this.#options.onLink();
    const secured = new SecureWire(wire, keys.sending);
    this.#link = links.open(secured, { ...opening, peer, networkKey });
  }
}
