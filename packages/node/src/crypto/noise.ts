import { createRequire } from 'node:module';
import type { ExchangeKeys } from './keys.js';
import { sodium } from './sodium.js';

/** The library's state of one handshake; `send` and `recv` throw when something does not fit. */
interface NoiseState {
  e: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } | null;
  readonly rs: Uint8Array | null;
  readonly complete: boolean;
  readonly tx: Uint8Array | null;
  readonly rx: Uint8Array | null;
  initialise(prologue: Uint8Array): void;
  send(payload: Uint8Array): Uint8Array;
  recv(message: Uint8Array): Uint8Array;
}

type NoiseStateClass = new (
  pattern: 'XXpsk0',
  initiator: boolean,
  keys: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array },
  options: { readonly psk: Uint8Array },
) => NoiseState;

const require = createRequire(import.meta.url);

/** Loaded with the first handshake, or before: see `sodium`. */
function loadLibrary(): NoiseStateClass {
  return require('noise-handshake') as NoiseStateClass; // CommonJS without types.
}

/**
 * Loads what the first handshake or signature would load.
 * @throws PeerError `internal` where there is no binary for this machine
 */
export function loadCrypto(): void {
  sodium();
  loadLibrary();
}

/** What one side brings to a handshake. */
export interface NoiseParameters {
  readonly initiator: boolean;
  readonly keys: ExchangeKeys;
  /** 32 bytes that both must know. */
  readonly psk: Uint8Array;
  /** What both must agree on, sent by nobody. */
  readonly prologue: Uint8Array;
  /** Only for test vectors; drawn anew otherwise. */
  readonly ephemeral?: ExchangeKeys;
}

/** What both sides hold after the last message: one key a direction. */
export interface NoiseKeys {
  readonly sending: Uint8Array;
  readonly receiving: Uint8Array;
}

/** One side of Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b, three messages. */
export class NoiseHandshake {
  readonly #state: NoiseState;

  constructor({ initiator, keys, psk, prologue, ephemeral }: NoiseParameters) {
    const NoiseLibrary = loadLibrary();
    this.#state = new NoiseLibrary('XXpsk0', initiator, keys, { psk });
    this.#state.initialise(prologue);
    if (ephemeral !== undefined) {
      const { publicKey, secretKey } = ephemeral;
      this.#state.e = { publicKey: Buffer.from(publicKey), secretKey: Buffer.from(secretKey) };
    }
  }

  /** The next message, with a payload that is hidden as far as the handshake has come. */
  write(payload: Uint8Array): Uint8Array {
    return this.#state.send(payload);
  }

  /** The payload of a message, or undefined when it does not open; then all is over. */
  read(message: Uint8Array): Uint8Array | undefined {
    try {
      return this.#state.recv(Buffer.from(message)); // A copy: the library wipes parts of it.
    } catch {
      return undefined;
    }
  }

  /** The key of the other side, proven from its first encrypted message on. */
  get remoteKey(): Uint8Array | undefined {
    return this.#state.rs ?? undefined;
  }

  /** The keys of the link, once the last message is written or read. */
  get result(): NoiseKeys | undefined {
    const { complete, tx, rx } = this.#state;
    if (!complete || tx === null || rx === null) return undefined;
    return { sending: Buffer.from(tx), receiving: Buffer.from(rx) };
  }
}
