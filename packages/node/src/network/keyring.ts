/** A network key: whoever holds it may join. */
export const NETWORK_KEY_BYTES = 32;

/** The keys of one network, as links use them. They change while a peer runs. */
export interface Keyring {
  /** What we dial with. */
  readonly primary: Uint8Array;
  /** All that are let in by, the primary first. */
  readonly all: readonly Uint8Array[];
  /** Calls `listener` after a key came, went, or became the primary. @returns what stops it */
  onChange(listener: () => void): () => void;
}
