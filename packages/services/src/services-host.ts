import type { Now, PeerId, Priority, Random } from '@hearsay/core';

interface PostOptions {
  readonly to?: PeerId;
  readonly priority?: Priority;
  readonly prompt?: boolean;
}

/**
 * All that the machine of services asks of the world: time, chance and the port of its peer. A
 * program of the simulator is given just this, so the same code runs there and on sockets.
 */
export interface ServicesHost {
  readonly peer: PeerId;
  readonly generation: number;
  readonly random: Random;
  now(): Now;
  /** Copies what it posts; what is prompt leaves before the turn ends. @returns links it goes out on */
  post(bytes: Uint8Array, options?: PostOptions): number;
  /** Asks for `wake` at a time of the monotonic clock; replaces the wish before. */
  wakeAt(monotonicMs: number): void;
  sign(bytes: Uint8Array): Uint8Array;
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
}
