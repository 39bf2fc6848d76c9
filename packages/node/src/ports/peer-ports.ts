import {
  type Command,
  type Effect,
  HearsayError,
  type PeerId,
  type Port,
  PortNotary,
} from '@hearsay/core';
import type { PeerPort, PortHandlers } from '../api.js';
import { Ed25519Signer, peerIdOf } from '../crypto/ed25519-signer.js';
import { sha256 } from '../crypto/hash.js';
import type { SigningKeys } from '../crypto/keys.js';
import { PeerError, reasonOf } from '../errors.js';
import { surface } from '../events/surface.js';

/** What ports need of their peer. */
export interface PeerPortsOptions {
  readonly keys: SigningKeys;
  readonly network: string;
  /** @throws PeerError */
  readonly command: (command: Command) => readonly Effect[];
  /** What is posted next is not to wait for the end of the turn. */
  readonly hurry: () => void;
  /** Whether the peer takes no commands any more. */
  readonly isOver: () => boolean;
}

/** The open ports of one peer, and the programs behind them. */
export class PeerPorts {
  readonly #options: PeerPortsOptions;
  readonly #signer: Ed25519Signer;
  readonly #open = new Map<Port, { readonly handlers: PortHandlers }>();

  constructor(options: PeerPortsOptions) {
    this.#options = options;
    this.#signer = new Ed25519Signer(options.keys);
  }

  /** @throws PeerError `bad-port`, `port-taken`, `closed` */
  open(port: Port, handlers: PortHandlers): PeerPort {
    const { replica } = handlers;
    const { command, hurry, isOver, network } = this.#options;
    const self = peerIdOf(this.#options.keys.publicKey);
    command({ kind: 'attach', port, ...(replica === undefined ? {} : { replica }) });
    const entry = { handlers }; // Of this opening: the same handlers may come again.
    this.#open.set(port, entry);
    const notary = new PortNotary(this.#signer, network, port);
    const isOpen = (): boolean => this.#open.get(port) === entry;
    return {
      port,
      post: (bytes, { to, priority = 'bulk', prompt = false } = {}) => {
        if (!isOpen()) throw new PeerError('closed', `port ${port} of this peer is closed`);
        const post: Command =
          to === undefined
            ? { kind: 'post', port, bytes, priority }
            : { kind: 'post', port, bytes, priority, to };
        if (to === self) throw new PeerError('bad-recipient', 'a post needs another peer');
        if (prompt) hurry();
        return linksOf(command(post));
      },
      sign: (bytes) => notary.sign(bytes),
      verify: (peer, bytes, signature) => notary.verify(peer, bytes, signature),
      hash: sha256,
      close: () => {
        if (!isOpen()) return;
        this.#open.delete(port);
        if (!isOver()) command({ kind: 'detach', port });
      },
    };
  }

  /** A neighbour posted. */
  received(port: Port, from: PeerId, bytes: Uint8Array): void {
    try {
      this.#open.get(port)?.handlers.received(from, bytes);
    } catch (error) {
      if (!this.#reject(from, error)) surface(error);
    }
  }

  /** Anti-entropy brought something. */
  repaired(port: Port, from: PeerId, added: number): void {
    try {
      this.#open.get(port)?.handlers.repaired?.(from, added);
    } catch (error) {
      surface(error);
    }
  }

  /** @returns whether the error is the fault of the neighbour, who loses its link then */
  #reject(peer: PeerId, error: unknown): boolean {
    if (!(error instanceof HearsayError)) return false;
    const { code } = error;
    if (code !== 'malformed' && code !== 'forged') return false;
    const { command, isOver } = this.#options;
    if (!isOver()) command({ kind: 'reject', peer, code, detail: reasonOf(error) });
    return true;
  }
}

function linksOf(effects: readonly Effect[]): number {
  for (const effect of effects) if (effect.kind === 'posted') return effect.links;
  throw new PeerError('internal', 'the engine did not answer a post');
}
