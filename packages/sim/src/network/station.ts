import type { Address, Input, LinkId } from '@hearsay/core';

/** What the network needs to know of one run of a peer. */
export interface Station {
  /** Name of its host: cuts and latencies are between hosts. */
  readonly host: string;
  /** False after the whole machine went silent. */
  readonly powered: boolean;
  /** A frozen process takes nothing, though its kernel still accepts. */
  readonly frozen: boolean;
  /** False once the process is gone. */
  readonly running: boolean;
  newLink(): LinkId;
  /** Where dials of this station seem to come from. */
  newPort(): Address;
  /** Hands in what happened; `read` is called when the process takes it. */
  receive(input: Input, read: () => void): void;
}

/** Who is behind an address. */
export interface Directory {
  /** The machine of this address, if there is one at all. */
  hostAt(address: Address): { readonly name: string; readonly powered: boolean } | undefined;
  /** The process that listens there. */
  listenerAt(address: Address): Station | undefined;
}
