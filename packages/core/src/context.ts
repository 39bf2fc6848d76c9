import type { Config } from './config.js';
import type { Deadlines } from './deadlines.js';
import type { Now } from './input.js';
import type { Limits } from './limits.js';
import type { Defences } from './membership/defences.js';
import type { Outbox } from './outbox.js';
import type { Self } from './self.js';
import type { Notary } from './trust/notary.js';
import type { OwnRecord } from './trust/own-record.js';
import type { Counters } from './view.js';

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
