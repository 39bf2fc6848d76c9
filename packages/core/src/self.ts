import type { PeerId } from './ids.js';
import type { Address } from './input.js';

/** Who we are to others; `incarnation`, `meta` and `addresses` change while we run. */
export interface Self {
  readonly id: PeerId;
  readonly generation: number;
  readonly network: string;
  readonly nonce: number;
  incarnation: number;
  metaVersion: number;
  meta: Uint8Array;
  addresses: readonly Address[];
}
