import type { Now, PeerEvent, PeerId, Port, Priority, Random, Replica } from '@hearsay/core';

/**
 * A program behind a port of one run of a peer, as an application opens one: a cache, for example.
 * All of it is told in turns of the process that it lives in, so a frozen one hears nothing until
 * it is resumed. It ends without a word when its process does.
 */
export interface Program {
  /** Compared with neighbours and repaired. It must not call its host while it is asked. */
  readonly replica?: Replica;
  /** A neighbour posted. @throws HearsayError `malformed`, `forged`: its link is closed */
  received(from: PeerId, bytes: Uint8Array): void;
  /** Anti-entropy brought `added` things into the replica. */
  repaired?(from: PeerId, added: number): void;
  /** The peer reported something: links and members that come and go, among others. */
  happened?(event: PeerEvent): void;
  /** The time of the last `wakeAt` has come, a little late as a rule and sometimes a little early. */
  wake?(): void;
}

/** What a program may use: nothing else, so that a seed repeats it. */
export interface ProgramHost {
  readonly peer: PeerId;
  /** Of this run; each restart has a higher one. */
  readonly generation: number;
  readonly port: Port;
  /** Of this run and port alone. */
  readonly random: Random;
  /** What survives a restart, unless the machine is wiped; written at once, and never torn. */
  readonly disk: Map<string, Uint8Array>;
  /** The clocks of its machine: the wall clock is as wrong as the script made it. */
  now(): Now;
  /** @returns links it goes out on. @throws HearsayError `post-too-large` */
  post(bytes: Uint8Array, options?: { readonly to?: PeerId; readonly priority?: Priority }): number;
  /** Asks for `wake` at a time of the monotonic clock; replaces the wish before. */
  wakeAt(monotonicMs: number): void;
  /** Signs as this peer, for this port of this network. */
  sign(bytes: Uint8Array): Uint8Array;
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Makes the program of a run, when its process starts. */
export type CreateProgram<Made extends Program = Program> = (host: ProgramHost) => Made;
