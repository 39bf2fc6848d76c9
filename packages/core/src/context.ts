import type { Config } from './config.js';
import type { Deadlines } from './deadlines.js';
import type { PeerId } from './ids.js';
import type { Address, Now } from './input.js';
import type { Limits } from './limits.js';
import type { Defences } from './membership/defences.js';
import type { Outbox } from './outbox.js';
import type { Notary } from './trust/notary.js';
import type { OwnRecord } from './trust/own-record.js';
import type { Counters } from './view.js';

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

/** What every machine of one peer shares. `now` is the reading that came with the current input. */
export interface Context {
  readonly self: Self;
  readonly config: Config;
  readonly defences: Defences;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly notary: Notary;
  readonly ownRecord: OwnRecord;
  readonly deadlines: Deadlines;
  readonly outbox: Outbox;
  now: Now;
}
